import { type JsonSchema, type JsonValue, parseJson } from "singer-sdk-ts";
import { isJsonObject } from "./page.ts";

/**
 * The schema at `pointer` (RFC 6901; empty for the whole) of a document in JSON or YAML: a JSON Schema by itself, or one of an
 * OpenAPI 2 or 3 document. References inside the document are replaced by what they name, and OpenAPI's own words by those
 * of JSON Schema. Undefined when nothing is there; throws what the parser throws for text that is neither.
 */
export async function documentSchema(
  text: string,
  pointer: string,
): Promise<JsonSchema | undefined> {
  const root = await parseDocument(text);
  const found = atPointer(root, pointer);
  const schema = found === undefined ? undefined : plain(found, root, []);
  return isJsonObject(schema) ? schema : undefined;
}

async function parseDocument(text: string): Promise<JsonValue> {
  if (/^\s*[[{]/u.test(text)) return parseJson(text);
  // Loaded when it is asked for: most schemas are JSON.
  const { parse } = await import("yaml");
  return parseJson(JSON.stringify(parse(text)));
}

function atPointer(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of pointer.split("/").slice(1)) {
    // References on the way are followed: an operation's schema often lies behind one.
    const reference = isJsonObject(value) ? value["$ref"] : undefined;
    if (typeof reference === "string" && reference.startsWith("#/") && reference !== pointer)
      value = atPointer(root, reference);
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) value = (value as readonly JsonValue[])[Number(name)];
    else value = isJsonObject(value) ? value[name] : undefined;
  }
  return value;
}

/** A schema without references; `open` are those that are being replaced: one that holds itself may be anything. */
function plain(value: JsonValue, root: JsonValue, open: readonly string[]): JsonValue {
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((item) => plain(item, root, open));
  if (!isJsonObject(value)) return value;
  const { $ref: reference } = value;
  if (typeof reference === "string") {
    const target = reference.startsWith("#") ? atPointer(root, reference) : undefined;
    if (target === undefined || open.includes(reference)) return {};
    return plain(target, root, [...open, reference]);
  }
  const members = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, plain(member, root, open)]),
  );
  return nullable(merged(members));
}

/** All parts of `allOf` in one schema: OpenAPI writes inheritance so. */
function merged({
  allOf,
  ...schema
}: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  if (!Array.isArray(allOf)) return schema;
  let properties: Record<string, JsonValue> = {};
  let whole: Record<string, JsonValue> = {};
  for (const part of [...(allOf as readonly JsonValue[]), schema]) {
    if (!isJsonObject(part)) continue;
    const inner = part["properties"];
    if (isJsonObject(inner)) properties = { ...properties, ...inner };
    whole = { ...whole, ...part };
  }
  return Object.keys(properties).length === 0 ? whole : { ...whole, properties };
}

/** `nullable` (OpenAPI 3.0) and `x-nullable` (2) as JSON Schema says it. */
function nullable(schema: Record<string, JsonValue>): JsonValue {
  const { nullable: isNullable, "x-nullable": isOldNullable, ...rest } = schema;
  const type = rest["type"];
  const isFlag = isNullable === true || isOldNullable === true;
  if (!isFlag) return typeof isNullable === "boolean" ? rest : schema;
  return typeof type === "string" ? { ...rest, type: [type, "null"] } : rest;
}
