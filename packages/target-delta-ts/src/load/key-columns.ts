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

/** What keys must have. */
interface KeyColumns {
  readonly keys: readonly string[];
  readonly partitionColumns: readonly string[];
}

/** A row that a merge could not find again, and what its key is. */
export interface KeylessRow {
  readonly row: number;
  readonly key: string;
  readonly what: string;
}

/** Throws E_KEY, naming column and record, when a row has no key; names are the table's. */
export function requireKeys(
  stream: string,
  batch: RecordBatch,
  { firstRow, ...columns }: KeyColumns & { readonly firstRow: number },
): void {
  const [first] = keylessRows(batch, columns);
  if (first === undefined) return;
  const { row, key, what } = first;
  throw new UserError(
    "E_KEY",
    `stream ${stream}: key column ${key} is ${what} in record ${firstRow + row + 1}`,
    {
      hint: "a row without its key cannot be found again: choose other key properties, list such records with `max_rejects`, or set `load_method: append`",
    },
  );
}

/**
 * The rows that have no value in one of the keys, or none that can be found again: an empty text is null in a partition
 * column (delta.md §1.6). Each row comes once, in no particular order.
 */
export function keylessRows(
  batch: RecordBatch,
  { keys, partitionColumns }: KeyColumns,
): readonly KeylessRow[] {
  const found = new Map<number, KeylessRow>();
  for (const key of keys) {
    const column = batch.getChild(key);
    const [data] = column?.data ?? [];
    if (column === null || data === undefined) continue;
    const isEmpty = partitionColumns.includes(key) ? emptyTexts(data) : undefined;
    if (column.nullCount === 0 && isEmpty === undefined) continue;
    for (let row = 0; row < batch.numRows; row++) {
      if (found.has(row)) continue;
      if (!column.isValid(row)) found.set(row, { row, key, what: "null" });
      else if (isEmpty?.(row) === true)
        found.set(row, { row, key, what: "a partition column and empty" });
    }
  }
  return [...found.values()];
}

/** Tells of a row whether its text is empty; undefined for columns of other types. */
function emptyTexts({ type, valueOffsets }: Data): ((row: number) => boolean) | undefined {
  if (!DataType.isUtf8(type)) return undefined;
  const offsets: Int32Array = valueOffsets;
  return (row) => offsets[row] === offsets[row + 1];
}
