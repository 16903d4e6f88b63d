import type { RecordBatch } from "apache-arrow";
import type { Action } from "../action.ts";
import type { TableContext } from "../committer.ts";
import type { TransactionScope } from "../conflict.ts";
import type { DataFileWriter } from "../data-file.ts";
import type { EncodeWorker } from "../encode-worker/encode-worker.ts";
import type { StructType } from "../schema.ts";
import type { FullSnapshot } from "../snapshot.ts";
import type { FileRewriter, PlannedRewrite } from "./file-rewriter.ts";
import type { MergeInput } from "./merge-input.ts";
import { type Changes, type MarkedFile, markFiles } from "./merge-mark.ts";
import { planRewrites } from "./merge-plan.ts";
import { type MergeCounts, writeFileChanges } from "./merge-rewrite.ts";
import { type MergeScan, scanMatches, type TouchedFile } from "./merge-scan.ts";
import { MergeSource } from "./merge-source.ts";
import { removeOf } from "./options.ts";
import { RewriteSpool } from "./rewrite-spool.ts";

/** Rows of one batch that come in. */
const INSERT_ROWS = 65_536;

/** What a merge works with, once its source is loaded. */
export interface MergeWork {
  readonly input: MergeInput;
  readonly schema: StructType;
  readonly keys: readonly string[];
  readonly isInsertOnly: boolean;
  readonly usesThread: boolean | undefined;
  /** Helps to look for matches where they are marked. */
  readonly encodeWorker: EncodeWorker | undefined;
  readonly rewriter: FileRewriter;
}

/** What a merge did, but for the files that its writer still has open. */
export interface MergeResult {
  readonly reads: TransactionScope["reads"];
  readonly readFiles: ReadonlySet<string>;
  readonly counts: Readonly<MergeCounts>;
  readonly changes: Changes;
}

/**
 * Marks the matches of all parts. Every row that holds comes in, whether it has a match or not: it is written while the
 * matches are looked for. Of a part only the places of its matches are kept, four bytes each.
 */
export async function markParts(
  context: TableContext,
  base: FullSnapshot,
  work: MergeWork,
): Promise<MergeResult> {
  const counts: MergeCounts = { inserted: 0, updated: 0, deleted: 0 };
  const scope = new ReadScope();
  const marked = new Map<string, MarkedFile>();
  let insertedCount = 0;
  for await (const rows of work.input.parts(work.schema)) {
    const source = new MergeSource(rows, work.schema, work.keys);
    // The rows come first, so that their encoding begins before the other thread helps with the scan.
    const [count, scan] = await bothDone(
      insertBeside(work, source),
      scanMatches(context.store, base, source, work),
    );
    insertedCount += count;
    scope.add(scan);
    const planned = planRewrites(scan.touched, source, counts);
    counts.updated += planned.reduce((sum, { placedCount }) => sum + placedCount, 0);
    await writeMarkedChanges(work, source, planned);
    for (const { key, add, live, liveCount, rows: found } of scan.touched) {
      const file = marked.get(key) ?? { add, live, liveCount, rows: [] };
      marked.set(key, { ...file, rows: [...file.rows, found] });
    }
  }
  // Updated rows, whose old selves are marked, are among those that come in.
  counts.inserted = insertedCount - counts.updated;
  const changes = await markFiles(context, [...marked.values()]);
  return { reads: scope.reads(), readFiles: scope.files, counts, changes };
}

/** Rewrites the files that the parts touch; where there are several parts, each file once, after the last part. */
export async function rewriteParts(
  context: TableContext,
  base: FullSnapshot | undefined,
  work: MergeWork,
): Promise<MergeResult> {
  const counts: MergeCounts = { inserted: 0, updated: 0, deleted: 0 };
  const scope = new ReadScope();
  const { spillFile } = work.input;
  const spool = spillFile === undefined ? undefined : new RewriteSpool(spillFile);
  const actions: Action[] = [];
  for await (const rows of work.input.parts(work.schema)) {
    const source = new MergeSource(rows, work.schema, work.keys);
    const touched = await touchedFiles(context, base, { source, scope, work });
    const planned = planRewrites(touched, source, counts);
    if (spool === undefined) actions.push(...(await rewrite(context, planned, { work, counts })));
    else for (const file of planned) await spool.add(await file.create());
    counts.inserted += await insertRows(source, source.waitingRows(), work.rewriter.writer);
    await writeInserts(work, source);
  }
  if (spool !== undefined && base !== undefined) {
    const planned = spool.planned(base.files.values());
    actions.push(...(await rewrite(context, planned, { work, counts })));
  }
  const changes = { actions, path: undefined };
  return { reads: scope.reads(), readFiles: scope.files, counts, changes };
}

