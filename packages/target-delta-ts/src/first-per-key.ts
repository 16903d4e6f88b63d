import type { RecordBatch } from "apache-arrow";
import { KeySet } from "./key-set.ts";
import { hashRows } from "./row-hash.ts";

/**
 * The rows whose key did not come before, in order; batches without a repeated key are not copied.
 * Keys are compared by 128-bit hashes of their values.
 */
export function firstPerKey(
  batches: readonly RecordBatch[],
  keys: readonly string[],
): readonly RecordBatch[] {
  const seen = new KeySet(batches.reduce((count, batch) => count + batch.numRows, 0));
  return batches.flatMap((batch) => newRows(batch, hashRows(batch, keys), seen));
}

/** Runs of rows between repeated keys, as slices. */
function newRows(batch: RecordBatch, lanes: Int32Array, seen: KeySet): RecordBatch[] {
  const runs: RecordBatch[] = [];
  let start = 0;
  for (let row = 0; row < batch.numRows; row++) {
    if (seen.add(lanes, 4 * row)) continue;
    if (start < row) runs.push(batch.slice(start, row));
    start = row + 1;
  }
  if (start === 0) return [batch];
  if (start < batch.numRows) runs.push(batch.slice(start));
  return runs;
}
