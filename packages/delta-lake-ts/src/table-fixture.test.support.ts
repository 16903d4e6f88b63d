import type { RecordBatch } from "apache-arrow";
import type { AddFile } from "./action.ts";
import { buildBatch } from "./arrow/build.ts";
import { deltaToArrow } from "./arrow/type.ts";
import { readValue } from "./arrow/value.ts";
import { DataFileWriter } from "./data-file.ts";
import type { DeltaType, StructType } from "./schema.ts";
import type { ObjectStore } from "./store.ts";
import { DeltaTable } from "./table.ts";

export type Row = Readonly<Record<string, unknown>>;

/** A schema of nullable columns; a `!` at the end of a type makes the column required. */
export function schemaOf(columns: Readonly<Record<string, DeltaType>>): StructType {
  return {
    type: "struct",
    fields: Object.entries(columns).map(([name, type]) => ({
      name,
      type: typeof type === "string" ? type.replace("!", "") : type,
      nullable: typeof type !== "string" || !type.endsWith("!"),
      metadata: {},
    })),
  };
}

export function batchOf(schema: StructType, rows: readonly Row[]): RecordBatch {
  return buildBatch(deltaToArrow(schema), rows);
}

/** Writes one batch of rows as data files. */
export async function writeRows(
  store: ObjectStore,
  schema: StructType,
  rows: readonly Row[],
  options: { partitionColumns?: readonly string[] } = {},
): Promise<readonly AddFile[]> {
  const writer = new DataFileWriter(store, { schema, ...options });
  await writer.write(batchOf(schema, rows));
  return writer.close();
}

/** Every row of the table as plain values, in the table's own order. */
export async function readRows(store: ObjectStore, version?: number): Promise<Row[]> {
  const table = await DeltaTable.open(store, version === undefined ? {} : { version });
  if (table === undefined) throw new Error("there is no table");
  const rows: Row[] = [];
  for await (const batch of table.read()) rows.push(...batchRows(batch));
  return rows;
}

export function batchRows(batch: RecordBatch): Row[] {
  return Array.from({ length: batch.numRows }, (_, row): Row => {
    const value = readValue(batch.data, row);
    return typeof value === "object" && value !== null ? { ...value } : {};
  });
}
