import type { RecordBatch } from "apache-arrow";
import { takeRows } from "delta-lake-ts";
import { type JsonValue, stringifyJson } from "singer-sdk-ts";
import { jsonValue } from "./arrow-json.ts";

/** A record that is kept out of its table, as its row in the batch. */
export interface RejectedRow {
  readonly row: number;
  readonly reason: string;
  /** The record as JSON, by the stream's names. */
  readonly text: string;
}

/** The rows of a batch without those that are rejected, and which they are. */
export function keptRows(
  batch: RecordBatch,
  rejects: readonly RejectedRow[],
): { readonly batch: RecordBatch; readonly rows: Int32Array } {
  const rows = new Int32Array(batch.numRows);
  const gone = new Set(rejects.map(({ row }) => row));
  let count = 0;
  for (let row = 0; row < batch.numRows; row++) if (!gone.has(row)) rows[count++] = row;
  if (gone.size === 0) return { batch, rows };
  const kept = rows.subarray(0, count);
  return { batch: takeRows(batch, kept), rows: kept };
}

/** The record of a row as its stream had it. */
export function recordText(batch: RecordBatch, row: number): string {
  const fields = batch.schema.fields.flatMap(({ name }): [string, JsonValue][] => {
    const column = batch.getChild(name);
    return column === null || name.startsWith("_sdc_") ? [] : [[name, jsonValue(column, row)]];
  });
  return stringifyJson(Object.fromEntries(fields));
}
