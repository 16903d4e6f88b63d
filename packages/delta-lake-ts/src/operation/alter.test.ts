import { beforeEach, expect, test } from "@jest/globals";
import type { AddFile } from "../action.ts";
import { DataFileWriter } from "../data-file.ts";
import { MemoryStore } from "../store/memory.ts";
import { DeltaTable } from "../table.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { dropColumn, renameColumn, setProperties } from "./alter.ts";
import { append } from "./append.ts";
import { merge } from "./merge.ts";

const configuration = { "delta.columnMapping.mode": "name" };
const schema = schemaOf({
  "order id": "long!",
  "total, net": "decimal(10,2)",
  place: schemaOf({ "post code": "string", city: "string" }),
});
const row = { "order id": 1, "total, net": 150n, place: { "post code": "0150", city: "Oslo" } };

let store: MemoryStore;

beforeEach(async () => {
  store = new MemoryStore();
  const writer = new DataFileWriter(store, { schema, configuration });
  await writer.write(batchOf(schema, [row]));
  await append(store, await writer.close(), { createIfMissing: { schema }, configuration });
});

/** Files for the table as it is now, with more columns if given. */
async function filesOf(rows: readonly Row[], more: Record<string, string> = {}) {
  const table = await open();
  const wanted = {
    type: "struct",
    fields: [...table.schema.fields, ...schemaOf(more).fields],
  } as const;
  const writer = new DataFileWriter(store, {
    schema: wanted,
    configuration: table.metadata.configuration,
  });
  await writer.write(batchOf(wanted, rows));
  return { files: await writer.close(), schema: wanted };
}

async function open(): Promise<DeltaTable> {
  const table = await DeltaTable.open(store);
  if (table === undefined) throw new Error("there is a table");
  return table;
}

function physicalNames(table: DeltaTable): unknown[] {
  return table.schema.fields.map(({ metadata }) => metadata["delta.columnMapping.physicalName"]);
}

test("a table that is made with column mapping keeps its names, its files have others", async () => {
  const table = await open();
  const files: AddFile[] = [];
  for await (const file of table.files()) files.push(file);

  expect(table.protocol).toEqual({
    minReaderVersion: 2,
    minWriterVersion: 7,
    writerFeatures: ["appendOnly", "invariants", "columnMapping"],
  });
  expect(table.metadata.configuration).toEqual({
    ...configuration,
    "delta.columnMapping.maxColumnId": "5",
  });
  const names = physicalNames(table);
  expect(names).toEqual(names.map(() => expect.stringMatching(/^col-[0-9a-f-]{36}$/)));
  expect(Object.keys(JSON.parse(files[0]?.stats ?? "").nullCount)).toEqual(names);
  expect(await readRows(store)).toEqual([{ ...row, "order id": 1, "total, net": 150 }]);
});

test("a renamed column keeps its values, nested ones too", async () => {
  await renameColumn(store, "total, net", "total");
  const { version } = await renameColumn(store, ["place", "post code"], "zip");

  expect(version).toBe(2);
  expect(await readRows(store)).toEqual([
    { "order id": 1, total: 150, place: { zip: "0150", city: "Oslo" } },
  ]);
  expect(await readRows(store, 0)).toMatchObject([{ "total, net": 150 }]);
  expect((await (await open()).history())[1]).toMatchObject({
    operation: "RENAME COLUMN",
    operationParameters: { oldColumnPath: "total, net", newColumnPath: "total" },
  });
});

test("a dropped column is gone, and a new one of its name starts empty", async () => {
  await dropColumn(store, "total, net");
  await dropColumn(store, ["place", "city"]);
  const { files, schema: wanted } = await filesOf(
    [{ "order id": 2, "total, net": 7n, place: null }],
    {
      "total, net": "decimal(10,2)",
    },
  );

  await append(store, files, { schema: wanted });

  expect(await readRows(store)).toEqual([
    { "order id": 1, place: { "post code": "0150" }, "total, net": null },
    { "order id": 2, place: null, "total, net": 7 },
  ]);
});

test("a row of a file older than a dropped column is marked in a deletion vector", async () => {
  await setProperties(store, { "delta.enableDeletionVectors": "true" });
  await dropColumn(store, "total, net");
  const { schema: left } = await open();

  const result = await merge(store, {
    source: [batchOf(left, [{ "order id": 1, place: null }])],
    keys: ["order id"],
    mode: "upsert",
  });

  expect(result).toMatchObject({ updated: 1 });
  expect(await readRows(store)).toEqual([{ "order id": 1, place: null }]);
});

test("two writers that add the same column agree on its physical name", async () => {
  const first = await filesOf([{ ...row, "order id": 2, note: "a" }], { note: "string" });
  const second = await filesOf([{ ...row, "order id": 3, note: "b" }], { note: "string" });

  await append(store, first.files, { schema: first.schema });
  await append(store, second.files, { schema: second.schema });

  expect((await readRows(store)).map(({ note }) => note)).toEqual([null, "a", "b"]);
});

test.each([
  ["an absent column", () => dropColumn(store, "absent"), "there is no such column"],
  ["a name that is taken", () => renameColumn(store, "place", "ORDER ID"), "order id already"],
  ["a field of no struct", () => dropColumn(store, ["order id", "x"]), "order id is no struct"],
])("%s is refused", async (_, attempt, words) => {
  await expect(attempt()).rejects.toMatchObject({
    code: "E_SCHEMA_MISMATCH",
    message: expect.stringContaining(words),
  });
});

test("a column that the statistics' property names is not renamed", async () => {
  await setProperties(store, { "delta.dataSkippingStatsColumns": "`order id`" });

  await expect(renameColumn(store, "order id", "id")).rejects.toMatchObject({
    message: expect.stringContaining("delta.dataSkippingStatsColumns"),
  });
});

test("a column whose name is only part of a name in the statistics' property is renamed", async () => {
  await setProperties(store, { "delta.dataSkippingStatsColumns": "`order id`, workplace" });

  await expect(renameColumn(store, "place", "order")).resolves.toBeDefined();
});

test("the last column is not dropped", async () => {
  await dropColumn(store, "place");
  await dropColumn(store, "total, net");

  await expect(dropColumn(store, "order id")).rejects.toMatchObject({ code: "E_SCHEMA_MISMATCH" });
});

test("a table gets column mapping later: its old files keep their names, and columns can be renamed", async () => {
  store = new MemoryStore();
  const plain = schemaOf({ id: "long", v: "string" });
  await append(store, await writeRows(store, plain, [{ id: 1, v: "a" }]), {
    createIfMissing: { schema: plain },
  });
  await expect(renameColumn(store, "v", "w")).rejects.toMatchObject({
    hint: expect.stringContaining("delta.columnMapping.mode"),
  });

  await setProperties(store, configuration);
  await renameColumn(store, "v", "w");

  expect(physicalNames(await open())).toEqual(["id", "v"]);
  expect(await readRows(store)).toEqual([{ id: 1, w: "a" }]);
});

test("the mode of column mapping never changes once it is set", async () => {
  await expect(setProperties(store, { "delta.columnMapping.mode": "none" })).rejects.toMatchObject({
    code: "E_INVALID_COMMIT",
  });
});

test("properties that are set already commit nothing", async () => {
  expect(await setProperties(store, configuration)).toEqual({ version: 0 });
});
