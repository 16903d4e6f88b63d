import type { Bound } from "./bound.ts";
import { type Comparator, comparator } from "./compare.ts";
import { type RowList, toTuples } from "./row-list.ts";
import type { Frame } from "./scope.ts";
import type { Value } from "./value.ts";

/** One item of ORDER BY. */
export interface SortKey {
  readonly bound: Bound;
  readonly isDescending: boolean;
}

/** Sorts rows, keeping the order of equal ones; nulls come first. A range is in order already. */
export function sortRows(list: RowList, keys: readonly SortKey[]): RowList {
  if (list.type === "range") return list;
  const tuples = toTuples(list);
  const columns = keys.map(({ bound }) => keyValues(bound, tuples));
  const orders = keys.map((key, index) =>
    rowOrder(columns[index] ?? [], comparator(key.bound.type), key.isDescending),
  );
  const order = Int32Array.from({ length: tuples.count }, (_value, index) => index);
  order.sort((left, right) => {
    for (const compare of orders) {
      const result = compare(left, right);
      if (result !== 0) return result;
    }
    return left - right;
  });
  const rows = tuples.rows.map((source) => order.map((index) => source[index] ?? -1));
  return { ...tuples, rows };
}

function keyValues(bound: Bound, tuples: Extract<RowList, { type: "tuples" }>): Value[] {
  const frame: Frame = { rows: [], parent: tuples.outer };
  const values: Value[] = [];
  for (let index = 0; index < tuples.count; index += 1) {
    for (let source = 0; source < tuples.rows.length; source += 1)
      frame.rows[source] = tuples.rows[source]?.[index] ?? -1;
    values.push(bound.evaluate(frame));
  }
  return values;
}

function rowOrder(
  values: readonly Value[],
  compare: Comparator,
  isDescending: boolean,
): (left: number, right: number) => number {
  const sign = isDescending ? -1 : 1;
  return (left, right) => {
    const a = values[left] ?? null;
    const b = values[right] ?? null;
    if (a === null || b === null) return a === b ? 0 : a === null ? -sign : sign;
    return sign * compare(a, b);
  };
}
