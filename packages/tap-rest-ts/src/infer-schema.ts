import { DecimalText, type JsonSchema, type JsonValue } from "singer-sdk-ts";
import { isJsonObject } from "./page.ts";

/** What was seen in one place of the records. */
interface Seen {
  readonly types: Set<string>;
  readonly members: Map<string, Seen>;
  items: Seen | undefined;
  isDateTime: boolean;
}

/** Date-times as RFC 3339 writes them, and without a zone. */
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/u;

/**
 * A JSON Schema that all `records` fit: every member may be null except `keys`; a number that was always whole is an
 * integer; a member with values of several types gets all of them.
 */
export function inferSchema(records: Iterable<JsonValue>, keys: readonly string[]): JsonSchema {
  const root = nothingSeen();
  for (const record of records) look(record, root);
  const properties = Object.fromEntries(
    Array.from(root.members, ([name, seen]) => [name, schemaOf(seen, !keys.includes(name))]),
  );
  return { type: "object", properties };
}

function nothingSeen(): Seen {
  return { types: new Set(), members: new Map(), items: undefined, isDateTime: true };
}

function look(value: JsonValue, seen: Seen): void {
  if (value === null) return;
  seen.types.add(typeName(value));
  if (typeof value === "string") seen.isDateTime &&= dateTime.test(value);
  if (isJsonObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      const inner = seen.members.get(name) ?? nothingSeen();
      seen.members.set(name, inner);
      look(member, inner);
    }
  } else if (Array.isArray(value)) {
    seen.items ??= nothingSeen();
    for (const item of value as readonly JsonValue[]) look(item, seen.items);
  }
}

function typeName(value: Exclude<JsonValue, null>): string {
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (value instanceof DecimalText) return "number";
  if (typeof value !== "object") return typeof value;
  return Array.isArray(value) ? "array" : "object";
}

function schemaOf(seen: Seen, isNullable: boolean): JsonSchema {
  const types = [...seen.types].filter((type) => type !== "integer" || !seen.types.has("number"));
  // A member that was always null is sent as a text: any type may come later.
  if (types.length === 0) types.push("string");
  const [only] = types;
  return {
    type: isNullable ? [...types, "null"] : types.length === 1 && only !== undefined ? only : types,
    ...(only === "string" && types.length === 1 && seen.types.size === 1 && seen.isDateTime
      ? { format: "date-time" }
      : {}),
    ...(seen.types.has("object")
      ? {
          properties: Object.fromEntries(
            Array.from(seen.members, ([name, inner]) => [name, schemaOf(inner, true)]),
          ),
        }
      : {}),
    ...(seen.items === undefined ? {} : { items: schemaOf(seen.items, true) }),
  };
}
