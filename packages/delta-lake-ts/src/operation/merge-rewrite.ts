import type { RecordBatch } from "apache-arrow";
import type { AddFile } from "../action.ts";
import { withColumnsOf, withoutColumns } from "../arrow/columns.ts";
import { createRowEqual } from "../arrow/equal.ts";
import { RowRuns } from "../arrow/row-runs.ts";
import { takeRuns } from "../arrow/take.ts";
import type { DataFileWriter } from "../data-file.ts";
import { type FileReadOptions, readDataFile } from "../data-read.ts";
import type { ObjectStore } from "../store.ts";
import type { ChangeWriter } from "./change-writer.ts";

/** Rows that a merge changed. */
export interface MergeCounts {
  inserted: number;
  updated: number;
  deleted: number;
}

/** What a merge does to one file: all that another thread needs to know. */
export interface FileRewrite {
  readonly add: AddFile;
  /** Rows of the file that are live before the merge. */
  readonly liveCount: number;
  /** The matching rows by their place among the file's live rows, ascending. */
  readonly rows: Uint32Array;
  /** For each of them the row of `source` that takes its place, or -1 when it goes. */
  readonly replacements: Int32Array;
  /** The new rows; undefined when all matches go. */
  readonly source: RecordBatch | undefined;
}

/** What became of a file: without a changed row it stays as it is. */
export interface RewriteOutcome {
  readonly isChanged: boolean;
  readonly updatedCount: number;
}

/** Where a file is written anew. */
export interface RewriteTarget {
  readonly store: ObjectStore;
  readonly writer: DataFileWriter;
  readonly options: FileReadOptions;
  /** Takes the changes of rows, where the table keeps a change data feed. */
  readonly changes: ChangeWriter | undefined;
  /** Columns whose values stay in rows that are replaced. */
  readonly keeps?: readonly string[] | undefined;
}

/** Share of the target size from which a rewritten file is closed, so that files keep their own range of keys. */
const ROLL_SHARE = 0.5;
/** Batches that are kept while none has a change; a file whose first change comes later is read twice. */
const HELD_BATCHES_MAX = 4;

/**
 * Writes a file anew when a match has other values than its source row, or goes: rows keep their order, each in its
 * place replaced, dropped or kept. A file in which nothing differs is only read.
 */
export async function rewriteFile(
  target: RewriteTarget,
  rewrite: FileRewrite,
): Promise<RewriteOutcome> {
  const { store, writer, options } = target;
  const drops = rewrite.replacements.includes(-1);
  const read = (): AsyncGenerator<RecordBatch> => readDataFile(store, rewrite.add, options);
  let divider = new RowDivider(rewrite, target.keeps);
  let batches = read();
  let held: DividedBatch[] | undefined = [];
  let isChanged = drops;
  while (!isChanged) {
    const { value: batch, done } = await batches.next();
    if (done === true) return { isChanged: false, updatedCount: 0 };
    const divided = divider.divide(batch);
    isChanged = divided.isChanged;
    held?.push(divided);
    if (held !== undefined && held.length > HELD_BATCHES_MAX) held = undefined;
  }
  if (held === undefined) {
    await batches.return(undefined);
    [divider, batches, held] = [new RowDivider(rewrite, target.keeps), read(), []];
  }
  for (const divided of held) await writeDivided(target, divided);
  for await (const batch of batches) {
    await writeDivided(target, divider.divide(batch));
  }
  divider.checkEnd();
  await writer.roll(ROLL_SHARE);
  return { isChanged: true, updatedCount: divider.updatedCount };
}

/** Writes what changes in a file whose rows are marked rather than rewritten: rows that say the same are no change. */
export async function writeFileChanges(
  { store, options }: Pick<RewriteTarget, "store" | "options">,
  rewrite: FileRewrite,
  changes: ChangeWriter,
): Promise<void> {
  const divider = new RowDivider(rewrite);
  for await (const batch of readDataFile(store, rewrite.add, options)) {
    await writeChanges(changes, divider.divide(batch));
  }
  divider.checkEnd();
}

async function writeDivided(
  { writer, changes }: RewriteTarget,
  divided: DividedBatch,
): Promise<void> {
  await writer.write(takeDivided(divided));
  if (changes !== undefined) await writeChanges(changes, divided);
}

