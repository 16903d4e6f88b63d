import type { Action, AddFile } from "../action.ts";
import type { TableContext } from "../committer.ts";
import { writeDeletionVectors } from "../deletion-vector/write.ts";
import { parseJson, stringifyJson } from "../json.ts";
import type { MergeCounts } from "./merge-rewrite.ts";
import type { TouchedFile } from "./merge-scan.ts";
import { type MergeSource, RowFate } from "./merge-source.ts";
import { removeOf } from "./options.ts";

/** Rows of one file that a merge takes out. */
interface MarkedFile {
  readonly file: TouchedFile;
  /** All deleted rows, earlier ones too, by their place in the file, ascending. */
  readonly rows: Uint32Array;
  readonly rowCount: number;
}

/** What becomes of the touched files, and a file to delete when the commit is not tried after all. */
export interface Changes {
  readonly actions: readonly Action[];
  readonly path: string | undefined;
}

/**
 * Marks every match of the touched files as deleted instead of rewriting them; the rows that update them come in anew.
 * Matches are not compared: a row that says the same is marked, too. A file without a live row left is removed whole.
 */
export async function markMatches(
  { store, runtime }: TableContext,
  touched: readonly TouchedFile[],
  source: MergeSource,
  counts: MergeCounts,
): Promise<Changes> {
  const actions: Action[] = [];
  const kept: MarkedFile[] = [];
  for (const file of touched) {
    const marked = markFile(file, source, counts);
    actions.push({ type: "remove", remove: removeOf(file.add, { store, runtime }, true) });
    if (marked.rows.length < marked.rowCount) kept.push(marked);
  }
  if (kept.length === 0) return { actions, path: undefined };
  const vectors = kept.map(({ rows }) => rows);
  const { path, descriptors } = await writeDeletionVectors(store, runtime.uuid(), vectors);
  for (const [index, { file, rowCount }] of kept.entries()) {
    const deletionVector = descriptors[index];
    if (deletionVector === undefined) throw new Error("each marked file has its deletion vector");
    const add: AddFile = {
      ...file.add,
      dataChange: true,
      stats: looseStatistics(file.add.stats, rowCount),
      deletionVector,
    };
    actions.push({ type: "add", add });
  }
  return { actions, path };
}

function markFile(file: TouchedFile, source: MergeSource, counts: MergeCounts): MarkedFile {
  const { matches, live, liveCount } = file;
  const { fates, deletes } = source;
  for (const match of matches) {
    const isFirst = fates[match] === RowFate.matched;
    if (isFirst && deletes[match] === 0) counts.updated += 1;
    else counts.deleted += 1;
    if (isFirst) fates[match] = deletes[match] === 1 ? RowFate.deleted : RowFate.placed;
  }
  if (live === undefined) return { file, rows: file.rows, rowCount: liveCount };
  return { file, rows: deletedPlaces(file.rows, live), rowCount: live.length };
}

/** Places in the file of the rows that are deleted already and of those that match now. */
function deletedPlaces(liveRows: Uint32Array, live: Uint8Array): Uint32Array {
  const places: number[] = [];
  let liveRow = 0;
  let next = 0;
  for (let place = 0; place < live.length; place += 1) {
    const isMatch = live[place] === 1 && liveRows[next] === liveRow;
    if (isMatch) next += 1;
    if (live[place] === 0 || isMatch) places.push(place);
    liveRow += live[place] ?? 0;
  }
  return Uint32Array.from(places);
}

/** With a deletion vector the bounds may be wider than the live rows, and the row count must stand (delta.md §1.16). */
function looseStatistics(text: string | undefined, rowCount: number): string {
  const parsed = text === undefined ? {} : parseJson(text);
  return stringifyJson({ numRecords: rowCount, ...Object(parsed), tightBounds: false });
}
