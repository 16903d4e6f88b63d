import type { BoundFrom, BoundJoin } from "./bind-from.ts";
import type { Bound } from "./bound.ts";
import { joinRows } from "./join.ts";
import { keyRange } from "./key-range.ts";
import { type RowList, toTuples } from "./row-list.ts";
import type { Frame, Source } from "./scope.ts";
import type { SortKey } from "./sort.ts";

/**
 * Finds the rows that FROM and WHERE leave. With `order`, a range is returned only when it
 * stands in that order; without, any list will do.
 */
export type RowChoice = (
  outer: Frame | undefined,
  order: readonly SortKey[] | undefined,
) => RowList;

/** Prepares the choice of rows; conditions are applied as soon as their sources are there. */
export function chooseRows(
  sources: readonly Source[],
  from: BoundFrom,
  where: readonly Bound[],
): RowChoice {
  return (outer, order) => {
    for (const source of sources) source.relation = source.load(outer);
    const [first] = sources;
    if (first === undefined) return oneRow(where, outer);
    const single = firstRows(first, { where, outer, isAlone: sources.length === 1 });
    if (from.joins.length === 0)
      return order === undefined || isInOrder(first, order) ? single : toTuples(single);
    let list = toTuples(single);
    let mask = 1;
    for (const join of from.joins) {
      mask |= 1 << join.sourceIndex;
      list = joinRows(list, sources, {
        join,
        conditions: conditionsFor(where, join, { mask, isLast: join === from.joins.at(-1) }),
      });
    }
    return list;
  };
}

/** A SELECT without FROM has one row, of nothing. */
function oneRow(where: readonly Bound[], outer: Frame | undefined): RowList {
  const frame: Frame = { rows: [], parent: outer };
  const count = where.every((condition) => condition.evaluate(frame) === true) ? 1 : 0;
  return { type: "tuples", rows: [], count, outer };
}

function firstRows(
  source: Source,
  {
    where,
    outer,
    isAlone,
  }: { where: readonly Bound[]; outer: Frame | undefined; isAlone: boolean },
): RowList {
  const conditions = isAlone
    ? where
    : where.filter((condition) => (condition.sourceMask & ~1) === 0);
  const { first, end } = keyRange(source.relation, conditions);
  const filter = conditions.length === 0 ? undefined : allHold(conditions);
  return { type: "range", first, end, filter, outer };
}

function allHold(conditions: readonly Bound[]): (frame: Frame) => boolean {
  const [only, ...others] = conditions;
  if (only !== undefined && others.length === 0) return (frame) => only.evaluate(frame) === true;
  return (frame) => conditions.every((condition) => condition.evaluate(frame) === true);
}

/**
 * The conditions that can be told once this join is made. One that may read any source (it holds
 * a subquery) waits for the last join.
 */
function conditionsFor(
  where: readonly Bound[],
  join: BoundJoin,
  { mask, isLast }: { mask: number; isLast: boolean },
): readonly Bound[] {
  const before = mask & ~(1 << join.sourceIndex);
  return where.filter((condition) => {
    const isReady = isLast || (condition.sourceMask & ~mask) === 0;
    return isReady && (condition.sourceMask & ~before) !== 0;
  });
}

/** Whether the relation's stored order is the wanted one. */
function isInOrder(source: Source, order: readonly SortKey[]): boolean {
  return order.every(
    ({ bound, isDescending }, index) =>
      !isDescending &&
      bound.column !== undefined &&
      bound.column.sourceIndex === 0 &&
      bound.column.columnIndex === source.relation.order[index],
  );
}
