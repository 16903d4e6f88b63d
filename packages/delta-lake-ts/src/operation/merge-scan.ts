import type { AddFile, PartitionValues } from "../action.ts";
import { readScalar } from "../arrow/scalar.ts";
import type { TransactionScope } from "../conflict.ts";
import { readDataFile } from "../data-read.ts";
import { formatPartitionValue } from "../partition.ts";
import type { StructType } from "../schema.ts";
import type { FullSnapshot } from "../snapshot.ts";
import { columnRanges, mayContain } from "../stats/prune.ts";
import type { ObjectStore } from "../store.ts";
import { type MergeSource, RowFate } from "./merge-source.ts";

/** A file with rows that match: for each row the number of the source row, or -1. */
export interface TouchedFile {
  readonly key: string;
  readonly add: AddFile;
  readonly matches: Int32Array;
}

/** What the scan found, and what it looked at. */
export interface MergeScan {
  readonly touched: readonly TouchedFile[];
  readonly reads: TransactionScope["reads"];
  readonly readFiles: ReadonlySet<string>;
}

/** Finds the matches by reading only the key columns of the files that partition and statistics do not rule out. */
export async function scanMatches(
  store: ObjectStore,
  base: FullSnapshot,
  source: MergeSource,
): Promise<MergeScan> {
  const { partitionColumns } = base.metadata;
  const partitions = sourcePartitions(source, partitionColumns);
  const matchesPartition = (values: PartitionValues): boolean =>
    partitions === undefined || partitions.has(partitionKey(values, partitionColumns));
  const stored = source.keys.filter(({ name }) => !partitionColumns.includes(name));
  const ranges = columnRanges(source.batches, stored);
  const touched: TouchedFile[] = [];
  const readFiles = new Set<string>();
  for (const [key, add] of base.files) {
    if (!matchesPartition(add.partitionValues) || !mayContain(add, ranges)) continue;
    readFiles.add(key);
    const matches = await matchFile(store, add, source, partitionColumns);
    if (matches !== undefined) touched.push({ key, add, matches });
  }
  const reads: TransactionScope["reads"] =
    partitions === undefined ? { type: "all" } : { type: "partitions", matches: matchesPartition };
  return { touched, reads, readFiles };
}

async function matchFile(
  store: ObjectStore,
  add: AddFile,
  source: MergeSource,
  partitionColumns: readonly string[],
): Promise<Int32Array | undefined> {
  const schema: StructType = {
    type: "struct",
    fields: source.keys.map(({ name, type }) => ({ name, type, nullable: true, metadata: {} })),
  };
  const places = source.keys.map((_, index) => index);
  const parts: Int32Array[] = [];
  let rowCount = 0;
  let hasMatch = false;
  for await (const batch of readDataFile(store, add, { schema, partitionColumns })) {
    const matches = source.index.probe(batch, places);
    hasMatch = countMatches(matches, source) || hasMatch;
    parts.push(matches);
    rowCount += matches.length;
  }
  if (!hasMatch) return undefined;
  const joined = new Int32Array(rowCount);
  let place = 0;
  for (const part of parts) {
    joined.set(part, place);
    place += part.length;
  }
  return joined;
}

function countMatches(matches: Int32Array, { fates, matchCounts }: MergeSource): boolean {
  let hasMatch = false;
  for (let row = 0; row < matches.length; row += 1) {
    const match = matches[row] ?? -1;
    if (match === -1) continue;
    hasMatch = true;
    fates[match] = RowFate.matched;
    matchCounts[match] = Math.min(2, (matchCounts[match] ?? 0) + 1);
  }
  return hasMatch;
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

function partitionKey(values: PartitionValues, partitionColumns: readonly string[]): string {
  return JSON.stringify(partitionColumns.map((name) => values[name] ?? null));
}
