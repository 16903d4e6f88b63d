import { type Bound, emptyFrame, type KeyBounds } from "./bound.ts";
import { comparator } from "./compare.ts";
import { converter } from "./convert.ts";
import type { Relation } from "./relation.ts";
import type { CompareOperator } from "./syntax-tree.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** What a comparison says of a column when its other side is a constant. */
export function comparisonBounds(
  operator: CompareOperator,
  sides: { left: Bound; right: Bound; first: Bound; second: Bound; common: Type },
): KeyBounds | undefined {
  const { left, right, first, second, common } = sides;
  if (left.column !== undefined && right.isConstant)
    return columnBounds(operator, left, { limit: second, common });
  if (right.column !== undefined && left.isConstant)
    return columnBounds(mirrored[operator], right, { limit: first, common });
  return undefined;
}

const mirrored: Readonly<Record<CompareOperator, CompareOperator>> = {
  "=": "=",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

function columnBounds(
  operator: CompareOperator,
  column: Bound,
  { limit, common }: { limit: Bound; common: Type },
): KeyBounds | undefined {
  if (operator === "<>" || column.column?.sourceIndex !== 0) return undefined;
  const compare = comparator(common);
  const convert = converter(column.type, common);
  // Conversions to a wider type keep the order, so the stored order serves here too.
  const order = (value: Value): number => {
    const constant = limit.evaluate(emptyFrame);
    return value === null ? -1 : constant === null ? 0 : compare(convert(value), constant);
  };
  const { columnIndex } = column.column;
  return {
    columnIndex,
    low: operator === "<" || operator === "<=" ? undefined : order,
    high: operator === ">" || operator === ">=" ? undefined : order,
  };
}

/** What holds when either of two predicates does: only limits that both have. */
export function hull(
  left: KeyBounds | undefined,
  right: KeyBounds | undefined,
): KeyBounds | undefined {
  if (left === undefined || right === undefined || left.columnIndex !== right.columnIndex)
    return undefined;
  const [leftLow, rightLow, leftHigh, rightHigh] = [left.low, right.low, left.high, right.high];
  return {
    columnIndex: left.columnIndex,
    low: leftLow && rightLow ? (value) => Math.max(leftLow(value), rightLow(value)) : undefined,
    high:
      leftHigh && rightHigh ? (value) => Math.min(leftHigh(value), rightHigh(value)) : undefined,
  };
}

/** The rows of a relation, in its stored order, outside of which the conditions do not hold. */
export function keyRange(
  relation: Relation,
  conditions: readonly Bound[],
): { first: number; end: number } {
  let [first, end] = [0, relation.rowCount];
  const [columnIndex] = relation.order;
  if (columnIndex === undefined) return { first, end };
  const values = relation.data[columnIndex] ?? [];
  for (const { bounds } of conditions) {
    if (bounds === undefined || bounds.columnIndex !== columnIndex) continue;
    const { low, high } = bounds;
    if (low !== undefined)
      first = Math.max(
        first,
        partition(values, (value) => low(value) >= 0),
      );
    if (high !== undefined)
      end = Math.min(
        end,
        partition(values, (value) => high(value) > 0),
      );
  }
  return { first, end: Math.max(first, end) };
}

/** The index of the first value for which `isPast` holds, by halving. */
function partition(values: readonly Value[], isPast: (value: Value) => boolean): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPast(values[middle] ?? null)) high = middle;
    else low = middle + 1;
  }
  return low;
}
