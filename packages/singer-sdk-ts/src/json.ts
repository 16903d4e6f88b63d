/** A number that no JavaScript number or integer holds exactly: its digits as they stood in the text. */
export class DecimalText {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  toString(): string {
    return this.digits;
  }

  /** Bare digits from `JSON.stringify`, too. */
  toJSON(): unknown {
    // JSON.rawJSON is part of the language (JSON.parse source text access) but not yet of its types.
    return (JSON as typeof JSON & { rawJSON(text: string): unknown }).rawJSON(this.digits);
  }
}

/** A JSON value whose numbers keep their digits. */
export type JsonValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | DecimalText
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

type SourceReviver = (
  key: string,
  value: unknown,
  context: { readonly source?: string },
) => unknown;

/**
 * Parses JSON without losing a digit: `number` when the token is what that number prints, `bigint` for other integers,
 * else `DecimalText`. Throws SyntaxError.
 */
export function parseJson(text: string): JsonValue {
  const exact: SourceReviver = (_key, value, { source }) =>
    typeof value === "number" && source !== undefined ? exactNumber(value, source) : value;
  // The reviver's third argument is part of the language (JSON.parse source text access) but not yet of its types.
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

function exactNumber(value: number, source: string): number | bigint | DecimalText {
  if (String(value) === source) return value;
  return /^-?\d+$/.test(source) && source !== "-0" ? BigInt(source) : new DecimalText(source);
}

/** Prints a JSON value on one line; numbers of every kind as bare digits, absent members left out. */
export function stringifyJson(value: JsonValue): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof DecimalText) return value.digits;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(stringifyJson).join(",")}]`;
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(key)}:${stringifyJson(member)}`],
  );
  return `{${members.join(",")}}`;
}

/**
 * Prints a JSON value for people, two spaces a level: lines stay short, since Meltano reads a catalog line by line and
 * gives up at 64 KiB. Numbers as in `stringifyJson`.
 */
export function prettyJson(value: JsonValue, indent = "\n"): string {
  if (value === null || typeof value !== "object" || value instanceof DecimalText)
    return stringifyJson(value);
  const deeper = `${indent}  `;
  const isList = isArray(value);
  const items = isList
    ? value.map((item) => prettyJson(item, deeper))
    : Object.entries(value).flatMap(([key, member]) =>
        member === undefined ? [] : [`${JSON.stringify(key)}: ${prettyJson(member, deeper)}`],
      );
  const [open, close] = isList ? "[]" : "{}";
  if (items.length === 0) return `${open}${close}`;
  return `${open}${deeper}${items.join(`,${deeper}`)}${indent}${close}`;
}

/** `Array.isArray`, which by itself does not narrow a readonly array. */
function isArray(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
