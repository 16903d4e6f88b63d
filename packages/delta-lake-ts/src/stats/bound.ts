import {
  floorDivide,
  formatDate,
  formatDecimal,
  formatFloat,
  formatTimestamp,
  type Scalar,
} from "../scalar.ts";
import { type DeltaType, parseDecimal } from "../schema.ts";

/** Where the search for a place for the tie-breaker ends, as in Spark: at twice the prefix. */
const PREFIX_FACTOR_MAX = 2;
const LAST_CODE_POINT = 0x10_ff_ff;

export type Side = "min" | "max";

/** The JSON token of a bound, or undefined when none can be given: an absent bound only costs skipping. */
export function formatBound(
  type: DeltaType,
  value: Scalar,
  { side, prefixLength }: { readonly side: Side; readonly prefixLength: number },
): string | undefined {
  if (value === null || typeof type !== "string") return undefined;
  if (typeof value === "string") {
    const text =
      side === "min" ? truncateMin(value, prefixLength) : truncateMax(value, prefixLength);
    return text === undefined ? undefined : JSON.stringify(text);
  }
  if (typeof value === "bigint") return formatBig(type, value, side);
  if (typeof value !== "number") return undefined;
  if (type === "date") return quoted(formatDate(value));
  if (type !== "float" && type !== "double") return String(value);
  if (!Number.isFinite(value)) return undefined;
  return floatToken(value, type === "float", side);
}

/** The first code points: never greater than the whole. */
export function truncateMin(text: string, prefixLength: number): string {
  return text.length <= prefixLength ? text : codePoints(text, prefixLength).join("");
}

/**
 * A text of little more code points than the prefix that is not smaller than `text` in code-point order; undefined when
 * there is none.
 */
export function truncateMax(text: string, prefixLength: number): string | undefined {
  if (text.length <= prefixLength) return text;
  const lengthMax = prefixLength * PREFIX_FACTOR_MAX;
  const points = codePoints(text, lengthMax + 1);
  if (points.length <= prefixLength) return text;
  for (let length = prefixLength; length < lengthMax; length += 1) {
    const next = points[length]?.codePointAt(0);
    if (next === undefined) return text;
    const prefix = points.slice(0, length).join("");
    if (next < 0x7f) return `${prefix}\u007f`;
    if (next !== LAST_CODE_POINT) return prefix + String.fromCodePoint(LAST_CODE_POINT);
  }
  return undefined;
}

function codePoints(text: string, count: number): string[] {
  const points: string[] = [];
  for (const point of text) {
    if (points.length === count) break;
    points.push(point);
  }
  return points;
}

function formatBig(type: string, value: bigint, side: Side): string | undefined {
  const decimal = parseDecimal(type);
  if (decimal !== undefined) return formatDecimal(value, decimal.scale);
  if (type !== "timestamp" && type !== "timestamp_ntz") return String(value);
  // Milliseconds, outwards: also a reader that does not widen the bounds finds every row.
  const millis = side === "min" ? floorDivide(value, 1000n) : -floorDivide(-value, 1000n);
  const text = formatTimestamp(millis * 1000n, "T")?.slice(0, 23);
  return quoted(type === "timestamp" && text !== undefined ? `${text}Z` : text);
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text);
}

/**
 * The shortest text that comes back as the same value. Readers that order floats by their bits put -0.0 below 0.0:
 * a zero is spelt so that the bound holds for both.
 */
function floatToken(value: number, isSingle: boolean, side: Side): string {
  if (value === 0) return side === "min" ? "-0.0" : "0.0";
  return isSingle ? formatFloat(value, true) : String(value);
}
