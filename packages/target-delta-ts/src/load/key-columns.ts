import type { RecordBatch } from "apache-arrow";
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

/** Throws E_KEY, naming column and record, when a row has no value in one of the keys. */
export function requireKeys(
  stream: string,
  batch: RecordBatch,
  { keys, firstRow }: { readonly keys: readonly string[]; readonly firstRow: number },
): void {
  for (const key of keys) {
    const column = batch.getChild(key);
    if (column === null || column.nullCount === 0) continue;
    const row = Array.from({ length: batch.numRows }, (_row, index) => index).find(
      (index) => !column.isValid(index),
    );
    throw new UserError(
      "E_KEY",
      `stream ${stream}: key column ${key} is null in record ${firstRow + (row ?? 0) + 1}`,
      {
        hint: "a row without its key cannot be found again: choose other key properties, or set `load_method: append`",
      },
    );
  }
}
