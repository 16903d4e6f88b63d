import { type Data, DataType, type RecordBatch } from "apache-arrow";

/** Names of the float columns, at the top level, that hold a NaN. */
export function nanColumns(batch: RecordBatch): string[] {
  const names: string[] = [];
  for (const [index, { name, type }] of batch.schema.fields.entries()) {
    const data = batch.data.children[index];
    if (data === undefined || !DataType.isFloat(type)) continue;
    if (hasNaN(data)) names.push(name);
  }
  return names;
}

function hasNaN(data: Data): boolean {
  const values: Float64Array | Float32Array = data.values;
  for (let row = 0; row < data.length; row += 1) {
    const value = values[row] ?? 0;
    if (value !== value) return true;
  }
  return false;
}
