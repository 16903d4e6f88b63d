import { UserError } from "../error.ts";
import type { JsonValue } from "../json.ts";
import { compileExpression } from "./expression.ts";
import { type Dict, isDict, isList } from "./python-value.ts";

/** What becomes of one stream, under one name. */
export type StreamRule =
  | { readonly type: "same"; readonly name: string }
  | { readonly type: "drop" }
  | {
      readonly type: "map";
      readonly name: string;
      readonly filter: string | undefined;
      /** The keys of the result, when they differ from the stream's. */
      readonly keyProperties: readonly string[] | undefined;
      /** Whether properties that no expression names are kept. */
      readonly isElseKept: boolean;
      /** Expressions by property; null takes the property away. */
      readonly properties: ReadonlyMap<string, string | null>;
    };

/**
 * The rules for a stream, its own first, then those that make further streams of it. As in the Meltano SDK: keys are names
 * or shell patterns, the last that matches counts, and `__else__` decides about streams that none matches.
 */
export function rulesOf(streamMaps: Dict, stream: string): readonly StreamRule[] {
  const { __else__: otherwise, ...maps } = streamMaps;
  if (otherwise !== undefined && !isNull(otherwise))
    throw mapError("`__else__` can only be null or __NULL__");
  let own: StreamRule = otherwise === undefined ? { type: "same", name: stream } : { type: "drop" };
  const further: StreamRule[] = [];
  for (const [key, definition] of Object.entries(maps)) {
    if (key.startsWith("__")) throw mapError(`\`${key}\` is not known here`);
    const source = isDict(definition) ? definition["__source__"] : undefined;
    if (!matches(source === undefined ? key : textOf(source, `${key}.__source__`), stream))
      continue;
    const name = source === undefined ? stream : key;
    const rule = ruleOf(definition ?? null, { key, stream, name });
    if (source === undefined) own = rule;
    else further.push(rule);
  }
  return [own, ...further];
}

interface RuleNames {
  readonly key: string;
  readonly stream: string;
  readonly name: string;
}

function ruleOf(definition: JsonValue, { key, stream, name }: RuleNames): StreamRule {
  if (isNull(definition)) return { type: "drop" };
  if (!isDict(definition)) throw mapError(`\`${key}\` must be an object, null or __NULL__`);
  const {
    __source__: _,
    __alias__: alias,
    __filter__: filter,
    __key_properties__: keys,
    __else__: otherwise,
    ...properties
  } = definition;
  if (otherwise !== undefined && !isNull(otherwise))
    throw mapError(`\`${key}.__else__\` can only be null or __NULL__`);
  return {
    type: "map",
    name: alias === undefined ? name : aliasOf(alias, key, stream),
    filter:
      filter === undefined || isNull(filter) ? undefined : textOf(filter, `${key}.__filter__`),
    keyProperties: keys === undefined ? undefined : keysOf(keys, key),
    isElseKept: otherwise === undefined,
    properties: new Map(
      Object.entries(properties).map(([property, value]) => [
        property,
        isNull(value ?? null) ? null : textOf(value ?? null, `${key}.${property}`),
      ]),
    ),
  };
}

/** An alias is an expression when it is one over the stream's name, else it is the name itself. */
function aliasOf(alias: JsonValue, key: string, stream: string): string {
  const text = textOf(alias, `${key}.__alias__`);
  const names = {
    properties: new Set<string>(),
    hasSelf: false,
    constants: new Map<string, JsonValue>([["__stream_name__", stream]]),
  };
  try {
    const value = compileExpression(text, names).evaluate({ record: {}, self: undefined });
    return typeof value === "string" ? value : text;
  } catch {
    return text;
  }
}

function keysOf(keys: JsonValue, key: string): readonly string[] {
  const names = isNull(keys) ? [] : keys;
  if (isList(names) && names.every((name) => typeof name === "string")) return names;
  throw mapError(`\`${key}.__key_properties__\` must be a list of names`);
}

function textOf(value: JsonValue, place: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw mapError(`\`${place}\` must be an expression in a string, null or __NULL__`);
}

/** Meltano drops null settings, so the SDK has a word for it. */
function isNull(value: JsonValue): boolean {
  return value === null || value === "__NULL__";
}

/** Shell patterns as Python's fnmatch knows them: `*`, `?`, `[a-z]`, `[!a-z]`. */
function matches(pattern: string, stream: string): boolean {
  if (pattern === stream) return true;
  const source = pattern.replaceAll(
    /\[(!?)([^\]]+)\]|[*?]|[^]/g,
    (token: string, not: string | undefined, set: string | undefined) => {
      if (set !== undefined)
        return `[${not === "!" ? "^" : ""}${set.replaceAll(/[\\^]/g, "\\$&")}]`;
      return token === "*"
        ? "[^]*"
        : token === "?"
          ? "[^]"
          : token.replace(/[\\^$.+()[\]{}|]/, "\\$&");
    },
  );
  return new RegExp(`^${source}$`).test(stream);
}

function mapError(why: string): UserError {
  return new UserError("E_STREAM_MAP", `setting \`stream_maps\`: ${why}`, {
    hint: "see docs/stream-maps.md",
    exitCode: 2,
  });
}
