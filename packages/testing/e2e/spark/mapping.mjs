/** Tables with column mapping, made by us: original names, a renamed and a dropped column, one that comes again. Polars refuses them. */
import {
  append,
  DataFileWriter,
  DeltaTable,
  dropColumn,
  merge,
  optimize,
  renameColumn,
} from "delta-lake-ts";
import { batchOf, schemaOf, TestTable } from "./table.mjs";

const configuration = { "delta.columnMapping.mode": "name" };
const without = ["Polars"];

export async function mappingTables(folder) {
  return [await originalNames(folder), await changedColumns(folder)];
}

async function originalNames(folder) {
  const columns = {
    "order id": "long!",
    "total, net (EUR)": "decimal(10,2)",
    "a=b;c": schemaOf({ "post code": "string" }),
  };
  const table = new TestTable(folder, "mapping_names", columns);
  const rows = [1, 2, 3].map((id) => ({
    "order id": id,
    "total, net (EUR)": 150n,
    "a=b;c": id === 2 ? null : { "post code": `0${id}` },
  }));
  await write(table, table.schema, rows, { createIfMissing: { schema: table.schema } });
  return table.expect(rows, { without });
}

/** One column renamed, one dropped and added again, rows merged and files joined after it. */
async function changedColumns(folder) {
  const table = new TestTable(folder, "mapping_changes", { id: "long", v: "string", w: "long" });
  await write(table, table.schema, [{ id: 1, v: "old", w: 1 }, { id: 2, v: "old", w: 2 }], {
    createIfMissing: { schema: table.schema },
  });
  await renameColumn(table.store, "v", "new name");
  await dropColumn(table.store, "w");
  const { schema } = await DeltaTable.open(table.store);
  const wider = { type: "struct", fields: [...schema.fields, ...schemaOf({ w: "long" }).fields] };
  await write(table, wider, [{ id: 3, "new name": "ours", w: 3 }], { schema: wider });
  table.schema = schemaOf({ id: "long", "new name": "string", w: "long" });
  const changed = { id: 2, "new name": "merged", w: null };
  await merge(table.store, { source: [batchOf(table.schema, [changed])], keys: ["id"], mode: "upsert" });
  await optimize(table.store);
  const rows = [{ id: 1, "new name": "old", w: null }, changed, { id: 3, "new name": "ours", w: 3 }];
  return table.expect(rows, { without });
}

async function write(table, schema, rows, options) {
  const opened = await DeltaTable.open(table.store);
  const properties = opened?.metadata.configuration ?? configuration;
  const writer = new DataFileWriter(table.store, { schema, configuration: properties });
  await writer.write(batchOf(schema, rows));
  await append(table.store, await writer.close(), { configuration: properties, ...options });
}
