import type { AddFile, PartitionValues } from "../action.ts";
import { readScalar } from "../arrow/scalar.ts";
import { isMapped, physicalName } from "../column-mapping.ts";
import type { TransactionScope } from "../conflict.ts";
import { type FileReadOptions, readPhysicalRows } from "../data-read.ts";
import { formatPartitionValue, partitionKey } from "../partition.ts";
import type { StructType } from "../schema.ts";
import type { FullSnapshot } from "../snapshot.ts";
import { columnRanges, mayContain } from "../stats/prune.ts";
import type { ObjectStore } from "../store.ts";
import { type MergeSource, RowFate } from "./merge-source.ts";

/** A file with rows that match. Only the matches are kept: a scan may go over many more rows than it finds. */
export interface TouchedFile {
  readonly key: string;
  readonly add: AddFile;
  /** The matching rows by their place among the file's live rows, ascending. */
  readonly rows: Uint32Array;
  /** For each of them the number of its source row. */
  readonly matches: Int32Array;
  readonly liveCount: number;
  /** For each row that lies in the file, 0 where it is deleted already; undefined when all are live. */
  readonly live: Uint8Array | undefined;
}

/** What the scan found, and what it looked at. */
export interface MergeScan {
  readonly touched: readonly TouchedFile[];
  readonly reads: TransactionScope["reads"];
  readonly readFiles: ReadonlySet<string>;
}

/** Files whose keys are read at once. */
const FILES_AT_ONCE = 4;
/** Rows of keys that are looked up together: they are narrow. */
const SCAN_ROWS = 131_072;

/** Finds the matches by reading only the key columns of the files that partition and statistics do not rule out. */
export async function scanMatches(
  store: ObjectStore,
  base: FullSnapshot,
  source: MergeSource,
): Promise<MergeScan> {
  const { partitionColumns } = base.metadata;
  const partitions = sourcePartitions(source, partitionColumns);
  const matchesPartition = (values: PartitionValues): boolean =>
    partitions === undefined ||
    partitions.has(partitionKey(values, partitionColumns, source.schema));
  const stored = source.keys.filter(({ name }) => !partitionColumns.includes(name));
  const hasMapping = isMapped(base.metadata.configuration);
  const named = stored.map((key) => (hasMapping ? { ...key, name: physicalName(key.field) } : key));
  const ranges = columnRanges(source.batches, named);
  const candidates = [...base.files].filter(
    ([, add]) => matchesPartition(add.partitionValues) && mayContain(add, ranges),
  );
  const options = { partitionColumns, isMapped: hasMapping };
  const found: (TouchedFile | undefined)[] = [];
  // The next files are opened and read while the rows of one are looked up.
  const entries = candidates.entries();
  const scanNext = async (): Promise<void> => {
    // Only matches are kept of a batch, so that the next one may lie in its place.
    const decode = { batchRows: SCAN_ROWS, scratch: { buffer: new ArrayBuffer() } };
    for (const [index, [key, add]] of entries) {
      const matches = await matchFile(store, add, source, { ...options, decode });
      found[index] = matches === undefined ? undefined : { key, add, ...matches };
    }
  };
  await allDone(Array.from({ length: FILES_AT_ONCE }, scanNext));
  const touched = found.filter((file) => file !== undefined);
  const readFiles = new Set(candidates.map(([key]) => key));
  const reads: TransactionScope["reads"] =
    partitions === undefined ? { type: "all" } : { type: "partitions", matches: matchesPartition };
  return { touched, reads, readFiles };
}

/** None goes on behind the caller's back when another one fails. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(work);
  await Promise.all(work);
}

async function matchFile(
  store: ObjectStore,
  add: AddFile,
  source: MergeSource,
  options: Omit<FileReadOptions, "schema">,
): Promise<Omit<TouchedFile, "key" | "add"> | undefined> {
  const schema: StructType = {
    type: "struct",
    fields: source.keys.map(({ field }) => ({ ...field, nullable: true })),
  };
  const places = source.keys.map((_, index) => index);
  const rows: Uint32Array[] = [];
  const matches: Int32Array[] = [];
  const lives: Uint8Array[] = [];
  let liveCount = 0;
  for await (const { batch, live } of readPhysicalRows(store, add, { ...options, schema })) {
    const found = source.index.probe(batch, places);
    const kept = live === undefined ? found : liveMatches(found, live);
    if (kept.rows.length > 0) {
      rows.push(liveCount === 0 ? kept.rows : kept.rows.map((row) => row + liveCount));
      matches.push(kept.matches);
      for (const match of kept.matches) source.fates[match] = RowFate.matched;
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

/** The partitions that the source's rows lie in, when the key says so: else they may be anywhere. */
function sourcePartitions(
  source: MergeSource,
  partitionColumns: readonly string[],
): ReadonlySet<string> | undefined {
  if (partitionColumns.length === 0) return undefined;
  const columns = partitionColumns.map((name) => source.keys.find((key) => key.name === name));
  if (columns.includes(undefined)) return undefined;
  const partitions = new Set<string>();
  for (const batch of source.batches) {
    for (let row = 0; row < batch.numRows; row += 1) {
      const texts = columns.map((column) => {
        const data = batch.data.children[column?.index ?? -1];
        if (column === undefined || data === undefined) throw new Error("a key column is absent");
        return formatPartitionValue(column.type, readScalar(data, row));
      });
      partitions.add(JSON.stringify(texts));
    }
  }
  return partitions;
}
