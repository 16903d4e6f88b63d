import { expect, test } from "@jest/globals";
import { MemoryStore } from "../store/memory.ts";
import { DeltaTable } from "../table.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { merge } from "./merge.ts";

const schema = schemaOf({ id: "long", name: "string", price: "decimal(10,2)" });
const keys = ["id"];

async function tableOf(...files: readonly (readonly Row[])[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const rows of files) {
    await append(store, await writeRows(store, schema, rows), { createIfMissing: { schema } });
  }
  return store;
}

function source(...rows: readonly Row[]): { source: ReturnType<typeof batchOf>[] } {
  return { source: [batchOf(schema, rows)] };
}

async function sortedRows(store: MemoryStore): Promise<Row[]> {
  const rows = await readRows(store);
  return rows.toSorted((left, right) => Number(left["id"]) - Number(right["id"]));
}

test("an upsert replaces matches and inserts the rest in one commit", async () => {
  const store = await tableOf([
    { id: 1, name: "a", price: 100n },
    { id: 2, name: "b", price: 200n },
  ]);

  const result = await merge(store, {
    ...source({ id: 2, name: "B", price: 200n }, { id: 3, name: "c", price: null }),
    keys,
    mode: "upsert",
  });

  expect(result).toEqual({ version: 1, inserted: 1, updated: 1, deleted: 0 });
  expect(await sortedRows(store)).toEqual([
    { id: 1, name: "a", price: 100 },
    { id: 2, name: "B", price: 200 },
    { id: 3, name: "c", price: null },
  ]);
});

test("a merge that changes nothing commits nothing", async () => {
  const store = await tableOf(
    [{ id: 1, name: "a", price: 1n }],
    [{ id: 2, name: null, price: 2n }],
  );
  const rows = source({ id: 2, name: null, price: 2n }, { id: 1, name: "a", price: 1n });

  const result = await merge(store, { ...rows, keys, mode: "upsert" });

  expect(result).toEqual({ version: undefined, inserted: 0, updated: 0, deleted: 0 });
  expect((await DeltaTable.open(store))?.version).toBe(1);
});

test("a file without a changed match is not rewritten", async () => {
  const store = await tableOf(
    [{ id: 1, name: "a" }],
    [{ id: 2, name: "b" }],
    [{ id: 3, name: "c" }],
  );
  const before = [...store.objects.keys()].filter((path) => path.startsWith("part-"));

  await merge(store, {
    ...source({ id: 1, name: "a" }, { id: 3, name: "C" }),
    keys,
    mode: "upsert",
  });

  const table = await DeltaTable.open(store);
  const live: string[] = [];
  for await (const { path } of table?.files() ?? []) live.push(path);
  expect(live.filter((path) => before.includes(path)).length).toBe(2);
  expect(await sortedRows(store)).toEqual([
    { id: 1, name: "a", price: null },
    { id: 2, name: "b", price: null },
    { id: 3, name: "C", price: null },
  ]);
});

test("rows that deleteWhen picks delete their match and are not inserted", async () => {
  const store = await tableOf([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ]);

  const result = await merge(store, {
    ...source({ id: 1, name: "gone" }, { id: 9, name: "gone" }),
    keys,
    mode: "upsert",
    deleteWhen: () => true,
  });

  expect(result).toEqual({ version: 1, inserted: 0, updated: 0, deleted: 1 });
  expect(await sortedRows(store)).toEqual([{ id: 2, name: "b", price: null }]);
});

test("insert-only leaves matches as they are", async () => {
  const store = await tableOf([{ id: 1, name: "a" }]);

  const result = await merge(store, {
    ...source({ id: 1, name: "A" }, { id: 2, name: "b" }),
    keys,
    mode: "insert-only",
  });

  expect(result).toEqual({ version: 1, inserted: 1, updated: 0, deleted: 0 });
  expect(await sortedRows(store)).toEqual([
    { id: 1, name: "a", price: null },
    { id: 2, name: "b", price: null },
  ]);
});

