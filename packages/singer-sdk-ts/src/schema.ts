import { decimalOf } from "./decimal-dialect.ts";
import { DecimalText, type JsonValue } from "./json.ts";
import type { JsonSchema } from "./message.ts";

export { type ColumnSchemaOptions, columnSchema } from "./column-schema.ts";
export type { JsonSchema } from "./message.ts";

/** The one type model that taps and targets share. */
export type ColumnType =
  | { readonly type: "boolean" }
  | { readonly type: "integer"; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly type: "float"; readonly bits: 32 | 64 }
  /** Precision 1..38, scale 0..precision. */
  | { readonly type: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly type: "string"; readonly maxLength?: number }
  | { readonly type: "date" }
  | { readonly type: "time" }
  /** A date-time; a text without a zone is UTC. */
  | { readonly type: "timestamp" }
  | { readonly type: "binary"; readonly encoding: "base64" | "hex" }
  | { readonly type: "object"; readonly columns: readonly Column[] }
  | { readonly type: "array"; readonly items: ColumnType }
  | { readonly type: "map"; readonly values: ColumnType }
  /** Anything else: kept as its JSON text. */
  | { readonly type: "json" };

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly description?: string;
}

/**
 * Reads the columns of a stream's schema, in its order. Knows `anyOf`/`oneOf` with null, type lists, missing types, local
 * `$ref`, formats, `contentEncoding` and five decimal dialects; what it can't type becomes `json` or `string`, never lost.
 * A property is nullable unless it is required and its type leaves null out.
 */
export function parseColumns(schema: JsonSchema): readonly Column[] {
  return columnsOf(schema, schema, 0);
}

/** Deeper than this, a schema that refers to itself is kept as JSON text. */
const depthMax = 16;

function columnsOf(schema: JsonSchema, root: JsonSchema, depth: number): readonly Column[] {
  const required = new Set(listOf(schema["required"]).filter((name) => typeof name === "string"));
  return Object.entries(objectOf(schema["properties"]) ?? {}).map(([name, value]) => {
    const property = resolve(objectOf(value) ?? {}, root);
    const { description } = property;
    return {
      name,
      type: typeOf(property, root, depth),
      nullable: !required.has(name) || allowsNull(property, root),
      ...(typeof description === "string" && { description }),
    };
  });
}

function typeOf(property: JsonSchema, root: JsonSchema, depth: number): ColumnType {
  if (depth > depthMax) return { type: "json" };
  const variants = variantsOf(property, root).filter((variant) => !isNull(variant));
  if (variants.length > 0) return unionOf(variants, root, depth);

  const decimal = decimalOf(property);
  if (decimal !== undefined) return decimal;
  const types = typesOf(property).filter((type) => type !== "null");
  if (types.length === 0) return untyped(property, root, depth);
  if (types.length > 1) return mixed(types);
  switch (types[0]) {
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return integerOf(property);
    case "number":
      return { type: "float", bits: property["x-float32"] === true ? 32 : 64 };
    case "string":
      return stringOf(property);
    case "object":
      return objectType(property, root, depth);
    case "array":
      return arrayType(property, root, depth);
    case "date-time":
      // A PipelineWise fixture writes the format where the type belongs.
      return { type: "timestamp" };
    default:
      return { type: "json" };
  }
}

/** One variant beside null is itself; several that agree are that type; anything else is JSON text. */
function unionOf(variants: readonly JsonSchema[], root: JsonSchema, depth: number): ColumnType {
  const [first = { type: "json" } as const, ...rest] = variants.map((variant) =>
    typeOf(variant, root, depth + 1),
  );
  const text = JSON.stringify(first);
  if (rest.every((type) => JSON.stringify(type) === text)) return first;
  // A date-time that may also be any string, as singer-python's taps write it, stays a string.
  const scalars = new Set([first, ...rest].map(({ type }) => type));
  if (scalars.size === 2 && scalars.has("timestamp") && scalars.has("string"))
    return { type: "timestamp" };
  return [...scalars].every(
    (type) => type === "string" || type === "date" || type === "time" || type === "timestamp",
  )
    ? { type: "string" }
    : { type: "json" };
}

/** Integers and numbers are numbers; any other mixture is kept as it stands. */
function mixed(types: readonly string[]): ColumnType {
  const kinds = new Set(types);
  if (kinds.size === 2 && kinds.has("integer") && kinds.has("number"))
    return { type: "float", bits: 64 };
  return { type: "json" };
}

