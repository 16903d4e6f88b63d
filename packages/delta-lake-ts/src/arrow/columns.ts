import { type RecordBatch, Schema } from "apache-arrow";
import { createBatch } from "./batch.ts";

/** The batch without some of its columns, without a copy. */
export function withoutColumns(batch: RecordBatch, names: ReadonlySet<string>): RecordBatch {
  const isLeft = batch.schema.fields.map(({ name }) => !names.has(name));
  return createBatch(
    new Schema(batch.schema.fields.filter((_, index) => isLeft[index])),
    batch.data.children.filter((_, index) => isLeft[index]),
    batch.numRows,
  );
}

/** The batch with some of its columns taken from another one of as many rows and the same columns, without a copy. */
export function withColumnsOf(
  batch: RecordBatch,
  other: RecordBatch,
  names: ReadonlySet<string>,
): RecordBatch {
  const children = batch.data.children.map((child, index) => {
    const isTaken = names.has(batch.schema.fields[index]?.name ?? "");
    return isTaken ? (other.data.children[index] ?? child) : child;
  });
  return createBatch(batch.schema, children, batch.numRows);
}
