import { expect, test } from "@jest/globals";
import { encodeActions } from "./action.ts";
import { append } from "./operation/append.ts";
import { type StructField, type StructType, stringifySchema } from "./schema.ts";
import { MemoryStore } from "./store/memory.ts";
import { readRows, schemaOf, writeRows } from "./table-fixture.test.support.ts";

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

test("bug 27: a table with column mapping is not written under its logical names, but refused", async () => {
  const store = await tableOf("name");

  const appended = append(store, [], { configuration: { x: "y" } });

  await expect(appended).rejects.toMatchObject({ code: "E_TABLE_FEATURE" });
});

test("column mapping by id is refused", async () => {
  await expect(readRows(await tableOf("id"))).rejects.toMatchObject({ code: "E_TABLE_FEATURE" });
});
