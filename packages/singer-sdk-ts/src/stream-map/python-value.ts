import { DecimalText, type JsonValue, stringifyJson } from "../json.ts";
import { compareNumbers, isNumber } from "./exact-number.ts";
import { expressionError } from "./expression-error.ts";

/** A JSON object, seen as a Python dict: only its own members count. */
export type Dict = { readonly [key: string]: JsonValue | undefined };

export function isDict(value: JsonValue | undefined): value is Dict {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof DecimalText)
  );
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Python's truth: None, False, 0 and what is empty are false. */
export function isTrue(value: JsonValue): boolean {
  if (isNumber(value)) return compareNumbers(value, 0) !== 0;
  if (isList(value)) return value.length > 0;
  if (isDict(value)) return Object.keys(value).length > 0;
  return value !== null && value !== false && value !== "";
}

/** Python's `str`: None, True and False by these names, numbers with their digits, lists and dicts as JSON. */
export function textOfValue(value: JsonValue): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  return typeof value === "string" ? value : stringifyJson(value);
}

/** Python's `==`: numbers by value, a boolean as 0 or 1, containers member by member. */
export function equals(left: JsonValue, right: JsonValue): boolean {
  const [a, b] = [numeric(left), numeric(right)];
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (isList(left) && isList(right))
    return (
      left.length === right.length &&
      left.every((item, index) => equals(item, right[index] ?? null))
    );
  if (!isDict(left) || !isDict(right)) return left === right;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equals(left[key] ?? null, right[key] ?? null))
  );
}

/** Negative, 0 or positive. Throws E_STREAM_MAP for values that have no order. */
export function compare(left: JsonValue, right: JsonValue): number {
  const [a, b] = [numeric(left), numeric(right)];
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : Number(a > b);
  throw expressionError(`${typeName(left)} and ${typeName(right)} have no order`);
}

/** Python's `in`. */
export function contains(container: JsonValue, item: JsonValue): boolean {
  if (typeof container === "string" && typeof item === "string") return container.includes(item);
  if (isList(container)) return container.some((member) => equals(member, item));
  if (isDict(container)) return typeof item === "string" && Object.hasOwn(container, item);
  throw expressionError(`\`in\` does not look into ${typeName(container)}`);
}

/** Python's name of a value's type. */
export function typeName(value: JsonValue): string {
  if (value === null) return "None";
  if (isNumber(value)) return "a number";
  if (isList(value)) return "a list";
  if (isDict(value)) return "a dict";
  return typeof value === "string" ? "a string" : "a bool";
}

function numeric(value: JsonValue): JsonValue {
  return typeof value === "boolean" ? Number(value) : value;
}
