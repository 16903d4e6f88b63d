import { expect, test } from "@jest/globals";
import { encodeActions } from "./action.ts";
import { DataFileWriter } from "./data-file.ts";
import { append } from "./operation/append.ts";
import { merge } from "./operation/merge.ts";
import { optimize } from "./operation/optimize.ts";
import { overwrite } from "./operation/overwrite.ts";
import { type StructField, type StructType, stringifySchema } from "./schema.ts";
import { MemoryStore } from "./store/memory.ts";
import { DeltaTable } from "./table.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "./table-fixture.test.support.ts";

function mapped(name: string, physicalName: string, type: StructField["type"]): StructField {
  const metadata = { "delta.columnMapping.physicalName": physicalName };
  return { name, type, nullable: true, metadata };
}

const logical: StructType = {
  type: "struct",
  fields: [
    mapped("place", "col-2", { type: "struct", fields: [mapped("city", "col-3", "string")] }),
    mapped("id", "col-1", "long"),
    mapped("region", "col-4", "string"),
  ],
};

async function tableOf(mode: string): Promise<MemoryStore> {
  const store = new MemoryStore();
  const physical = schemaOf({
    "col-1": "long",
    "col-2": schemaOf({ "col-3": "string" }),
    "col-4": "string",
  });
  const rows = [{ "col-1": 1, "col-2": { "col-3": "Oslo" }, "col-4": "north" }];
  const files = await writeRows(store, physical, rows, { partitionColumns: ["col-4"] });
  const text = encodeActions([
    { type: "protocol", protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
    {
      type: "metaData",
      metaData: {
        id: "0",
        format: { provider: "parquet", options: {} },
        schemaString: stringifySchema(logical),
        partitionColumns: ["region"],
        configuration: { "delta.columnMapping.mode": mode },
      },
    },
    ...files.map((add) => ({ type: "add", add }) as const),
  ]);
  await store.put("_delta_log/00000000000000000000.json", Buffer.from(text));
  return store;
}

test("columns mapped by name are read under their logical names, nested and partition columns too", async () => {
  const store = await tableOf("name");

  expect(await readRows(store)).toEqual([{ place: { city: "Oslo" }, id: 1, region: "north" }]);
});

/** A table as Spark makes it: two columns with physical names of their own, no partitions. */
async function flatTable(): Promise<MemoryStore> {
  const store = new MemoryStore();
  const schema: StructType = {
    type: "struct",
    fields: [mapped("id", "col-1", "long"), mapped("v", "col-2", "string")].map((field, index) => ({
      ...field,
      metadata: { ...field.metadata, "delta.columnMapping.id": index + 1 },
    })),
  };
  const metaData = {
    id: "0",
    format: { provider: "parquet", options: {} },
    schemaString: stringifySchema(schema),
    partitionColumns: [],
    configuration: {
      "delta.columnMapping.mode": "name",
      "delta.columnMapping.maxColumnId": "2",
    },
  };
  const text = encodeActions([
    { type: "protocol", protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
    { type: "metaData", metaData },
  ]);
  await store.put("_delta_log/00000000000000000000.json", Buffer.from(text));
  return store;
}

async function write(
  store: MemoryStore,
  rows: readonly Row[],
  more: StructType["fields"] = [],
): Promise<Awaited<ReturnType<DataFileWriter["close"]>>> {
  const table = await DeltaTable.open(store);
  if (table === undefined) throw new Error("there is a table");
  const schema: StructType = { type: "struct", fields: [...table.schema.fields, ...more] };
  const { configuration } = table.metadata;
  const writer = new DataFileWriter(store, { schema, configuration });
  await writer.write(batchOf(schema, rows));
  return writer.close();
}

test("bug 27: rows go into a mapped table under physical names, with their column numbers", async () => {
  const store = await flatTable();

  const files = await write(store, [{ id: 1, v: "a" }]);
  await append(store, files);

  expect(JSON.parse(files[0]?.stats ?? "").nullCount).toEqual({ "col-1": 0, "col-2": 0 });
  expect(await readRows(store)).toEqual([{ id: 1, v: "a" }]);
});

test("bug 27: files written under logical names are refused", async () => {
  const store = await flatTable();
  const files = await writeRows(store, schemaOf({ id: "long", v: "string" }), [{ id: 1, v: "a" }]);

  await expect(append(store, files)).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
});

test("a mapped table is merged into, optimized and overwritten", async () => {
  const store = await flatTable();
  await append(
    store,
    await write(
      store,
      [1, 2, 3].map((id) => ({ id, v: "a" })),
    ),
  );
  await append(store, await write(store, [{ id: 9, v: "a" }]));
  const schema = schemaOf({ id: "long", v: "string" });

  const result = await merge(store, {
    source: [
      batchOf(schema, [
        { id: 2, v: "b" },
        { id: 4, v: "b" },
      ]),
    ],
    keys: ["id"],
    mode: "upsert",
  });
  await optimize(store);

  expect(result).toMatchObject({ inserted: 1, updated: 1 });
  expect(
    (await readRows(store)).map(({ id, v }) => `${String(id)}${String(v)}`).toSorted(),
  ).toEqual(["1a", "2b", "3a", "4b", "9a"]);
  await overwrite(store, await write(store, [{ id: 7, v: "c" }]));
  expect(await readRows(store)).toEqual([{ id: 7, v: "c" }]);
});

test("a column that is added to a mapped table gets a number and a physical name of its own", async () => {
  const store = await flatTable();
  await append(store, await write(store, [{ id: 1, v: "a" }]));
  const added = schemaOf({ w: "double" }).fields;
  const files = await write(store, [{ id: 2, v: "b", w: 0.5 }], added);
  const table = await DeltaTable.open(store);

  await append(store, files, {
    schema: { type: "struct", fields: [...(table?.schema.fields ?? []), ...added] },
  });

  const after = await DeltaTable.open(store);
  expect(after?.schema.fields.at(-1)?.metadata).toEqual({
    "delta.columnMapping.id": 3,
    "delta.columnMapping.physicalName": expect.stringMatching(/^col-[0-9a-f]{8}(-[0-9a-f]{4}){3}-/),
  });
  expect(after?.metadata.configuration["delta.columnMapping.maxColumnId"]).toBe("3");
  expect(await readRows(store)).toEqual([
    { id: 1, v: "a", w: null },
    { id: 2, v: "b", w: 0.5 },
  ]);
});

test("a partitioned table with column mapping is not written", async () => {
  const appended = append(await tableOf("name"), [], { configuration: { x: "y" } });

  await expect(appended).rejects.toMatchObject({ code: "E_TABLE_FEATURE" });
});

test("column mapping by id is refused", async () => {
  await expect(readRows(await tableOf("id"))).rejects.toMatchObject({ code: "E_TABLE_FEATURE" });
});
