import type { BoundJoin } from "./bind-from.ts";
import type { Bound } from "./bound.ts";
import type { RowList } from "./row-list.ts";
import type { Frame, Source } from "./scope.ts";
import type { Value } from "./value.ts";

type Tuples = Extract<RowList, { type: "tuples" }>;

/** Joins one more source to the rows so far, then keeps those on which `conditions` hold. */
export function joinRows(
  list: Tuples,
  sources: readonly Source[],
  { join, conditions }: { join: BoundJoin; conditions: readonly Bound[] },
): Tuples {
  const { sourceIndex } = join;
  const rowCount = sources[sourceIndex]?.relation.rowCount ?? 0;
  const candidates = candidateRows(join, rowCount, list.outer);
  const joined: number[][] = Array.from({ length: sourceIndex + 1 }, () => []);
  const frame: Frame = { rows: [], parent: list.outer };
  const keep = (row: number): void => {
    frame.rows[sourceIndex] = row;
    if (!conditions.every((condition) => condition.evaluate(frame) === true)) return;
    for (let source = 0; source <= sourceIndex; source += 1)
      joined[source]?.push(frame.rows[source] ?? -1);
  };
  for (let index = 0; index < list.count; index += 1) {
    for (let source = 0; source < sourceIndex; source += 1)
      frame.rows[source] = list.rows[source]?.[index] ?? -1;
    let hasMatch = false;
    for (const row of candidates(frame)) {
      frame.rows[sourceIndex] = row;
      if (join.on !== undefined && join.on.evaluate(frame) !== true) continue;
      hasMatch = true;
      keep(row);
    }
    if (!hasMatch && join.kind === "left") keep(-1);
  }
  const rows = joined.map((source) => Int32Array.from(source));
  return { type: "tuples", rows, count: rows[0]?.length ?? 0, outer: list.outer };
}

/** The rows worth trying for a frame: those with the same hash when ON has an equality. */
function candidateRows(
  join: BoundJoin,
  rowCount: number,
  outer: Frame | undefined,
): (frame: Frame) => Iterable<number> {
  const equality = hashedSides(join);
  const all = Int32Array.from({ length: rowCount }, (_value, index) => index);
  if (equality === undefined) return () => all;
  const rowsByKey = new Map<Value, number[]>();
  const frame: Frame = { rows: [], parent: outer };
  for (const row of all) {
    frame.rows[join.sourceIndex] = row;
    const key = equality.inner(frame);
    if (key === null) continue;
    const rows = rowsByKey.get(key);
    if (rows === undefined) rowsByKey.set(key, [row]);
    else rows.push(row);
  }
  return (probe) => rowsByKey.get(equality.outer(probe)) ?? [];
}

interface HashedSides {
  readonly inner: (frame: Frame) => Value;
  readonly outer: (frame: Frame) => Value;
}

/** The two sides of an equality in ON of which one reads only the new source. */
function hashedSides(join: BoundJoin): HashedSides | undefined {
  const mask = 1 << join.sourceIndex;
  for (const { left, right } of join.on?.equalities ?? []) {
    if (left.sourceMask === mask && (right.sourceMask & mask) === 0 && right.sourceMask >= 0)
      return { inner: left.evaluate, outer: right.evaluate };
    if (right.sourceMask === mask && (left.sourceMask & mask) === 0 && left.sourceMask >= 0)
      return { inner: right.evaluate, outer: left.evaluate };
  }
  return undefined;
}
