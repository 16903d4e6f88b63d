import type { Action, AddFile } from "../action.ts";
import { isMapped } from "../column-mapping.ts";
import type { TableContext } from "../committer.ts";
import { DataFileWriter } from "../data-file.ts";
import { readDataFile } from "../data-read.ts";
import { checkRemoval, checkWrite } from "../feature.ts";
import { fileKey } from "../log-replay.ts";
import type { Compression } from "../parquet/encode.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import { parseStatistics } from "../stats/parse.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { fileMetrics } from "./append.ts";
import { removeOf } from "./options.ts";

/** delta.md §1.18. */
const TARGET_BYTES = 128 * 1024 * 1024;

export interface OptimizeOptions {
  /** Files are joined up to about this size. Default: 128 MiB. */
  readonly fileSizeBytes?: number;
  readonly compression?: Compression;
  readonly runtime?: Runtime;
}

/** What {@link optimize} did; `version` is undefined when there was nothing to join. */
export interface OptimizeResult {
  readonly version: number | undefined;
  readonly filesRemoved: number;
  readonly filesAdded: number;
}

/**
 * Joins small files, and files with deletion vectors, partition by partition, in one commit that changes no row.
 * Other writers' appends go on meanwhile; a file that somebody else removes makes it start anew.
 */
export async function optimize(
  store: ObjectStore,
  options: OptimizeOptions = {},
): Promise<OptimizeResult> {
  const context: TableContext = { store, runtime: options.runtime ?? systemRuntime };
  return replanOnConflict(context, async () => {
    const base = await loadFullSnapshot(store);
    const bins = base === undefined ? [] : planBins(base, options.fileSizeBytes ?? TARGET_BYTES);
    if (base === undefined || bins.length === 0) {
      return { version: undefined, filesRemoved: 0, filesAdded: 0 };
    }
    checkWrite(base.protocol, base.metadata, base.schema);
    checkRemoval(base.protocol);
    const inputs = bins.flat();
    const adds = await joinBins(context, base, bins, options);
    const version = await commitTransaction(context, {
      base,
      actions: [
        ...inputs.map((add): Action => ({ type: "remove", remove: removeOf(add, context, false) })),
        ...adds.map((add): Action => ({ type: "add", add: { ...add, dataChange: false } })),
      ],
      reads: { type: "none" },
      readFiles: new Set(inputs.map((add) => fileKey(add))),
      isolationLevel: "SnapshotIsolation",
      operation: "OPTIMIZE",
      operationParameters: { predicate: "[]", zOrderBy: "[]" },
      operationMetrics: { ...fileMetrics(adds), numRemovedFiles: String(inputs.length) },
    });
    return { version, filesRemoved: inputs.length, filesAdded: adds.length };
  });
}

/** Groups files of one partition, in the table's order, into bins of about the target size. */
function planBins(base: FullSnapshot, targetBytes: number): AddFile[][] {
  const byPartition = new Map<string, AddFile[][]>();
  for (const add of base.files.values()) {
    const hasVector = add.deletionVector !== undefined;
    if (add.size >= targetBytes * 0.75 && !hasVector) continue;
    const key = JSON.stringify(
      base.metadata.partitionColumns.map((name) => add.partitionValues[name] ?? null),
    );
    const bins = byPartition.get(key) ?? [];
    byPartition.set(key, bins);
    const last = bins.at(-1);
    const lastBytes = (last ?? []).reduce((sum, { size }) => sum + size, 0);
    if (last === undefined || lastBytes + add.size > targetBytes) bins.push([add]);
    else last.push(add);
  }
  const isUseful = (bin: AddFile[]): boolean =>
    bin.length > 1 || bin.some(({ deletionVector }) => deletionVector !== undefined);
  return [...byPartition.values()].flat().filter(isUseful);
}

async function joinBins(
  { store, runtime }: TableContext,
  { schema, metadata }: FullSnapshot,
  bins: readonly AddFile[][],
  { compression }: OptimizeOptions,
): Promise<AddFile[]> {
  const { partitionColumns } = metadata;
  const layout = { schema, partitionColumns, isMapped: isMapped(metadata.configuration) };
  const adds: AddFile[] = [];
  for (const bin of bins) {
    const writer = new DataFileWriter(store, {
      ...layout,
      runtime,
      configuration: metadata.configuration,
      // A bin becomes one file, whatever its rows encode to.
      fileSizeBytes: Number.POSITIVE_INFINITY,
      ...(compression === undefined ? {} : { compression }),
    });
    let rowCount = 0;
    try {
      for (const add of bin) {
        for await (const batch of readDataFile(store, add, layout)) {
          rowCount += batch.numRows;
          await writer.write(batch);
        }
      }
      const written = await writer.close();
      checkRowCount(written, rowCount);
      adds.push(...written);
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }
  return adds;
}

function checkRowCount(adds: readonly AddFile[], expected: number): void {
  const written = adds.reduce((sum, { stats }) => sum + (parseStatistics(stats).rowCount ?? 0), 0);
  if (written !== expected) throw new Error(`${written} rows were written, ${expected} were read`);
}
