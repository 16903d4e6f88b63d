import { createHash } from "node:crypto";
import { type JsonValue, parseJson, stringifyJson } from "../json.ts";
import { type ExactNumber, isNumber, numberOfText, truncate } from "./exact-number.ts";
import { expressionError } from "./expression-error.ts";
import { isDict, isList, isTrue, textOfValue, typeName } from "./python-value.ts";

type Call = (...values: readonly JsonValue[]) => JsonValue;

/** How many arguments a function takes, what it gives (undefined: it depends), and what it does. */
export interface PythonFunction {
  readonly arity: readonly [number, number];
  readonly gives?: "string" | "integer" | "number" | "boolean" | "date" | "date-time";
  readonly call: Call;
}

/** Every function that an expression can call, by its whole name; nothing else is reachable. */
export const functions: ReadonlyMap<string, PythonFunction> = new Map([
  ["md5", { arity: [1, 1], gives: "string", call: (text) => digest("md5", text) }],
  ["sha256", { arity: [1, 1], gives: "string", call: (text) => digest("sha256", text) }],
  ["str", { arity: [1, 1], gives: "string", call: (value) => textOfValue(value ?? null) }],
  ["int", { arity: [1, 1], gives: "integer", call: (value) => truncate(toNumber(value)) }],
  ["float", { arity: [1, 1], gives: "number", call: (value) => toNumber(value) }],
  ["bool", { arity: [1, 1], gives: "boolean", call: (value) => isTrue(value ?? null) }],
  ["len", { arity: [1, 1], gives: "integer", call: (value) => lengthOf(value ?? null) }],
  ["json.dumps", { arity: [1, 1], gives: "string", call: (value) => stringifyJson(value ?? null) }],
  ["json.loads", { arity: [1, 1], call: (text) => loadJson(textIn(text)) }],
  ["datetime.datetime.now", { arity: [0, 0], gives: "date-time", call: now }],
  ["datetime.datetime.utcnow", { arity: [0, 0], gives: "date-time", call: now }],
  ["datetime.date.today", { arity: [0, 0], gives: "date", call: () => now().slice(0, 10) }],
] satisfies [string, PythonFunction][]);

/** Every method of a string. */
export const stringMethods: ReadonlyMap<string, PythonFunction> = new Map([
  ["upper", { arity: [0, 0], gives: "string", call: (text) => textIn(text).toUpperCase() }],
  ["lower", { arity: [0, 0], gives: "string", call: (text) => textIn(text).toLowerCase() }],
  [
    "strip",
    {
      arity: [0, 1],
      gives: "string",
      call: (text, set) => trimEnd(trimStart(textIn(text), set), set),
    },
  ],
  ["lstrip", { arity: [0, 1], gives: "string", call: (text, set) => trimStart(textIn(text), set) }],
  ["rstrip", { arity: [0, 1], gives: "string", call: (text, set) => trimEnd(textIn(text), set) }],
  [
    "replace",
    {
      arity: [2, 2],
      gives: "string",
      call: (text, from, to) => textIn(text).replaceAll(textIn(from), () => textIn(to)),
    },
  ],
  ["split", { arity: [0, 1], call: (text, separator) => split(textIn(text), separator) }],
  [
    "startswith",
    {
      arity: [1, 1],
      gives: "boolean",
      call: (text, start) => textIn(text).startsWith(textIn(start)),
    },
  ],
  [
    "endswith",
    { arity: [1, 1], gives: "boolean", call: (text, end) => textIn(text).endsWith(textIn(end)) },
  ],
  [
    "join",
    { arity: [1, 1], gives: "string", call: (text, list) => join(textIn(text), list ?? null) },
  ],
  [
    "zfill",
    { arity: [1, 1], gives: "string", call: (text, width) => zeroFill(textIn(text), width) },
  ],
] satisfies [string, PythonFunction][]);

/** Every method of a dict. */
export const dictMethods: ReadonlyMap<string, PythonFunction> = new Map([
  [
    "get",
    {
      arity: [1, 2],
      call: (dict, key, fallback) => {
        const name = textIn(key);
        const isOwn = isDict(dict) && Object.hasOwn(dict, name);
        return (isOwn ? dict[name] : fallback) ?? null;
      },
    },
  ],
  ["keys", { arity: [0, 0], call: (dict) => (isDict(dict) ? Object.keys(dict) : []) }],
] satisfies [string, PythonFunction][]);

/** Longest text that padding may make. */
const widthMax = 10_000;

function digest(algorithm: "md5" | "sha256", value: JsonValue | undefined): string {
  // A number has one spelling, its digits: masking a key needs no str().
  const text = isNumber(value) ? textOfValue(value) : textIn(value);
  return createHash(algorithm).update(text, "utf8").digest("hex");
}

function now(): string {
  return new Date().toISOString();
}

function toNumber(value: JsonValue | undefined): ExactNumber {
  if (isNumber(value)) return value;
  if (typeof value === "boolean") return Number(value);
  const number = typeof value === "string" ? numberOfText(value) : undefined;
  if (number !== undefined) return number;
  throw expressionError(`${typeName(value ?? null)} does not hold a number`);
}

function lengthOf(value: JsonValue): number {
  if (typeof value === "string") return Array.from(value).length;
  if (isList(value)) return value.length;
  if (isDict(value)) return Object.keys(value).length;
  throw expressionError(`${typeName(value)} has no length`);
}

function loadJson(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    throw expressionError("json.loads got a text that is not JSON");
  }
}

function textIn(value: JsonValue | undefined): string {
  if (typeof value === "string") return value;
  throw expressionError(`a string is needed, not ${typeName(value ?? null)}`);
}

function split(text: string, separator: JsonValue | undefined): readonly string[] {
  if (separator === undefined || separator === null)
    return text.trim().split(/\s+/).filter(Boolean);
  if (separator === "") throw expressionError("split needs a separator that is not empty");
  return text.split(textIn(separator));
}

function join(separator: string, list: JsonValue): string {
  if (!isList(list)) throw expressionError(`join needs a list, not ${typeName(list)}`);
  return list.map(textIn).join(separator);
}

function isCut(character: string | undefined, set: JsonValue | undefined): boolean {
  if (character === undefined) return false;
  return set === undefined || set === null
    ? character.trim() === ""
    : textIn(set).includes(character);
}

function trimStart(text: string, set: JsonValue | undefined): string {
  let start = 0;
  while (isCut(text[start], set)) start++;
  return text.slice(start);
}

function trimEnd(text: string, set: JsonValue | undefined): string {
  let end = text.length;
  while (isCut(text[end - 1], set)) end--;
  return text.slice(0, end);
}

function zeroFill(text: string, width: JsonValue | undefined): string {
  const count = Number(toNumber(width));
  if (count > widthMax) throw expressionError(`a width is beyond ${widthMax}`);
  const sign = /^[-+]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(count - sign.length, "0");
}
