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
  return batches.flatMap((batch) => rowsOfNewKeys(batch, hashRows(batch, keys), seen));
}

/** The rows whose key is not in `seen`, which takes it up: runs between the others, as slices. */
export function rowsOfNewKeys(
  batch: RecordBatch,
  lanes: Int32Array,
  seen: KeySet,
): readonly RecordBatch[] {
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

/** The last row of each key, in order; batches without a repeated key are not copied. */
export function lastPerKey(
  batches: readonly RecordBatch[],
  keys: readonly string[],
): readonly RecordBatch[] {
  const seen = new KeySet(batches.reduce((count, batch) => count + batch.numRows, 0));
  return batches
    .toReversed()
    .flatMap((batch) => lastRows(batch, hashRows(batch, keys), seen))
    .toReversed();
}

/** Runs of rows whose key does not come again, as slices, the last run first. */
function lastRows(batch: RecordBatch, lanes: Int32Array, seen: KeySet): RecordBatch[] {
  const runs: RecordBatch[] = [];
  let end = batch.numRows;
  for (let row = batch.numRows - 1; row >= 0; row--) {
    if (seen.add(lanes, 4 * row)) continue;
    if (row + 1 < end) runs.push(batch.slice(row + 1, end));
    end = row;
  }
  if (end === batch.numRows) return [batch];
  if (end > 0) runs.push(batch.slice(0, end));
  return runs;
}
