import { type Data, DataType, type RecordBatch } from "apache-arrow";
import { UserError } from "singer-sdk-ts";
import type { StreamSchema } from "./stream-schema.ts";

/** The table's names of key properties; throws E_KEY for one that is no column. */
export function tableKeys(
  stream: string,
  keyProperties: readonly string[],
  schema: StreamSchema,
): readonly string[] {
  return keyProperties.map((key) => {
    const name = schema.tableName(key);
    if (name !== undefined) return name;
    throw new UserError(
      "E_KEY",
      `stream ${stream}: key property ${key} is not a column of its schema`,
      {
        hint: "name existing columns as key properties, or set `load_method: append`",
      },
    );
  });
}

/** Throws E_KEY for a key whose values a merge cannot compare: floats, since 0.1 + 0.2 is not 0.3, and nested ones. */
export function checkKeyTypes(stream: string, keys: readonly string[], schema: StreamSchema): void {
  for (const { name, type } of schema.schema.fields) {
    const isComparable = typeof type === "string" && type !== "float" && type !== "double";
    if (isComparable || !keys.includes(name)) continue;
    const kind = typeof type === "string" ? type : type.type;
    throw new UserError(
      "E_KEY",
      `stream ${stream}: key column ${name} is ${kind}, which is no key`,
      {
        hint: "declare it in the tap's schema as an integer, as a string, or with `multipleOf` as a decimal; or set `load_method: append`",
      },
    );
  }
}

/** What keys must have, by the table's names. */
interface KeyColumns {
  readonly keys: readonly string[];
  readonly partitionColumns: readonly string[];
  readonly firstRow: number;
}

/**
 * Throws E_KEY, naming column and record, when a row has no value in one of the keys, or none that can be found again:
 * an empty text is null in a partition column (delta.md §1.6).
 */
export function requireKeys(
  stream: string,
  batch: RecordBatch,
  { keys, partitionColumns, firstRow }: KeyColumns,
): void {
  const refuse = (key: string, what: string, row: number): UserError =>
    new UserError("E_KEY", `stream ${stream}: key column ${key} is ${what} in record ${row + 1}`, {
      hint: "a row without its key cannot be found again: choose other key properties, or set `load_method: append`",
    });
  for (const key of keys) {
    const column = batch.getChild(key);
    const [data] = column?.data ?? [];
    if (column === null || data === undefined) continue;
    if (column.nullCount > 0) {
      const rows = Array.from({ length: batch.numRows }, (_row, index) => index);
      const row = rows.find((index) => !column.isValid(index)) ?? 0;
      throw refuse(key, "null", firstRow + row);
    }
    const row = partitionColumns.includes(key) ? emptyText(data) : -1;
    if (row >= 0) throw refuse(key, "a partition column and empty", firstRow + row);
  }
}

/** The first row with an empty text, or -1. */
function emptyText({ type, length, valueOffsets }: Data): number {
  if (!DataType.isUtf8(type)) return -1;
  const offsets: Int32Array = valueOffsets;
  for (let row = 0; row < length; row++) if (offsets[row] === offsets[row + 1]) return row;
  return -1;
}
