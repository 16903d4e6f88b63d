import type { RecordBatch } from "apache-arrow";
import { createRowEqual, type ValueEqual } from "../arrow/equal.ts";
import { takeRows } from "../arrow/take.ts";
import type { DataFileWriter } from "../data-file.ts";
import { type FileReadOptions, readDataFile } from "../data-read.ts";
import type { ObjectStore } from "../store.ts";
import type { TouchedFile } from "./merge-scan.ts";
import { type MergeSource, RowFate } from "./merge-source.ts";

/** Rows that a merge changed. */
export interface MergeCounts {
  inserted: number;
  updated: number;
  deleted: number;
}

/** Share of the target size from which a rewritten file is closed, so that files keep their own range of keys. */
const ROLL_SHARE = 0.5;

/** True when a match of the file has other values than its source row, is deleted by it, or has a double elsewhere. */
export async function isChanged(
  store: ObjectStore,
  file: TouchedFile,
  source: MergeSource,
  options: FileReadOptions,
): Promise<boolean> {
  if (hasDeleteOrDouble(file.matches, source)) return true;
  let firstRow = 0;
  let next = 0;
  for await (const batch of readDataFile(store, file.add, options)) {
    const comparer = new SourceComparer(source, batch);
    for (; next < file.rows.length; next += 1) {
      const row = (file.rows[next] ?? 0) - firstRow;
      if (row >= batch.numRows) break;
      if (!comparer.isSame(row, file.matches[next] ?? -1)) return true;
    }
    firstRow += batch.numRows;
  }
  return false;
}

/** Marks the matches of a file that stays as it is: its rows already are what the source says. */
export function keepFile(file: TouchedFile, source: MergeSource): void {
  for (const match of file.matches) source.fates[match] = RowFate.placed;
}

/** Writes a file anew: rows without a match stay, the others are replaced, dropped, or kept where nothing differs. */
export async function rewriteFile(
  store: ObjectStore,
  file: TouchedFile,
  source: MergeSource,
  target: { options: FileReadOptions; writer: DataFileWriter; counts: MergeCounts },
): Promise<void> {
  const { options, writer, counts } = target;
  let firstRow = 0;
  let next = 0;
  for await (const batch of readDataFile(store, file.add, options)) {
    const matches = new Int32Array(batch.numRows).fill(-1);
    for (; next < file.rows.length; next += 1) {
      const row = (file.rows[next] ?? 0) - firstRow;
      if (row >= batch.numRows) break;
      matches[row] = file.matches[next] ?? -1;
    }
    firstRow += batch.numRows;
    const { kept, replaced } = divideRows(batch, matches, source, counts);
    const isWhole = kept.length === batch.numRows;
    if (kept.length > 0) await writer.write(isWhole ? batch : takeRows(batch, kept));
    for (const part of source.take(replaced)) await writer.write(part);
  }
  if (firstRow !== file.liveCount) {
    throw new Error(`${file.add.path} has ${firstRow} rows, the key scan saw ${file.liveCount}`);
  }
  await writer.roll(ROLL_SHARE);
}

/** Compares rows of one batch of the table with rows of the source, one comparer for each of its batches. */
class SourceComparer {
  readonly #source: MergeSource;
  readonly #batch: RecordBatch;
  readonly #equals = new Map<number, ValueEqual>();

  constructor(source: MergeSource, batch: RecordBatch) {
    this.#source = source;
    this.#batch = batch;
  }

  isSame(row: number, sourceRow: number): boolean {
    const place = this.#source.locate(sourceRow);
    let isEqual = this.#equals.get(place.batchIndex);
    if (isEqual === undefined) {
      const batch = this.#source.batches[place.batchIndex];
      if (batch === undefined) throw new Error(`there is no source row ${sourceRow}`);
      isEqual = createRowEqual(this.#batch, batch);
      this.#equals.set(place.batchIndex, isEqual);
    }
    return isEqual(row, place.row);
  }
}

function divideRows(
  batch: RecordBatch,
  matches: Int32Array,
  source: MergeSource,
  counts: MergeCounts,
): { kept: Int32Array; replaced: number[] } {
  const { fates, deletes } = source;
  const comparer = new SourceComparer(source, batch);
  const kept = new Int32Array(matches.length);
  let keptCount = 0;
  const replaced: number[] = [];
  for (let row = 0; row < matches.length; row += 1) {
    const match = matches[row] ?? -1;
    if (match === -1) kept[keptCount++] = row;
    else if (deletes[match] === 1) {
      fates[match] = RowFate.deleted;
      counts.deleted += 1;
    } else if (fates[match] === RowFate.placed) {
      // The table had the key twice; one row is enough.
      counts.deleted += 1;
    } else {
      fates[match] = RowFate.placed;
      if (comparer.isSame(row, match)) kept[keptCount++] = row;
      else {
        replaced.push(match);
        counts.updated += 1;
      }
    }
  }
  return { kept: kept.subarray(0, keptCount), replaced };
}

function hasDeleteOrDouble(matches: Int32Array, { deletes, matchCounts }: MergeSource): boolean {
  for (const match of matches) {
    if (deletes[match] === 1 || (matchCounts[match] ?? 0) > 1) return true;
  }
  return false;
}
