import { type Data, DataType, type RecordBatch } from "apache-arrow";

/** Names of the top-level columns that hold a NaN, themselves or in a field below. */
export function nanColumns(batch: RecordBatch): string[] {
  return batch.schema.fields.flatMap(({ name }, index) => {
    const data = batch.data.children[index];
    return data !== undefined && hasNaN(data) ? [name] : [];
  });
}

function hasNaN(data: Data): boolean {
  if (!DataType.isFloat(data.type)) return data.children.some((child) => hasNaN(child));
  const values: Float64Array | Float32Array = data.values;
  for (let row = 0; row < data.length; row += 1) {
    const value = values[row] ?? 0;
    if (value !== value) return true;
  }
  return false;
}
