import type { PlannedRewrite } from "./file-rewriter.ts";
import type { MergeCounts } from "./merge-rewrite.ts";
import type { TouchedFile } from "./merge-scan.ts";
import { type MergeSource, RowFate } from "./merge-source.ts";

/** Decides the fate of every matched source row, before a file is read: the files may then be rewritten in any order. */
export function planRewrites(
  touched: readonly TouchedFile[],
  source: MergeSource,
  counts: MergeCounts,
): readonly PlannedRewrite[] {
  return touched.map((file) => {
    const isPlaced = placeMatches(file, source, counts);
    const { add, rows, liveCount } = file;
    return {
      add,
      placedCount: isPlaced.reduce((sum, flag) => sum + flag, 0),
      create: async () => ({ add, liveCount, rows, ...newRows(file, isPlaced, source) }),
    };
  });
}

/** One byte a match: 1 where its source row takes the old row's place, 0 where the old row goes. */
function placeMatches(
  { matches }: TouchedFile,
  { fates, deletes }: MergeSource,
  counts: MergeCounts,
): Uint8Array {
  const isPlaced = new Uint8Array(matches.length);
  for (let index = 0; index < matches.length; index += 1) {
    const match = matches[index] ?? -1;
    // The table may have a key twice; one row is enough.
    if (deletes[match] === 1 || fates[match] === RowFate.placed) counts.deleted += 1;
    else isPlaced[index] = 1;
    fates[match] = deletes[match] === 1 ? RowFate.deleted : RowFate.placed;
  }
  return isPlaced;
}

function newRows(
  { matches }: TouchedFile,
  isPlaced: Uint8Array,
  source: MergeSource,
): { replacements: Int32Array; source: ReturnType<MergeSource["take"]> } {
  const placed = matches.filter((_, index) => isPlaced[index] === 1);
  let count = 0;
  const replacements = new Int32Array(matches.length);
  for (let index = 0; index < matches.length; index += 1) {
    replacements[index] = isPlaced[index] === 1 ? count++ : -1;
  }
  return { replacements, source: source.take(placed) };
}