async function writeChanges(
  changes: ChangeWriter,
  { batch, source, deleted, before, after }: DividedBatch,
): Promise<void> {
  await changes.write("delete", takeRuns([batch], deleted));
  await changes.write("update_preimage", takeRuns([batch], before));
  if (source !== undefined) await changes.write("update_postimage", takeRuns([source], after));
}

/** One batch of a file, and the rows that are to be written: runs of its own (0) and of the new rows (1). */
interface DividedBatch {
  readonly batch: RecordBatch;
  readonly source: RecordBatch | undefined;
  readonly runs: RowRuns;
  readonly isChanged: boolean;
  /** Rows of the batch that go, rows that are replaced, and the rows of `source` that take their places. */
  readonly deleted: RowRuns;
  readonly before: RowRuns;
  readonly after: RowRuns;
}

/** Goes over a file's batches in their order. */
class RowDivider {
  updatedCount = 0;
  readonly #rewrite: FileRewrite;
  readonly #keeps: ReadonlySet<string>;
  #firstRow = 0;
  #next = 0;

  constructor(rewrite: FileRewrite, keeps: readonly string[] = []) {
    this.#rewrite = rewrite;
    this.#keeps = new Set(keeps);
  }

  divide(batch: RecordBatch): DividedBatch {
    const { rows, replacements, source } = this.#rewrite;
    const isSame = source === undefined ? undefined : this.#equal(batch, source);
    const runs = new RowRuns();
    const [deleted, before, after] = [new RowRuns(), new RowRuns(), new RowRuns()];
    let place = 0;
    for (; this.#next < rows.length; this.#next += 1) {
      const row = (rows[this.#next] ?? 0) - this.#firstRow;
      if (row >= batch.numRows) break;
      const replacement = replacements[this.#next] ?? -1;
      if (replacement !== -1 && isSame?.(row, replacement) === true) continue;
      runs.add(0, place, row - place);
      place = row + 1;
      if (replacement === -1) {
        deleted.add(0, row);
        continue;
      }
      runs.add(1, replacement);
      before.add(0, row);
      after.add(0, replacement);
      this.updatedCount += 1;
    }
    runs.add(0, place, batch.numRows - place);
    this.#firstRow += batch.numRows;
    const divided = { batch, source, runs, isChanged: place > 0, deleted, before, after };
    return this.#keeps.size === 0 ? divided : keepColumns(divided, this.#keeps);
  }

  /** Columns that are kept make no difference. */
  #equal(batch: RecordBatch, source: RecordBatch): ReturnType<typeof createRowEqual> {
    if (this.#keeps.size === 0) return createRowEqual(batch, source);
    return createRowEqual(withoutColumns(batch, this.#keeps), withoutColumns(source, this.#keeps));
  }

  /** Asserts that the file had the rows that the key scan saw. */
  checkEnd(): void {
    const { add, liveCount } = this.#rewrite;
    if (this.#firstRow === liveCount) return;
    throw new Error(`${add.path} has ${this.#firstRow} rows, the key scan saw ${liveCount}`);
  }
}

/** Gives the new rows the values that the rows before them have in some columns. */
function keepColumns(divided: DividedBatch, keeps: ReadonlySet<string>): DividedBatch {
  const { batch, source, runs, before, after } = divided;
  if (source === undefined || after.rowCount === 0) return divided;
  const kept = withColumnsOf(takeRuns([source], after), takeRuns([batch], before), keeps);
  const [ownRuns, ownAfter] = [new RowRuns(), new RowRuns()];
  ownAfter.add(0, 0, kept.numRows);
  for (let run = 0, place = 0; run < runs.count; run += 1) {
    const length = runs.lengths[run] ?? 0;
    const isNew = runs.sources[run] === 1;
    ownRuns.add(isNew ? 1 : 0, isNew ? place : (runs.starts[run] ?? 0), length);
    if (isNew) place += length;
  }
  return { ...divided, source: kept, runs: ownRuns, after: ownAfter };
}

function takeDivided({ batch, source, runs, isChanged }: DividedBatch): RecordBatch {
  if (!isChanged) return batch;
  return takeRuns(source === undefined ? [batch] : [batch, source], runs);
}
