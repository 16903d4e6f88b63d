import { availableParallelism } from "node:os";
import { Table, tableToIPC } from "apache-arrow";
import type { AddFile, PartitionValues } from "../action.ts";
import { readScalar } from "../arrow/scalar.ts";
import { isMapped, physicalName } from "../column-mapping.ts";
import type { TransactionScope } from "../conflict.ts";
import type { EncodeWorker } from "../encode-worker/encode-worker.ts";
import type { WorkerScan } from "../encode-worker/worker-scan.ts";
import { formatPartitionValue, partitionKey } from "../partition.ts";
import type { FullSnapshot } from "../snapshot.ts";
import { columnRanges, mayContain } from "../stats/prune.ts";
import type { ObjectStore } from "../store.ts";
import { type FileMatches, type KeyScan, scanFile } from "./key-scan.ts";
import { type MergeSource, RowFate } from "./merge-source.ts";
import { stopping, TwoEndedQueue } from "./two-ended-queue.ts";

/** A file with rows that match. */
export interface TouchedFile extends FileMatches {
  readonly key: string;
  readonly add: AddFile;
}

/** What the scan found, and what it looked at. */
export interface MergeScan {
  readonly touched: readonly TouchedFile[];
  readonly reads: TransactionScope["reads"];
  readonly readFiles: ReadonlySet<string>;
}

/** Files whose keys are read at once, by the caller's thread and by the other one. */
const FILES_AT_ONCE = 4;
const THREAD_FILES_AT_ONCE = 2;
/** Below this many bytes of files a second thread is left to the rows that come in. */
const THREAD_BYTES_MIN = 64 * 1024 * 1024;
/** Above this many rows of the source an index of them in each thread takes too much memory. */
const THREAD_ROWS_MAX = 1_000_000;

/** Who helps to scan, and whether it must, or must not. */
export interface ScanHelp {
  readonly encodeWorker?: EncodeWorker | undefined;
  readonly usesThread?: boolean | undefined;
}

/** Finds the matches by reading only the key columns of the files that partition and statistics do not rule out. */
export async function scanMatches(
  store: ObjectStore,
  base: FullSnapshot,
  source: MergeSource,
  help: ScanHelp = {},
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
  const fields = source.keys.map(({ field }) => field);
  const scan = { index: source.index, fields, options };
  const adds = candidates.map(([, add]) => add);
  const helper = helperFor(store, adds, source, help);
  const results =
    helper === undefined
      ? await scanFiles(store, adds, scan)
      : await helper.encodeWorker.scanning(
          { folder: helper.folder, keys: sentKeys(source), fields, options },
          (thread) => scanFiles(store, adds, scan, thread),
        );
  const found = candidates.map(([key, add], index): TouchedFile | undefined => {
    const matches = results[index];
    for (const match of matches?.matches ?? []) source.fates[match] = RowFate.matched;
    return matches === undefined ? undefined : { key, add, ...matches };
  });
  const touched = found.filter((file) => file !== undefined);
  const readFiles = new Set(candidates.map(([key]) => key));
  const reads: TransactionScope["reads"] =
    partitions === undefined ? { type: "all" } : { type: "partitions", matches: matchesPartition };
  return { touched, reads, readFiles };
}

/** Scans on the caller's thread from the first file on, and on another one from the last file on, until they meet. */
async function scanFiles(
  store: ObjectStore,
  adds: readonly AddFile[],
  scan: KeyScan,
  thread?: WorkerScan,
): Promise<readonly (FileMatches | undefined)[]> {
  const queue = new TwoEndedQueue(adds);
  const results: (FileMatches | undefined)[] = [];
  // The next files are opened and read while the rows of one are looked up.
  const scanHere = async (): Promise<void> => {
    const scratch = { buffer: new ArrayBuffer() };
    for (let next = queue.first(); next !== undefined; next = queue.first())
      results[next.index] = await scanFile(store, next.item, scan, scratch);
  };
  const scanThere = async (helper: WorkerScan, lane: number): Promise<void> => {
    for (let next = queue.last(); next !== undefined; next = queue.last())
      results[next.index] = await helper.scan(next.item, lane);
  };
  const lanes = Array.from({ length: FILES_AT_ONCE }, scanHere);
  if (thread !== undefined) {
    for (let lane = 0; lane < THREAD_FILES_AT_ONCE; lane += 1) lanes.push(scanThere(thread, lane));
  }
  // None goes on behind the caller's back when another one fails.
  const ends = await Promise.allSettled(lanes.map((lane) => stopping(lane, queue)));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return results;
}

/** The thread that helps, where it can open the files by itself and there is enough to do. */
function helperFor(
  { folder }: ObjectStore,
  adds: readonly AddFile[],
  { index: { rowCount } }: MergeSource,
  { encodeWorker, usesThread }: ScanHelp,
): { readonly encodeWorker: EncodeWorker; readonly folder: string } | undefined {
  if (encodeWorker === undefined || folder === undefined || rowCount === 0) return undefined;
  const sizeBytes = adds.reduce((sum, { size }) => sum + size, 0);
  const isWorthwhile =
    availableParallelism() > 1 && sizeBytes >= THREAD_BYTES_MIN && rowCount <= THREAD_ROWS_MAX;
  return (usesThread ?? isWorthwhile) ? { encodeWorker, folder } : undefined;
}

function sentKeys({ batches, keys }: MergeSource): Uint8Array {
  const columns = batches.map((batch) => batch.selectAt(keys.map(({ index }) => index)));
  return tableToIPC(new Table(columns), "stream");
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
