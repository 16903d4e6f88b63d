import type { Action, AddFile } from "../action.ts";
import type { TableContext } from "../committer.ts";
import { writeDeletionVectors } from "../deletion-vector/write.ts";
import { parseJson, stringifyJson } from "../json.ts";
import type { TouchedFile } from "./merge-scan.ts";
import { removeOf } from "./options.ts";

/** Rows of one file that a merge takes out, by their place among its live rows, in parts that are ascending each. */
export interface MarkedFile extends Pick<TouchedFile, "add" | "live" | "liveCount"> {
  readonly rows: readonly Uint32Array[];
}

/** What becomes of the touched files, and a file to delete when the commit is not tried after all. */
export interface Changes {
  readonly actions: readonly Action[];
  readonly path: string | undefined;
}

/**
 * Marks matches as deleted instead of rewriting their files; the rows that update them come in anew. Matches are not
 * compared: a row that says the same is marked, too. A file without a live row left is removed whole.
 */
export async function markFiles(
  { store, runtime }: TableContext,
  files: readonly MarkedFile[],
): Promise<Changes> {
  const actions: Action[] = [];
  const kept: { add: AddFile; rows: Uint32Array; rowCount: number }[] = [];
  for (const { add, live, liveCount, rows } of files) {
    const matching = joinAscending(rows);
    actions.push({ type: "remove", remove: removeOf(add, { store, runtime }, true) });
    if (matching.length === liveCount) continue;
    kept.push({
      add,
      rows: live === undefined ? matching : deletedPlaces(matching, live),
      rowCount: live?.length ?? liveCount,
    });
  }
  if (kept.length === 0) return { actions, path: undefined };
  const vectors = kept.map(({ rows }) => rows);
  const { path, descriptors } = await writeDeletionVectors(store, runtime.uuid(), vectors);
  for (const [index, { add, rowCount }] of kept.entries()) {
    const deletionVector = descriptors[index];
    if (deletionVector === undefined) throw new Error("each marked file has its deletion vector");
    const stats = looseStatistics(add.stats, rowCount);
    actions.push({ type: "add", add: { ...add, dataChange: true, stats, deletionVector } });
  }
  return { actions, path };
}

function joinAscending(parts: readonly Uint32Array[]): Uint32Array {
  const [first = new Uint32Array()] = parts;
  if (parts.length === 1) return first;
  const joined = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    joined.set(part, place);
    place += part.length;
  }
  return joined.toSorted();
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