function untyped(property: JsonSchema, root: JsonSchema, depth: number): ColumnType {
  if (property["properties"] !== undefined) return objectType(property, root, depth);
  if (property["items"] !== undefined) return arrayType(property, root, depth);
  if (typeof property["format"] === "string") return stringOf(property);
  const values = listOf(property["enum"]);
  return values.length > 0 && values.every((value) => value === null || typeof value === "string")
    ? { type: "string" }
    : { type: "json" };
}

function integerOf({ minimum, maximum }: JsonSchema): ColumnType {
  const [low, high] = [bigintOf(minimum), bigintOf(maximum)];
  if (low === undefined || high === undefined) return { type: "integer", bits: 64 };
  for (const bits of [8, 16, 32, 64] as const) {
    const limit = 1n << BigInt(bits - 1);
    if (low >= -limit && high < limit) return { type: "integer", bits };
  }
  return { type: "decimal", precision: 38, scale: 0 };
}

function stringOf(property: JsonSchema): ColumnType {
  const { format, contentEncoding, maxLength } = property;
  if (contentEncoding === "base64") return { type: "binary", encoding: "base64" };
  if (contentEncoding === "base16" || contentEncoding === "hex")
    return { type: "binary", encoding: "hex" };
  switch (format) {
    case "date":
      return { type: "date" };
    case "time":
      return { type: "time" };
    case "date-time":
      return { type: "timestamp" };
    case "binary":
      return { type: "binary", encoding: "base64" };
    default:
      return { type: "string", ...(typeof maxLength === "number" && { maxLength }) };
  }
}

function objectType(property: JsonSchema, root: JsonSchema, depth: number): ColumnType {
  const columns = columnsOf(property, root, depth + 1);
  if (columns.length > 0) return { type: "object", columns };
  const values = objectOf(property["additionalProperties"]);
  if (values === undefined || Object.keys(values).length === 0) return { type: "json" };
  return { type: "map", values: typeOf(resolve(values, root), root, depth + 1) };
}

function arrayType(property: JsonSchema, root: JsonSchema, depth: number): ColumnType {
  const items = objectOf(property["items"]);
  if (items === undefined || Object.keys(items).length === 0) return { type: "json" };
  return { type: "array", items: typeOf(resolve(items, root), root, depth + 1) };
}

function allowsNull(property: JsonSchema, root: JsonSchema): boolean {
  const variants = variantsOf(property, root);
  if (variants.length > 0)
    return variants.some((variant) => isNull(variant) || allowsNull(variant, root));
  const types = typesOf(property);
  return types.length === 0 || types.includes("null");
}

function isNull(variant: JsonSchema): boolean {
  const types = typesOf(variant);
  return types.length === 1 && types[0] === "null";
}

/** What a property may be, `$ref`s followed: the members of its `anyOf` or `oneOf`, or itself. */
export function schemaVariants(property: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const resolved = resolve(property, root);
  const variants = variantsOf(resolved, root);
  return variants.length > 0 ? variants : [resolved];
}

function variantsOf(property: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const { anyOf, oneOf } = property;
  return listOf(anyOf ?? oneOf).map((variant) => resolve(objectOf(variant) ?? {}, root));
}

/** Follows a `$ref` within the document; keywords beside it win over those it names. */
function resolve(property: JsonSchema, root: JsonSchema, hops = 0): JsonSchema {
  const { $ref: reference, ...rest } = property;
  if (typeof reference !== "string" || hops > depthMax) return property;
  const path = reference.replace(/^#\/?/, "").split("/").filter(Boolean);
  let found: JsonValue | undefined = root;
  for (const part of path) {
    found = objectOf(found)?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return { ...resolve(objectOf(found) ?? {}, root, hops + 1), ...rest };
}

function typesOf({ type }: JsonSchema): readonly string[] {
  if (typeof type === "string") return [type];
  return listOf(type).filter((item) => typeof item === "string");
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) return [];
  const items: readonly JsonValue[] = value;
  return items;
}

function objectOf(value: JsonValue | undefined): JsonSchema | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return value instanceof DecimalText || Array.isArray(value) ? undefined : (value as JsonSchema);
}

function bigintOf(value: JsonValue | undefined): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
