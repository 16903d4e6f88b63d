import type { RecordBatch } from "apache-arrow";
import type { AddFile } from "../action.ts";
import { validityMask } from "../arrow/validity.ts";
import { compareScalars, type Scalar } from "../scalar.ts";
import { type DeltaType, parseDecimal } from "../schema.ts";
import { createExtreme } from "./extreme.ts";
import { boundValue, parseStatistics } from "./parse.ts";

/** The range of values that one column of the wanted rows has. */
export interface ColumnRange {
  readonly name: string;
  readonly type: DeltaType;
  readonly min: Scalar;
  readonly max: Scalar;
}

/** Other writers cut timestamps to milliseconds: a bound stands for all of its millisecond. */
const MILLISECOND_US = 999n;
/** Some writers bring decimals through a double: longer bounds may be rounded, and are not trusted (delta.md §4, 22). */
const DOUBLE_DIGITS = 15;

/** Ranges of the batches' columns at these indexes; columns without an order, and those of nulls only, are left out. */
export function columnRanges(
  batches: readonly RecordBatch[],
  columns: readonly { readonly index: number; readonly name: string; readonly type: DeltaType }[],
): ColumnRange[] {
  return columns.flatMap(({ index, name, type }) => {
    const field = batches[0]?.schema.fields[index];
    const extreme = field === undefined ? undefined : createExtreme(field.type);
    if (extreme === undefined || type === "float" || type === "double") return [];
    for (const batch of batches) {
      const data = batch.data.children[index];
      if (data !== undefined) extreme.add(data, validityMask(data));
    }
    const min = extreme.min();
    return min === null ? [] : [{ name, type, min, max: extreme.max() }];
  });
}

/** False only when the file's statistics prove that no row lies in all the ranges. */
export function mayContain(add: AddFile, ranges: readonly ColumnRange[]): boolean {
  if (add.stats === undefined || ranges.length === 0) return true;
  const { minValues, maxValues } = parseStatistics(add.stats);
  return ranges.every(({ name, type, min, max }) => {
    const [fileMin, fileMax] = fileBounds(type, minValues[name], maxValues[name]);
    const isAbove = fileMin !== undefined && compareScalars(fileMin, max) > 0;
    const isBelow = fileMax !== undefined && compareScalars(fileMax, min) < 0;
    return !isAbove && !isBelow;
  });
}

/** What a file's statistics prove of a column: no value is below the first or above the second one. */
export function fileBounds(
  type: DeltaType,
  min: unknown,
  max: unknown,
): [Scalar | undefined, Scalar | undefined] {
  return [trustedBound(type, min), widen(type, trustedBound(type, max))];
}

function trustedBound(type: DeltaType, bound: unknown): Scalar | undefined {
  const value = boundValue(type, bound);
  if (parseDecimal(type) === undefined || typeof value !== "bigint") return value;
  return String(value).replace(/^-?0*|0+$/g, "").length > DOUBLE_DIGITS ? undefined : value;
}

function widen(type: DeltaType, bound: Scalar | undefined): Scalar | undefined {
  const isTimestamp = type === "timestamp" || type === "timestamp_ntz";
  return isTimestamp && typeof bound === "bigint" ? bound + MILLISECOND_US : bound;
}
