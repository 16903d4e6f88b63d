import type { AddFile } from "../action.ts";
import type { KeyIndex } from "../arrow/key-index.ts";
import { type FileReadOptions, readPhysicalRows } from "../data-read.ts";
import type { BatchScratch } from "../parquet/wasm-batch.ts";
import type { StructField, StructType } from "../schema.ts";
import type { ObjectStore } from "../store.ts";

/** What is found in one file. Only the matches are kept: a scan may go over many more rows than it finds. */
export interface FileMatches {
  /** The matching rows by their place among the file's live rows, ascending. */
  readonly rows: Uint32Array;
  /** For each of them the number of its source row. */
  readonly matches: Int32Array;
  readonly liveCount: number;
  /** For each row that lies in the file, 0 where it is deleted already; undefined when all are live. */
  readonly live: Uint8Array | undefined;
}

/** What a scan for keys looks for: the index of the source, and the columns that it is an index of. */
export interface KeyScan {
  readonly index: KeyIndex;
  readonly fields: readonly StructField[];
  readonly options: Omit<FileReadOptions, "schema" | "decode">;
}

/** Rows of keys that are looked up together: they are narrow. */
const SCAN_ROWS = 131_072;

/**
 * Finds the matches in one file by reading only its key columns, or undefined when there are none. Files that are scanned
 * with the same `scratch` come one after the other.
 */
export async function scanFile(
  store: ObjectStore,
  add: AddFile,
  { index, fields, options }: KeyScan,
  scratch: BatchScratch,
): Promise<FileMatches | undefined> {
  const schema: StructType = {
    type: "struct",
    fields: fields.map((field) => ({ ...field, nullable: true })),
  };
  const places = fields.map((_, place) => place);
  const rows: Uint32Array[] = [];
  const matches: Int32Array[] = [];
  const lives: Uint8Array[] = [];
  let liveCount = 0;
  // Only matches are kept of a batch, so that the next one may lie in its place.
  const reading = { ...options, schema, decode: { batchRows: SCAN_ROWS, scratch } };
  for await (const { batch, live } of readPhysicalRows(store, add, reading)) {
    const found = index.probe(batch, places);
    const kept = live === undefined ? found : liveMatches(found, live);
    if (kept.rows.length > 0) {
      rows.push(liveCount === 0 ? kept.rows : kept.rows.map((row) => row + liveCount));
      matches.push(kept.matches);
    }
    liveCount += live === undefined ? batch.numRows : countLive(live);
    if (live !== undefined) lives.push(live);
  }
  if (rows.length === 0) return undefined;
  return {
    rows: joinArrays(rows, (length) => new Uint32Array(length)),
    matches: joinArrays(matches, (length) => new Int32Array(length)),
    liveCount,
    live: lives.length === 0 ? undefined : joinArrays(lives, (length) => new Uint8Array(length)),
  };
}

/** The matches among live rows, their places counted over live rows only. */
function liveMatches(
  found: { rows: Uint32Array; matches: Int32Array },
  live: Uint8Array,
): { rows: Uint32Array; matches: Int32Array } {
  const rows: number[] = [];
  const matches: number[] = [];
  let liveRow = 0;
  let place = 0;
  for (const [index, row] of found.rows.entries()) {
    for (; place < row; place += 1) liveRow += live[place] ?? 0;
    if (live[row] === 0) continue;
    rows.push(liveRow);
    matches.push(found.matches[index] ?? -1);
  }
  return { rows: Uint32Array.from(rows), matches: Int32Array.from(matches) };
}

function countLive(live: Uint8Array): number {
  let count = 0;
  for (let row = 0; row < live.length; row += 1) count += live[row] ?? 0;
  return count;
}

function joinArrays<T extends Int32Array | Uint32Array | Uint8Array>(
  parts: readonly T[],
  create: (length: number) => T,
): T {
  const joined = create(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    joined.set(part, place);
    place += part.length;
  }
  return joined;
}
