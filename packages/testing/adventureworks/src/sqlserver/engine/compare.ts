import { collationKey, compareText } from "./collation.ts";
import { converter } from "./convert.ts";
import { SqlError } from "./error.ts";
import { encodeHierarchyId } from "./hierarchy-id.ts";
import {
  decimal,
  decimalPrecision,
  isExact,
  isInteger,
  isString,
  precedenceOf,
  type Type,
} from "./type.ts";
import { bytesOf, numberOf, offsetDateTimeOf, textOf, type Value } from "./value.ts";

/** Orders two values of one type, neither null: negative, zero, positive. */
export type Comparator = (left: Value, right: Value) => number;

/** The order of a type. */
export function comparator(type: Type): Comparator {
  switch (type.name) {
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
      return (left, right) => compareText(textOf(left), textOf(right));
    case "uniqueidentifier":
      return (left, right) => compareGuids(textOf(left), textOf(right));
    case "bit":
      return (left, right) => Number(left) - Number(right);
    case "bigint":
    case "decimal":
    case "numeric":
    case "money":
    case "smallmoney":
    case "datetime2":
      return compareBigints;
    case "datetimeoffset":
      return (left, right) =>
        compareBigints(offsetDateTimeOf(left).ticks, offsetDateTimeOf(right).ticks);
    case "binary":
    case "varbinary":
    case "timestamp":
      return (left, right) => Buffer.compare(trimZeros(bytesOf(left)), trimZeros(bytesOf(right)));
    case "hierarchyid":
      return (left, right) =>
        Buffer.compare(encodeHierarchyId(textOf(left)), encodeHierarchyId(textOf(right)));
    case "xml":
    case "geography":
    case "geometry":
    case "text":
    case "ntext":
    case "image":
      throw new SqlError(
        305,
        `The ${type.name} data type cannot be compared or sorted, except when using the IS NULL operator.`,
      );
    default:
      return (left, right) => numberOf(left) - numberOf(right);
  }
}

function compareBigints(left: Value, right: Value): number {
  if (left === right) return 0;
  return left !== null && right !== null && left < right ? -1 : 1;
}

/** The last six bytes count first, then the pairs before them, then the rest from its end. */
function compareGuids(left: string, right: string): number {
  const leftKey = guidKey(left);
  const rightKey = guidKey(right);
  if (leftKey === rightKey) return 0;
  return leftKey < rightKey ? -1 : 1;
}

function guidKey(text: string): string {
  const bytePairs = (part: string): string => (part.match(/../g) ?? []).toReversed().join("");
  return (
    text.slice(24) +
    text.slice(19, 23) +
    bytePairs(text.slice(14, 18)) +
    bytePairs(text.slice(9, 13)) +
    bytePairs(text.slice(0, 8))
  );
}

function trimZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

/** A key for grouping and hashing: equal values of the type have equal keys. */
export function hashKey(type: Type, value: Value): string | number | bigint | boolean | null {
  if (isString(type)) return value === null ? null : collationKey(textOf(value));
  if (value instanceof Uint8Array) return Buffer.from(trimZeros(value)).toString("latin1");
  if (typeof value === "object" && value !== null) return value.ticks;
  return value;
}

/** The type in which values of two types meet: the one of higher precedence, wide enough for both. */
export function commonType(left: Type, right: Type): Type {
  if (left.name === right.name && left.name !== "decimal" && left.name !== "numeric")
    return wider(left, right);
  const [high, low] = precedenceOf(left) <= precedenceOf(right) ? [left, right] : [right, left];
  if (isString(high) && isString(low)) return wider(high, low);
  if (high.name === "datetime2" || high.name === "datetimeoffset")
    return low.name === "date" || isString(low)
      ? { ...high, scale: isString(low) ? 7 : high.scale }
      : { ...high, scale: 7 };
  if (high.name !== "decimal" && high.name !== "numeric") return high;
  if (!isExact(low) && !isInteger(low)) return high;
  const scale = Math.max(high.scale, low.scale);
  const whole = Math.max(decimalPrecision(high) - high.scale, decimalPrecision(low) - low.scale);
  return decimal(Math.min(38, whole + scale), scale);
}

function wider(left: Type, right: Type): Type {
  const length =
    left.length === -1 || right.length === -1 ? -1 : Math.max(left.length, right.length);
  return { ...left, length, scale: Math.max(left.scale, right.scale) };
}

/** Orders values of two types, neither null; both are converted to their common type. */
export function mixedComparator(left: Type, right: Type): Comparator {
  const common = commonType(left, right);
  const compare = comparator(common);
  const fromLeft = converter(left, common);
  const fromRight = converter(right, common);
  return (a, b) => compare(fromLeft(a), fromRight(b));
}