test("a null key matches nothing and is inserted", async () => {
  const store = await tableOf([{ id: null, name: "a" }]);

  const result = await merge(store, { ...source({ id: null, name: "b" }), keys, mode: "upsert" });

  expect(result).toMatchObject({ inserted: 1, updated: 0 });
  expect((await readRows(store)).length).toBe(2);
});

test("of source rows with the same key the last one holds", async () => {
  const store = await tableOf([{ id: 1, name: "a" }]);
  const rows = source(
    { id: 1, name: "x" },
    { id: 2, name: "x" },
    { id: 1, name: "y" },
    { id: 2, name: "y" },
  );

  await merge(store, { ...rows, keys, mode: "upsert" });

  expect(await sortedRows(store)).toEqual([
    { id: 1, name: "y", price: null },
    { id: 2, name: "y", price: null },
  ]);
});

test("a key that the table has twice is left once", async () => {
  const store = await tableOf([{ id: 1, name: "a" }], [{ id: 1, name: "b" }]);

  await merge(store, { ...source({ id: 1, name: "b" }), keys, mode: "upsert" });

  expect(await readRows(store)).toEqual([{ id: 1, name: "b", price: null }]);
});

test("a merge into no table makes it", async () => {
  const store = new MemoryStore();

  const result = await merge(store, {
    ...source({ id: 1, name: "a" }),
    keys,
    mode: "upsert",
    createIfMissing: { schema },
  });

  expect(result).toEqual({ version: 0, inserted: 1, updated: 0, deleted: 0 });
  expect(await readRows(store)).toEqual([{ id: 1, name: "a", price: null }]);
});

test("new columns come with the merge, old rows have null there", async () => {
  const store = await tableOf([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ]);
  const wider = schemaOf({ id: "long", name: "string", price: "decimal(10,2)", note: "string" });

  await merge(store, {
    source: [batchOf(wider, [{ id: 2, name: "b", note: "n" }])],
    keys,
    mode: "upsert",
    schema: wider,
  });

  expect(await sortedRows(store)).toEqual([
    { id: 1, name: "a", price: null, note: null },
    { id: 2, name: "b", price: null, note: "n" },
  ]);
});

test("keys of two columns, a string and a date, match as a pair", async () => {
  const pair = schemaOf({ code: "string", day: "date", value: "long" });
  const store = new MemoryStore();
  const rows = [
    { code: "a", day: 1, value: 1 },
    { code: "a", day: 2, value: 2 },
    { code: "b", day: 1, value: 3 },
  ];
  await append(store, await writeRows(store, pair, rows), { createIfMissing: { schema: pair } });

  await merge(store, {
    source: [
      batchOf(pair, [
        { code: "a", day: 2, value: 20 },
        { code: "ba", day: 1, value: 4 },
      ]),
    ],
    keys: ["code", "day"],
    mode: "upsert",
  });

  expect((await readRows(store)).map(({ value }) => value)).toEqual([1, 20, 3, 4]);
});

test("a merge into a partitioned table by a key that holds the partition reads only that partition", async () => {
  const parted = schemaOf({ region: "string", id: "long", value: "long" });
  const partitionColumns = ["region"];
  const store = new MemoryStore();
  const rows = [
    { region: "a/b c%", id: 1, value: 1 },
    { region: null, id: 1, value: 2 },
  ];
  const files = await writeRows(store, parted, rows, { partitionColumns });
  await append(store, files, { createIfMissing: { schema: parted, partitionColumns } });

  const result = await merge(store, {
    source: [batchOf(parted, [{ region: "a/b c%", id: 1, value: 10 }])],
    keys: ["region", "id"],
    mode: "upsert",
  });

  expect(result).toMatchObject({ updated: 1, inserted: 0 });
  expect(await readRows(store)).toEqual([
    { region: null, id: 1, value: 2 },
    { region: "a/b c%", id: 1, value: 10 },
  ]);
});
