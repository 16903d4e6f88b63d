import type { RecordBatch } from "apache-arrow";
import type { Action, AddFile } from "../action.ts";
import { isMapped } from "../column-mapping.ts";
import type { TableContext } from "../committer.ts";
import { DataFileWriter } from "../data-file.ts";
import { DeltaError } from "../error.ts";
import { checkRowChange, checkWrite } from "../feature.ts";
import type { Compression } from "../parquet/encode.ts";
import { parseSchema, type StructType } from "../schema.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict, type TransactionPlan } from "../transaction.ts";
import { type Changes, markMatches } from "./merge-mark.ts";
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
  /** Default: what the table's property `delta.enableDeletionVectors` says. False rewrites files all the same. */
  readonly usesDeletionVectors?: boolean;
};

/**
 * Merges rows into the table by key. Rows whose key has a null match nothing. Copy-on-write: only files with a changed
 * match are rewritten, and when every match already is what the source says, nothing is committed and `version` is
 * undefined. Where the table has deletion vectors switched on, matches are marked in their files instead, without
 * comparing them, and their new rows go to new files: less to write when the keys lie all over the table.
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
    const marks = marksRows(base, options);
    const { actions: changes, adds } = await settle(store, writer, async () => {
      const target = { writer, counts, options: layout };
      const touched = options.mode === "insert-only" ? [] : (scan?.touched ?? []);
      const changed = marks
        ? await markMatches(context, touched, source, counts)
        : await rewriteTouched(context, touched, source, target);
      const insertedCount = await insertWaiting(source, writer);
      // Updated rows whose old selves were marked are among those that come in.
      counts.inserted += marks ? insertedCount - counts.updated : insertedCount;
      return changed;
    });
    const changesState = state.some(({ type }) => type !== "txn");
    if (adds.length === 0 && changes.length === 0 && !changesState) {
      return { version: undefined, ...counts };
    }
    const actions = [...state, ...changes, ...adds.map((add): Action => ({ type: "add", add }))];
    const version = await commitTransaction(
      context,
      mergePlan(base, actions, { options, scan, counts }),
    );
    return { version, ...counts };
  });
}

/** True when the table's owner wants deletion vectors, or the caller does; E_TABLE_FEATURE where only the caller does. */
function marksRows(base: FullSnapshot | undefined, { usesDeletionVectors }: MergeOptions): boolean {
  const isEnabled = base?.properties.usesDeletionVectors === true;
  if (usesDeletionVectors === true && base !== undefined && !isEnabled) {
    throw new DeltaError(
      "E_TABLE_FEATURE",
      "cannot merge with deletionVectors: the table does not have them switched on",
      { hint: "set its property delta.enableDeletionVectors to true first" },
    );
  }
  return isEnabled && usesDeletionVectors !== false;
}

interface Layout {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  readonly isMapped: boolean;
}

function layoutAfter(state: readonly Action[], base: FullSnapshot | undefined): Layout {
  const metadata = state.find((action) => action.type === "metaData")?.metaData ?? base?.metadata;
  if (metadata === undefined) throw new Error("a table has metaData");
  return {
    schema: parseSchema(metadata.schemaString),
    partitionColumns: metadata.partitionColumns,
    configuration: metadata.configuration,
    isMapped: isMapped(metadata.configuration),
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
  store: ObjectStore,
  writer: DataFileWriter,
  work: () => Promise<Changes>,
): Promise<{ actions: readonly Action[]; adds: readonly AddFile[] }> {
  let changes: Changes | undefined;
  try {
    changes = await work();
    return { actions: changes.actions, adds: await writer.close() };
  } catch (error) {
    await writer.abort();
    if (changes?.path !== undefined) await store.delete(changes.path);
    throw error;
  }
}

async function rewriteTouched(
  context: TableContext,
  touched: readonly TouchedFile[],
  source: MergeSource,
  target: { writer: DataFileWriter; counts: MergeCounts; options: Layout },
): Promise<Changes> {
  const { store } = context;
  const actions: Action[] = [];
  for (const file of touched) {
    if (await isChanged(store, file, source, target.options)) {
      await rewriteFile(store, file, source, target);
      actions.push({ type: "remove", remove: removeOf(file.add, context, true) });
    } else keepFile(file, source);
  }
  return { actions, path: undefined };
}

/** Writes the rows that are to come in, and returns how many. */
async function insertWaiting(source: MergeSource, writer: DataFileWriter): Promise<number> {
  const rows: number[] = [];
  for (let row = 0; row < source.fates.length; row += 1) {
    if (source.fates[row] === RowFate.waiting && source.deletes[row] === 0) rows.push(row);
  }
  for (const batch of source.take(rows)) await writer.write(batch);
  return rows.length;
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
