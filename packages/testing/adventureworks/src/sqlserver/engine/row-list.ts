import type { Frame } from "./scope.ts";

/**
 * The rows that a FROM and WHERE leave: per source an array of row indexes (-1 for none), all of
 * one length; or, for one source, a range that is filtered while it is read.
 */
export type RowList =
  | {
      readonly type: "tuples";
      readonly rows: readonly Int32Array[];
      readonly count: number;
      readonly outer: Frame | undefined;
    }
  | {
      readonly type: "range";
      readonly first: number;
      /** One past the last. */
      readonly end: number;
      readonly filter: ((frame: Frame) => boolean) | undefined;
      readonly outer: Frame | undefined;
    };

/** Writes the filtered range out as tuples. */
export function toTuples(list: RowList): Extract<RowList, { type: "tuples" }> {
  if (list.type === "tuples") return list;
  const kept = new Int32Array(list.end - list.first);
  const frame: Frame = { rows: [0], parent: list.outer };
  let count = 0;
  for (let row = list.first; row < list.end; row += 1) {
    frame.rows[0] = row;
    if (list.filter !== undefined && !list.filter(frame)) continue;
    kept[count] = row;
    count += 1;
  }
  return { type: "tuples", rows: [kept.subarray(0, count)], count, outer: list.outer };
}
