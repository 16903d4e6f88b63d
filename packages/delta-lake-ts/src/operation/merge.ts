import type { RecordBatch } from "apache-arrow";
import type { Action, AddFile } from "../action.ts";
import type { TableContext } from "../committer.ts";
import { DataFileWriter } from "../data-file.ts";
import { DeltaError } from "../error.ts";
import { checkRowChange, checkWrite } from "../feature.ts";
import type { Compression } from "../parquet/encode.ts";
import { parseSchema, type StructType } from "../schema.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict, type TransactionPlan } from "../transaction.ts";
import { isChanged, keepFile, type MergeCounts, rewriteFile } from "./merge-rewrite.ts";
import { type MergeScan, scanMatches, type TouchedFile } from "./merge-scan.ts";
import { MergeSource, RowFate } from "./merge-source.ts";
import { createContext, removeOf, stateActions, type WriteOptions } from "./options.ts";

export type MergeOptions = WriteOptions & {
  /** Of rows with the same key the last one holds; each batch has the table's columns, in any order. */
  readonly source: readonly RecordBatch[];
  readonly keys: readonly string[];
  /** `insert-only` leaves matches as they are. */
  readonly mode: "upsert" | "insert-only";
  /** Rows for which it says yes delete their match and are not inserted. */
  readonly deleteWhen?: (batch: RecordBatch, row: number) => boolean;
  readonly compression?: Compression;
  readonly fileSizeBytes?: number;
};

/**
 * Merges rows into the table by key, copy-on-write: only files with a changed match are rewritten. Rows whose key has
 * a null match nothing. When every match already is what the source says, nothing is committed and `version` is
 * undefined: running the same merge twice leaves the table as it was.
 */
export async function merge(
  store: ObjectStore,
  options: MergeOptions,
): Promise<{ version: number | undefined } & Readonly<MergeCounts>> {
  const context = createContext(store, options);
  return replanOnConflict(context, async () => {
    const base = await loadFullSnapshot(store);
    if (base !== undefined) checkWrite(base.protocol, base.metadata, base.schema);
    if (base !== undefined && options.mode !== "insert-only") checkRowChange(base.metadata);
    const state = stateActions(context, base, options, { replacesSchema: false });
    const layout = layoutAfter(state, base);
    const source = new MergeSource(options.source, layout.schema, options);
    const counts: MergeCounts = { inserted: 0, updated: 0, deleted: 0 };
    const scan = base === undefined ? undefined : await scanMatches(store, base, source);
    const writer = createWriter(context, options, layout);
    const rewritten = await settle(writer, async () => {
      const target = { writer, counts, options: layout };
      const files = await rewriteTouched(store, scan, source, { ...target, mode: options.mode });
      await insertWaiting(source, writer, counts);
      return files;
    });
    const changesState = state.some(({ type }) => type !== "txn");
    if (rewritten.adds.length === 0 && rewritten.files.length === 0 && !changesState) {
      return { version: undefined, ...counts };
    }
    const actions = [...state, ...fileActions(context, rewritten)];
    const version = await commitTransaction(
      context,
      mergePlan(base, actions, { options, scan, counts }),
    );
    return { version, ...counts };
  });
}

interface Layout {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
}

interface Rewritten {
  readonly files: readonly TouchedFile[];
  readonly adds: readonly AddFile[];
}

function layoutAfter(state: readonly Action[], base: FullSnapshot | undefined): Layout {
  const metadata = state.find((action) => action.type === "metaData")?.metaData ?? base?.metadata;
  if (metadata === undefined) throw new Error("a table has metaData");
  return {
    schema: parseSchema(metadata.schemaString),
    partitionColumns: metadata.partitionColumns,
    configuration: metadata.configuration,
  };
}

function createWriter(
  { store, runtime }: TableContext,
  { compression, fileSizeBytes }: MergeOptions,
  layout: Layout,
): DataFileWriter {
  return new DataFileWriter(store, {
    ...layout,
    runtime,
    ...(compression === undefined ? {} : { compression }),
    ...(fileSizeBytes === undefined ? {} : { fileSizeBytes }),
  });
}

/** Closes the writer after the work; a failure takes its files back, since no commit was tried. */
async function settle(
  writer: DataFileWriter,
  work: () => Promise<readonly TouchedFile[]>,
): Promise<Rewritten> {
  try {
    const files = await work();
    return { files, adds: await writer.close() };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function rewriteTouched(
  store: ObjectStore,
  scan: MergeScan | undefined,
  source: MergeSource,
  target: {
    writer: DataFileWriter;
    counts: MergeCounts;
    options: Layout;
    mode: MergeOptions["mode"];
  },
): Promise<readonly TouchedFile[]> {
  if (scan === undefined || target.mode === "insert-only") return [];
  const rewritten: TouchedFile[] = [];
  for (const file of scan.touched) {
    if (await isChanged(store, file, source, target.options)) {
      await rewriteFile(store, file, source, target);
      rewritten.push(file);
    } else keepFile(file, source);
  }
  return rewritten;
}

async function insertWaiting(
  source: MergeSource,
  writer: DataFileWriter,
  counts: MergeCounts,
): Promise<void> {
  const rows: number[] = [];
  for (let row = 0; row < source.fates.length; row += 1) {
    if (source.fates[row] === RowFate.waiting && source.deletes[row] === 0) rows.push(row);
  }
  counts.inserted += rows.length;
  for (const batch of source.take(rows)) await writer.write(batch);
}

function fileActions(context: TableContext, { files, adds }: Rewritten): Action[] {
  return [
    ...files.map(({ add }): Action => ({ type: "remove", remove: removeOf(add, context, true) })),
    ...adds.map((add): Action => ({ type: "add", add })),
  ];
}

function mergePlan(
  base: FullSnapshot | undefined,
  actions: readonly Action[],
  {
    options,
    scan,
    counts,
  }: { options: MergeOptions; scan: MergeScan | undefined; counts: MergeCounts },
): TransactionPlan {
  if (options.keys.length === 0) throw new DeltaError("E_SCHEMA_MISMATCH", "a merge needs a key");
  const predicate = options.keys.map((key) => `target.${key} = source.${key}`).join(" AND ");
  return {
    base,
    actions,
    reads: scan?.reads ?? { type: "all" },
    ...(scan === undefined ? {} : { readFiles: scan.readFiles }),
    operation: "MERGE",
    operationParameters: { predicate, mode: options.mode },
    operationMetrics: {
      numSourceRows: String(options.source.reduce((sum, { numRows }) => sum + numRows, 0)),
      numTargetRowsInserted: String(counts.inserted),
      numTargetRowsUpdated: String(counts.updated),
      numTargetRowsDeleted: String(counts.deleted),
    },
    ...(options.commitInfo === undefined ? {} : { commitInfo: options.commitInfo }),
  };
}