/** The change data feed of a part whose matches are marked: their rows are read as they were. */
async function writeMarkedChanges(
  work: MergeWork,
  source: MergeSource,
  planned: readonly PlannedRewrite[],
): Promise<void> {
  const { changes, ...target } = work.rewriter.target();
  if (changes === undefined) return;
  for (const file of planned) await writeFileChanges(target, await file.create(), changes);
  await writeInserts(work, source);
}

async function writeInserts({ rewriter }: MergeWork, source: MergeSource): Promise<void> {
  const { changes } = rewriter;
  if (changes === undefined) return;
  for (const batch of batchesOf(source, source.waitingRows())) await changes.write("insert", batch);
}

async function touchedFiles(
  { store }: TableContext,
  base: FullSnapshot | undefined,
  { source, scope, work }: { source: MergeSource; scope: ReadScope; work: MergeWork },
): Promise<readonly TouchedFile[]> {
  if (base === undefined) return [];
  const scan = await scanMatches(store, base, source);
  scope.add(scan);
  return work.isInsertOnly ? [] : scan.touched;
}

async function rewrite(
  context: TableContext,
  planned: readonly PlannedRewrite[],
  { work, counts }: { work: MergeWork; counts: MergeCounts },
): Promise<Action[]> {
  const outcomes = await work.rewriter.rewrite(planned, work.usesThread);
  const actions: Action[] = [];
  for (const [index, { isChanged, updatedCount }] of outcomes.entries()) {
    counts.updated += updatedCount;
    const add = planned[index]?.add;
    if (isChanged && add !== undefined)
      actions.push({ type: "remove", remove: removeOf(add, context, true) });
  }
  return actions;
}

/** Writes rows of the source, and returns how many. */
async function insertRows(
  source: MergeSource,
  rows: Uint32Array,
  writer: DataFileWriter,
): Promise<number> {
  for (const batch of batchesOf(source, rows)) await writer.write(batch);
  return rows.length;
}

/** Inserts while the matches are looked for; when no part follows, the last file is finished meanwhile, too. */
async function insertBeside({ input, rewriter }: MergeWork, source: MergeSource): Promise<number> {
  const count = await insertRows(source, source.waitingRows(), rewriter.writer);
  if (input.spillFile === undefined) await rewriter.writer.roll();
  return count;
}

function* batchesOf(source: MergeSource, rows: Uint32Array): Generator<RecordBatch> {
  for (let start = 0; start < rows.length; start += INSERT_ROWS) {
    const batch = source.take(rows.subarray(start, start + INSERT_ROWS));
    if (batch !== undefined) yield batch;
  }
}

/** Neither goes on behind the caller's back when the other one fails. */
async function bothDone<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

/** What the scans of all parts read. */
class ReadScope {
  readonly files = new Set<string>();
  readonly #scans: MergeScan["reads"][] = [];

  add({ reads, readFiles }: MergeScan): void {
    this.#scans.push(reads);
    for (const file of readFiles) this.files.add(file);
  }

  /** A merge that makes the table conflicts with whatever is there. */
  reads(): TransactionScope["reads"] {
    const partitions = this.#scans.flatMap((reads) => (reads.type === "partitions" ? [reads] : []));
    if (partitions.length === 0 || partitions.length < this.#scans.length) return { type: "all" };
    return {
      type: "partitions",
      matches: (values) => partitions.some(({ matches }) => matches(values)),
    };
  }
}
