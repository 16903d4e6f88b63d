import { type Bookmark, type JsonValue, parseJson, type State, stringifyJson } from "singer-sdk-ts";
import type { TableInfo } from "./database.ts";
import type { QueryColumn } from "./query.ts";

/** Key values by column name, as bookmarks keep them: JSON values that print as in the RECORD. */
export type KeyValues = Readonly<Record<string, JsonValue>>;

/**
 * A stream's bookmark, also under the ids that other taps give the stream:
 * `database_schema_table` (singer-io) and `schema-table` in any letter case (wintersrd, SDK).
 */
export function bookmarkOf(
  state: State,
  id: string,
  table: Pick<TableInfo, "database" | "schema" | "name">,
): Bookmark | undefined {
  return (
    state.bookmark(id) ??
    state.bookmark(`${table.database}_${table.schema}_${table.name}`) ??
    state.bookmark(id.toLowerCase())
  );
}

/** The named columns' values out of the JSON texts of a row; undefined when one is missing or null. */
export function keyValues(
  columns: readonly QueryColumn[],
  texts: Readonly<Record<string, string>> | undefined,
): KeyValues | undefined {
  const values: Record<string, JsonValue> = {};
  for (const { name } of columns) {
    const text = texts?.[name];
    if (text === undefined || text === "null") return undefined;
    values[name] = parseJson(text);
  }
  return values;
}

/** The values to bind for `columns`, in their order; undefined when the bookmark lacks one. */
export function boundTexts(
  columns: readonly QueryColumn[],
  values: JsonValue | undefined,
): readonly string[] | undefined {
  if (!isRecord(values) || columns.length === 0) return undefined;
  const texts = columns.map(({ name }) => valueText(values[name]));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** A bookmark's value as text for a parameter: strings as they are, numbers by their digits. */
function valueText(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : stringifyJson(value);
}

/** The value of an incremental bookmark, unless it was made with another replication key. */
export function replicationValue(
  bookmark: Bookmark | undefined,
  replicationKey: string,
): string | undefined {
  if (bookmark === undefined) return undefined;
  const key = bookmark["replication_key"] ?? bookmark["replication_key_name"];
  return key === undefined || key === replicationKey
    ? valueText(bookmark["replication_key_value"])
    : undefined;
}

/** Whether a JSON value is an object. */
export function isRecord(
  value: JsonValue | undefined,
): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
