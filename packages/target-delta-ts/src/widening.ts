import type { DeltaType } from "delta-lake-ts";

const INTEGER_DIGITS: Readonly<Record<string, number>> = {
  byte: 10,
  short: 10,
  integer: 10,
  long: 20,
};
const ORDER = ["byte", "short", "integer", "long"];

/**
 * The type that a column of type `table` can be widened to so that it holds what `source` holds, by Delta's type
 * widening; `undefined` when there is none.
 * Source: Delta PROTOCOL.md#type-widening
 */
export function widened(table: DeltaType, source: DeltaType): DeltaType | undefined {
  if (typeof table !== "string" || typeof source !== "string") return undefined;
  const from = ORDER.indexOf(table);
  const to = ORDER.indexOf(source);
  if (from !== -1 && to > from) return source;
  if (table === "float" && source === "double") return source;
  if (from !== -1 && from < 3 && source === "double") return source;
  if (table === "date" && source === "timestamp_ntz") return source;
  return widenedDecimal(table, source);
}

/** A decimal that has room for the digits of both, before the point and after it. */
function widenedDecimal(table: string, source: string): string | undefined {
  const [before, after] = [digitsOf(table), digitsOf(source)];
  const isDecimal = table.startsWith("decimal") || source.startsWith("decimal");
  if (before === undefined || after === undefined || !isDecimal) return undefined;
  const whole = Math.max(before.whole, after.whole);
  const scale = Math.max(before.scale, after.scale);
  return whole + scale > 38 ? undefined : `decimal(${whole + scale},${scale})`;
}

/** Digits before and after the point; Delta asks for ten of an INT and twenty of a BIGINT. */
function digitsOf(type: string): { readonly whole: number; readonly scale: number } | undefined {
  const integer = INTEGER_DIGITS[type];
  if (integer !== undefined) return { whole: integer, scale: 0 };
  const [, precision, scale] = /^decimal\((\d+),\s*(\d+)\)$/.exec(type) ?? [];
  if (precision === undefined) return undefined;
  return { whole: Number(precision) - Number(scale), scale: Number(scale) };
}
