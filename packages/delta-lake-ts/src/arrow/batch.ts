import { type Data, makeData, RecordBatch, type Schema, Struct } from "apache-arrow";

/** Puts columns together without copying them. */
export function createBatch(
  schema: Schema,
  children: readonly Data[],
  rowCount: number,
): RecordBatch {
  const data = makeData({
    type: new Struct(schema.fields),
    length: rowCount,
    nullCount: 0,
    children: [...children],
  });
  return new RecordBatch(schema, data);
}
