import type { RecordBatch } from "apache-arrow";
import type { Action } from "../action.ts";
import { isMapped } from "../column-mapping.ts";
import type { TableContext } from "../committer.ts";
import type { EncodeWorker } from "../encode-worker/encode-worker.ts";
import { DeltaError } from "../error.ts";
import { checkRemoval, checkWrite } from "../feature.ts";
import type { Compression } from "../parquet/encode.ts";
import { parseSchema, type StructType } from "../schema.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict, type TransactionPlan } from "../transaction.ts";
import { FileRewriter } from "./file-rewriter.ts";
import { MergeInput } from "./merge-input.ts";
import { type MergeResult, type MergeWork, markParts, rewriteParts } from "./merge-parts.ts";
import type { MergeCounts } from "./merge-rewrite.ts";
import { createContext, stateActions, type WriteOptions } from "./options.ts";

const CHANGE_DATA_FEED = "delta.enableChangeDataFeed";

export type MergeOptions = WriteOptions & {
  /** Of rows with the same key the last one holds; each batch has the table's columns, in any order. Read once. */
  readonly source: Iterable<RecordBatch> | AsyncIterable<RecordBatch>;
  readonly keys: readonly string[];
  /** `insert-only` leaves matches as they are. */
  readonly mode: "upsert" | "insert-only";
  /** Rows for which it says yes delete their match and are not inserted. */
  readonly deleteWhen?: (batch: RecordBatch, row: number) => boolean;
  /**
   * Columns that the source lacks and whose values stay in rows that are updated: without it they become null there.
   * Matches are then rewritten, also in a table with deletion vectors.
   */
  readonly keeps?: readonly string[];
  /**
   * How much of the source is held at once, with its index of 32 bytes a row; the rows of an array, which the caller
   * holds, are not counted. A larger source goes to a temporary file by the hash of its keys and is merged part by part,
   * in one commit; each part looks through the table's keys. Default: 256 MiB.
   */
  readonly memoryBytes?: number;
  /** Where that file is made. Default: the system's folder for temporary files. */
  readonly spillFolder?: string;
  readonly compression?: Compression;
  readonly fileSizeBytes?: number;
  /** Default: what the table's property `delta.enableDeletionVectors` says. False rewrites files all the same. */
  readonly usesDeletionVectors?: boolean;
  /**
   * Whether a second thread rewrites half of the files, which takes some 100 MB more. Default: where the machine has two
   * cores and there are more than 8 MiB to rewrite. Where matches are marked: whether `encodeWorker` looks for half of
   * them. Default: where there are two cores, a local folder with 64 MiB to look through, and at most 1,000,000 rows.
   */
  readonly usesThread?: boolean;
  /**
   * Where matches are marked: a thread that encodes their new rows while the matches are looked for, and then helps with
   * that.
   */
  readonly encodeWorker?: EncodeWorker;
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
  const input = new MergeInput(options);
  try {
    return await mergeInput(createContext(store, options), input, options);
  } finally {
    await input.close();
  }
}

function mergeInput(
  context: TableContext,
  input: MergeInput,
  options: MergeOptions,
): Promise<{ version: number | undefined } & Readonly<MergeCounts>> {
  const { store } = context;
  return replanOnConflict(context, async () => {
    const base = await loadFullSnapshot(store);
    if (base !== undefined) checkWrite(base.protocol, base.metadata, base.schema);
    if (base !== undefined && options.mode !== "insert-only") checkRemoval(base.protocol);
    const state = stateActions(context, base, options, { replacesSchema: false });
    const layout = layoutAfter(state, base);
    await input.load(layout.schema);
    const isWhole = (options.keeps ?? []).length === 0;
    const marks = marksRows(base, options) && options.mode === "upsert" && isWhole;
    const rewriter = createRewriter(context, options, { layout, marks });
    const work: MergeWork = {
      input,
      schema: layout.schema,
      keys: options.keys,
      isInsertOnly: options.mode === "insert-only",
      usesThread: options.usesThread,
      encodeWorker: options.encodeWorker,
      rewriter,
    };
    const { files, ...result } = await settle(store, rewriter, () =>
      marks && base !== undefined
        ? markParts(context, base, work)
        : rewriteParts(context, base, work),
    );
    const { counts, changes } = result;
    const changesState = state.some(({ type }) => type !== "txn");
    if (files.length === 0 && changes.actions.length === 0 && !changesState) {
      return { version: undefined, ...counts };
    }
    const actions = [...state, ...changes.actions, ...files];
    const version = await commitTransaction(
      context,
      mergePlan(base, actions, { options, result, sourceRowCount: input.rowCount }),
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

function createRewriter(
  { store, runtime }: TableContext,
  { mode, keeps, compression, fileSizeBytes, encodeWorker }: MergeOptions,
  { layout, marks }: { layout: Layout; marks: boolean },
): FileRewriter {
  const writing = {
    ...layout,
    ...(keeps === undefined ? {} : { keeps }),
    ...(compression === undefined ? {} : { compression }),
    ...(fileSizeBytes === undefined ? {} : { fileSizeBytes }),
  };
  const isEncodedApart = marks && encodeWorker !== undefined;
  const own = { runtime, ...(isEncodedApart ? { encodeWorker } : {}) };
  // Rows that only come in are read from the log itself.
  const tracksChanges = mode === "upsert" && layout.configuration[CHANGE_DATA_FEED] === "true";
  return new FileRewriter(store, writing, own, tracksChanges);
}

/** Closes the files after the work; a failure takes them back, since no commit was tried. */
async function settle(
  store: ObjectStore,
  rewriter: FileRewriter,
  work: () => Promise<MergeResult>,
): Promise<MergeResult & { readonly files: readonly Action[] }> {
  let result: MergeResult | undefined;
  try {
    result = await work();
    return { ...result, files: await rewriter.close() };
  } catch (error) {
    await rewriter.abort();
    if (result?.changes.path !== undefined) await store.delete(result.changes.path);
    throw error;
  }
}

function mergePlan(
  base: FullSnapshot | undefined,
  actions: readonly Action[],
  {
    options,
    result,
    sourceRowCount,
  }: { options: MergeOptions; result: MergeResult; sourceRowCount: number },
): TransactionPlan {
  if (options.keys.length === 0) throw new DeltaError("E_SCHEMA_MISMATCH", "a merge needs a key");
  const { counts, reads, readFiles } = result;
  const predicate = options.keys.map((key) => `target.${key} = source.${key}`).join(" AND ");
  return {
    base,
    actions,
    reads,
    readFiles,
    operation: "MERGE",
    operationParameters: { predicate, mode: options.mode },
    operationMetrics: {
      numSourceRows: String(sourceRowCount),
      numTargetRowsInserted: String(counts.inserted),
      numTargetRowsUpdated: String(counts.updated),
      numTargetRowsDeleted: String(counts.deleted),
    },
    ...(options.commitInfo === undefined ? {} : { commitInfo: options.commitInfo }),
  };
}
