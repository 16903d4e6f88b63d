import { type JsonValue, stringifyJson } from "../json.ts";
import type { JsonSchema } from "../message.ts";
import { schemaVariants } from "../schema.ts";
import { expressionError } from "./expression-error.ts";
import { type Dict, isDict, isList } from "./python-value.ts";

/** How deep objects are opened, and what their columns are called. */
export interface FlatteningOptions {
  /** Levels that are opened; at least 1. */
  readonly depthMax: number;
  readonly separator: string;
  /** Longer names are shortened as the Meltano SDK does. */
  readonly keyLengthMax: number;
}

/** The schema whose nested objects have become properties of the root; arrays and free objects become JSON text. */
export function flattenSchema(schema: JsonSchema, options: FlatteningOptions): JsonSchema {
  const entries = flatProperties({ schema, root: schema, parents: [] }, options);
  const names = new Set<string>();
  for (const [name] of entries) {
    if (names.has(name)) throw expressionError(`flattening gives two properties the name ${name}`);
    names.add(name);
  }
  const { required } = schema;
  return {
    ...schema,
    properties: Object.fromEntries(entries),
    ...(isList(required) && {
      required: required.filter((name) => typeof name === "string" && names.has(name)),
    }),
  };
}

interface Place {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
  readonly parents: readonly string[];
}

function flatProperties(
  { schema, root, parents }: Place,
  options: FlatteningOptions,
): readonly (readonly [string, JsonSchema])[] {
  const { properties } = schema;
  if (!isDict(properties)) return [];
  return Object.entries(properties).flatMap(([name, value]) => {
    const property = isDict(value) ? value : {};
    const variants = schemaVariants(property, root);
    const object = variants.find((variant) => isDict(variant["properties"]));
    if (object !== undefined && parents.length < options.depthMax)
      return flatProperties({ schema: object, root, parents: [...parents, name] }, options);
    const key = flatKey([...parents, name], options);
    const isContainer = variants.some(isContainerSchema);
    return [[key, isContainer ? { type: ["string", "null"] } : property] as const];
  });
}

function isContainerSchema({ type, properties, items }: JsonSchema): boolean {
  const types: readonly JsonValue[] = isList(type) ? type : [type ?? null];
  return (
    types.includes("array") ||
    types.includes("object") ||
    properties !== undefined ||
    items !== undefined
  );
}

/** The record as `schema`, which is flat, describes it: objects opened, other containers as JSON text. */
export function flattenRecord(
  record: Dict,
  schema: JsonSchema,
  options: FlatteningOptions,
): ReadonlyMap<string, JsonValue> {
  const properties = isDict(schema["properties"]) ? schema["properties"] : {};
  const names = Object.keys(properties);
  const flat = new Map<string, JsonValue>();
  const open = (members: Dict, parents: readonly string[]): void => {
    for (const [name, value] of Object.entries(members)) {
      if (value === undefined) continue;
      const key = flatKey([...parents, name], options);
      const isKnown = Object.hasOwn(properties, key);
      // An object that was opened and is null has no column of its own.
      const isOpened = !isKnown && names.some((other) => other.startsWith(key + options.separator));
      if (value === null && isOpened) continue;
      if (isDict(value) && !isKnown && parents.length < options.depthMax)
        open(value, [...parents, name]);
      else flat.set(key, isDict(value) || isList(value) ? stringifyJson(value) : value);
    }
  };
  open(record, []);
  return flat;
}

/** Parts joined; while that is too long, one part after the other is cut to its capitals, or its first three letters. */
function flatKey(parts: readonly string[], { separator, keyLengthMax }: FlatteningOptions): string {
  const short = [...parts];
  for (let index = 0; index < short.length; index++) {
    if (short.join(separator).length < keyLengthMax) break;
    const part = short[index] ?? "";
    const capitals = part
      .replaceAll(/(?:^|_)(.)/g, (_: string, letter: string) => letter.toUpperCase())
      .replaceAll(/[a-z]/g, "");
    short[index] = (capitals.length > 1 ? capitals : part.slice(0, 3)).toLowerCase();
  }
  return short.join(separator);
}
