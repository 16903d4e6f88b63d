import {
  type CatalogStream,
  DecimalText,
  type JsonValue,
  type Log,
  parseJson,
  UserError,
} from "singer-sdk-ts";
import { isJsonObject, type RecordPage, recordsPage } from "./page.ts";

/** What happens to members of a record that the schema does not foresee. */
export interface RecordContract {
  /** A value of another type than the schema's: sent as it is, an error, null, or turned into that type where it can be. */
  readonly onInvalid: "keep" | "raise" | "null" | "force";
  readonly dropsUnknown: boolean;
}

/** The types that the schema allows a member; undefined for any. */
type AllowedTypes = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/** Makes what holds a stream's pages to its schema; the same page comes back when the contract asks for nothing. */
export function recordConformer({
  entry,
  contract,
  log,
}: {
  readonly entry: CatalogStream | undefined;
  readonly contract: RecordContract;
  readonly log: Log;
}): (page: RecordPage) => RecordPage {
  const { onInvalid, dropsUnknown } = contract;
  if (entry === undefined || (onInvalid === "keep" && !dropsUnknown)) return (page) => page;
  const stream = entry.stream;
  const allowed = allowedTypes(entry);
  const told = new Set<string>();
  const tell = (name: string, what: string): void => {
    if (told.has(name)) return;
    told.add(name);
    log.warn(what, { stream, property: name });
  };
  const conform = (record: JsonValue): JsonValue => {
    const conformed: Record<string, JsonValue> = {};
    for (const [name, value] of Object.entries(isJsonObject(record) ? record : {})) {
      if (!allowed.has(name)) {
        if (dropsUnknown) tell(name, "unknown_property_dropped");
        else conformed[name] = value;
        continue;
      }
      const types = allowed.get(name);
      if (types === undefined || fits(value, types) || onInvalid === "keep") {
        conformed[name] = value;
        continue;
      }
      const forced = onInvalid === "force" ? forcedValue(value, types) : undefined;
      if (onInvalid === "raise" || (onInvalid === "force" && forced === undefined))
        throw invalid(stream, name, value, types);
      if (onInvalid === "null") tell(name, "invalid_property_nulled");
      conformed[name] = forced ?? null;
    }
    return conformed;
  };
  return (page) => {
    const records = Array.from({ length: page.recordCount }, (_, index) =>
      conform(page.value(index)),
    );
    return recordsPage(page.response, records, null);
  };
}

function allowedTypes({ schema }: CatalogStream): AllowedTypes {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  return new Map(
    Object.entries(properties).map(([name, property]) => {
      const type = isJsonObject(property) ? property["type"] : undefined;
      if (typeof type === "string") return [name, new Set([type])];
      return [name, Array.isArray(type) ? new Set(type.map(String)) : undefined];
    }),
  );
}

function fits(value: JsonValue, types: ReadonlySet<string>): boolean {
  const type = typeOf(value);
  return types.has(type) || (type === "integer" && types.has("number"));
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (value instanceof DecimalText) return "number";
  if (typeof value !== "object") return typeof value;
  return Array.isArray(value) ? "array" : "object";
}

/** The value as one of `types`; undefined when nothing of it would stay the same. */
function forcedValue(value: JsonValue, types: ReadonlySet<string>): JsonValue | undefined {
  if (typeof value === "string") {
    const text = value.trim();
    if (text === "" && types.has("null")) return null;
    if (types.has("integer") && /^-?(?:0|[1-9]\d*)$/u.test(text)) return exactNumber(text);
    if (types.has("number") && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/iu.test(text))
      return exactNumber(text);
    if (types.has("boolean") && /^(?:true|false)$/iu.test(text))
      return text.toLowerCase() === "true";
    return undefined;
  }
  const isScalar = typeof value !== "object" || value instanceof DecimalText;
  if (types.has("string") && isScalar) return String(value);
  if (types.has("integer") && typeof value === "boolean") return value ? 1 : 0;
  return undefined;
}

/** A number with all its digits. */
function exactNumber(text: string): JsonValue {
  return parseJson(text);
}

/** Names types only: values may be private. */
function invalid(
  stream: string,
  property: string,
  value: JsonValue,
  types: ReadonlySet<string>,
): UserError {
  const message = `stream ${stream}: a record has ${typeOf(value)} at ${property}, the schema wants ${[...types].join(" or ")}`;
  return new UserError("E_RECORD", message, {
    hint: "correct the schema, or set on_invalid_property to null or force",
  });
}
