import { compile, JSONPathError, type JSONPathQuery } from "json-p3";
import { type JsonValue, UserError } from "singer-sdk-ts";

/** A JSONPath expression (RFC 9535), compiled once. */
export interface JsonPath {
  readonly text: string;
  /** The member names when the expression is only names from the root, with or without `[*]` at the end. */
  readonly names: readonly string[] | undefined;
  /** Every value it selects. */
  values(root: JsonValue): readonly JsonValue[];
  /** The first value it selects. */
  first(root: JsonValue): JsonValue | undefined;
}

/** Compiles `text`; a path without the leading `$`, such as `data.items`, is taken from the root. `setting` is named in errors. */
export function parseJsonPath(text: string, setting: string): JsonPath {
  const expression = text.startsWith("$") ? text : `$.${text}`;
  const query = compileQuery(expression, setting);
  return {
    text: expression,
    names: memberNames(expression),
    // json-p3 reads plain JSON; a bigint or DecimalText in it is a leaf that it hands back untouched.
    values: (root) =>
      query.query(root as Parameters<JSONPathQuery["query"]>[0]).values() as JsonValue[],
    first: (root) =>
      query.match(root as Parameters<JSONPathQuery["query"]>[0])?.value as JsonValue | undefined,
  };
}

function compileQuery(expression: string, setting: string): JSONPathQuery {
  try {
    return compile(expression);
  } catch (cause) {
    if (!(cause instanceof JSONPathError)) throw cause;
    throw new UserError("E_SETTING", `setting \`${setting}\` is not a JSONPath: ${cause.message}`, {
      hint: "write it like $.data[*] (RFC 9535)",
      cause,
    });
  }
}

const namesOnly = /^\$((?:\.[A-Za-z_][\w-]*|\['[^'\\]*'\]|\["[^"\\]*"\])*)(\[\*\]|\.\*)?$/u;

function memberNames(expression: string): readonly string[] | undefined {
  const match = namesOnly.exec(expression);
  if (match === null) return undefined;
  const names = match[1]?.matchAll(/\.([\w-]+)|\['([^']*)'\]|\["([^"]*)"\]/gu) ?? [];
  return Array.from(names, ([, dotted, single, double]) => dotted ?? single ?? double ?? "");
}
