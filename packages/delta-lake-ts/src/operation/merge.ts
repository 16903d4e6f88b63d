import type { RecordBatch } from "apache-arrow";
import type { Action, AddFile } from "../action.ts";
import { isMapped } from "../column-mapping.ts";
import type { TableContext } from "../committer.ts";
import type { DataFileWriter } from "../data-file.ts";
import type { EncodeWorker } from "../encode-worker/encode-worker.ts";
import { DeltaError } from "../error.ts";
import { checkRowChange, checkWrite } from "../feature.ts";
import type { Compression } from "../parquet/encode.ts";
import { parseSchema, type StructType } from "../schema.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict, type TransactionPlan } from "../transaction.ts";
import { FileRewriter } from "./file-rewriter.ts";
import { type Changes, markMatches } from "./merge-mark.ts";
import { planRewrites } from "./merge-plan.ts";
import type { MergeCounts } from "./merge-rewrite.ts";
import { type MergeScan, scanMatches, type TouchedFile } from "./merge-scan.ts";
import { MergeSource } from "./merge-source.ts";
import { createContext, removeOf, stateActions, type WriteOptions } from "./options.ts";

/** Rows of one batch that come in. */
const INSERT_ROWS = 65_536;

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
  /**
   * Whether a second thread rewrites half of the files, which takes some 100 MB more. Default: where the machine has two
   * cores and there are more than 8 MiB to rewrite.
   */
  readonly usesThread?: boolean;
  /** Where matches are marked: a thread that encodes their new rows while the matches are looked for. */
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
  const context = createContext(store, options);
  return replanOnConflict(context, async () => {
    const base = await loadFullSnapshot(store);
    if (base !== undefined) checkWrite(base.protocol, base.metadata, base.schema);
    if (base !== undefined && options.mode !== "insert-only") checkRowChange(base.metadata);
    const state = stateActions(context, base, options, { replacesSchema: false });
    const layout = layoutAfter(state, base);
    const source = new MergeSource(options.source, layout.schema, options);
    const counts: MergeCounts = { inserted: 0, updated: 0, deleted: 0 };
    const marks = marksRows(base, options) && options.mode === "upsert";
    const rewriter = createRewriter(context, options, { layout, marks });
    const work = { source, rewriter, counts, options };
    const { scan, changes, adds } = await settle(store, rewriter, () =>
      marks ? markAndInsert(context, base, work) : rewriteAndInsert(context, base, work),
    );
    const changesState = state.some(({ type }) => type !== "txn");
    if (adds.length === 0 && changes.actions.length === 0 && !changesState) {
      return { version: undefined, ...counts };
    }
    const actions = [
      ...state,
      ...changes.actions,
      ...adds.map((add): Action => ({ type: "add", add })),
    ];
    const version = await commitTransaction(
      context,
      mergePlan(base, actions, { options, scan, counts }),
    );
    return { version, ...counts };
  });
}

/** What a merge works with. */
interface MergeWork {
  readonly source: MergeSource;
  readonly rewriter: FileRewriter;
  readonly counts: MergeCounts;
  readonly options: MergeOptions;
}

/** What a merge found, and what becomes of the files that it touches. */
interface MergeResult {
  readonly scan: MergeScan | undefined;
  readonly changes: Changes;
}

/** Every row that holds comes in, whether it has a match or not: it is written while the matches are looked for. */
async function markAndInsert(
  context: TableContext,
  base: FullSnapshot | undefined,
  { source, rewriter, counts }: MergeWork,
): Promise<MergeResult> {
  const [scan, insertedCount] = await bothDone(
    scanFiles(context, base, source),
    insertRows(source, source.waitingRows(), rewriter.writer),
  );
  const changes = await markMatches(context, scan?.touched ?? [], source, counts);
  // Updated rows, whose old selves are marked, are among those that come in.
  counts.inserted += insertedCount - counts.updated;
  return { scan, changes };
}

async function rewriteAndInsert(
  context: TableContext,
  base: FullSnapshot | undefined,
  work: MergeWork,
): Promise<MergeResult> {
  const { source, rewriter, counts, options } = work;
  const scan = await scanFiles(context, base, source);
  const touched = options.mode === "insert-only" ? [] : (scan?.touched ?? []);
  const changes = await rewriteTouched(context, touched, work);
  counts.inserted += await insertRows(source, source.waitingRows(), rewriter.writer);
  return { scan, changes };
}

async function scanFiles(
  { store }: TableContext,
  base: FullSnapshot | undefined,
  source: MergeSource,
): Promise<MergeScan | undefined> {
  return base === undefined ? undefined : scanMatches(store, base, source);
}

/** Neither goes on behind the caller's back when the other one fails. */
async function bothDone<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
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
  { compression, fileSizeBytes, encodeWorker }: MergeOptions,
  { layout, marks }: { layout: Layout; marks: boolean },
): FileRewriter {
  const writing = {
    ...layout,
    ...(compression === undefined ? {} : { compression }),
    ...(fileSizeBytes === undefined ? {} : { fileSizeBytes }),
  };
  const isEncodedApart = marks && encodeWorker !== undefined;
  return new FileRewriter(store, writing, {
    runtime,
    ...(isEncodedApart ? { encodeWorker } : {}),
  });
}

/** Closes the files after the work; a failure takes them back, since no commit was tried. */
async function settle(
  store: ObjectStore,
  rewriter: FileRewriter,
  work: () => Promise<MergeResult>,
): Promise<MergeResult & { readonly adds: readonly AddFile[] }> {
  let result: MergeResult | undefined;
  try {
    result = await work();
    return { ...result, adds: await rewriter.close() };
  } catch (error) {
    await rewriter.abort();
    if (result?.changes.path !== undefined) await store.delete(result.changes.path);
    throw error;
  }
}

async function rewriteTouched(
  context: TableContext,
  touched: readonly TouchedFile[],
  { source, rewriter, counts, options }: MergeWork,
): Promise<Changes> {
  const planned = planRewrites(touched, source, counts);
  const outcomes = await rewriter.rewrite(planned, options.usesThread);
  const actions: Action[] = [];
  for (const [index, { isChanged, updatedCount }] of outcomes.entries()) {
    counts.updated += updatedCount;
    const add = planned[index]?.add;
    if (isChanged && add !== undefined)
      actions.push({ type: "remove", remove: removeOf(add, context, true) });
  }
  return { actions, path: undefined };
}

/** Writes rows of the source, and returns how many. */
async function insertRows(
  source: MergeSource,
  rows: Uint32Array,
  writer: DataFileWriter,
): Promise<number> {
  for (let start = 0; start < rows.length; start += INSERT_ROWS) {
    const batch = source.take(rows.subarray(start, start + INSERT_ROWS));
    if (batch !== undefined) await writer.write(batch);
  }
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
