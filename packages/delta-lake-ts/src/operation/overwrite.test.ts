import { expect, test } from "@jest/globals";
import { DataFileWriter } from "../data-file.ts";
import { parsePredicate } from "../predicate-sql.ts";
import { MemoryStore } from "../store/memory.ts";
import { DeltaTable } from "../table.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { type OverwriteOptions, overwrite } from "./overwrite.ts";

const schema = schemaOf({ id: "long", region: "string" });
const partitionColumns = ["region"];
const createIfMissing = { schema, partitionColumns };

async function tableOf(rows: readonly Row[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  await append(store, await writeRows(store, schema, rows, { partitionColumns }), {
    createIfMissing,
  });
  return store;
}

const threeRegions = [
  { id: 1, region: "a" },
  { id: 2, region: "b" },
  { id: 3, region: null },
];

test("a dynamic overwrite replaces the partitions that the new files lie in, null among them", async () => {
  const store = await tableOf(threeRegions);
  const rows = [
    { id: 4, region: "a" },
    { id: 5, region: null },
  ];

  await overwrite(store, await writeRows(store, schema, rows, { partitionColumns }), {
    partitions: "touched",
  });

  expect(new Set(await readRows(store))).toEqual(new Set([{ id: 2, region: "b" }, ...rows]));
});

test("replaceWhere removes what matches, also without new rows", async () => {
  const store = await tableOf(threeRegions);

  await overwrite(store, [], { partitions: ({ region }) => region === "b" });

  expect(await readRows(store)).toEqual([
    { id: 1, region: "a" },
    { id: 3, region: null },
  ]);
});

test("replaceWhere by a predicate replaces what it is true for, and the log tells it", async () => {
  const store = await tableOf(threeRegions);
  const rows = [{ id: 4, region: "a" }];
  const files = await writeRows(store, schema, rows, { partitionColumns });

  await overwrite(store, files, { partitions: parsePredicate("region < 'b' OR region IS NULL") });

  expect(await readRows(store)).toEqual([{ id: 2, region: "b" }, ...rows]);
  const [last] = (await (await DeltaTable.open(store))?.history()) ?? [];
  expect(last?.operationParameters).toMatchObject({
    predicate: "[\"(region < 'b' OR region IS NULL)\"]",
  });
});

test("bug 30: a predicate that failed is never the choice of everything", async () => {
  const store = await tableOf(threeRegions);
  const files = await writeRows(store, schema, [{ id: 4, region: "c" }], { partitionColumns });
  const choices: unknown[] = [
    undefined,
    { type: "compare", column: "absent", operator: "=", value: "a" },
    { type: "compare", column: "id", operator: "=", value: 1 },
    { type: "no such type" },
    parsePredicate("region = 'a'"),
  ];

  for (const partitions of choices) {
    const replaced = overwrite(store, files, { partitions } as OverwriteOptions);
    await expect(replaced).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
  }

  expect((await readRows(store)).length).toBe(3);
  expect((await DeltaTable.open(store))?.version).toBe(0);
});

test("a predicate is what was read: an append inside it makes the overwrite plan anew, one outside does not", async () => {
  const store = await tableOf(threeRegions);
  const outside = await writeRows(store, schema, [{ id: 20, region: "b" }], { partitionColumns });
  const inside = await writeRows(store, schema, [{ id: 10, region: "a" }], { partitionColumns });
  const ours = await writeRows(store, schema, [{ id: 11, region: "a" }], { partitionColumns });
  const putIfAbsent = store.putIfAbsent.bind(store);
  const waiting = [outside, inside];
  store.putIfAbsent = async (path, bytes) => {
    const files = waiting.shift();
    if (files !== undefined) await append(store, files);
    return putIfAbsent(path, bytes);
  };

  await overwrite(store, ours, { partitions: parsePredicate("region = 'a'") });

  expect(new Set(await readRows(store))).toEqual(
    new Set([
      { id: 2, region: "b" },
      { id: 3, region: null },
      { id: 20, region: "b" },
      { id: 11, region: "a" },
    ]),
  );
});

test("bug 30: a file outside the choice, or a choice that fails, replaces nothing", async () => {
  const store = await tableOf(threeRegions);
  const files = await writeRows(store, schema, [{ id: 4, region: "c" }], { partitionColumns });
  const failing = (): boolean => {
    throw new TypeError("no such column");
  };

  const outside = overwrite(store, files, { partitions: ({ region }) => region === "a" });
  const failed = overwrite(store, files, { partitions: failing });

  await expect(outside).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
  await expect(failed).rejects.toThrow("no such column");
  expect((await readRows(store)).length).toBe(3);
});

test("partitions of a table without partitions cannot be replaced", async () => {
  const store = new MemoryStore();
  await append(store, await writeRows(store, schema, [{ id: 1 }]), { createIfMissing: { schema } });

  const replaced = overwrite(store, [], { partitions: "touched" });

  await expect(replaced).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
});

test("overwrites of two partitions that race both hold, and of one partition the later one", async () => {
  const store = await tableOf(threeRegions);
  const rival = await writeRows(store, schema, [{ id: 20, region: "b" }], { partitionColumns });
  const same = await writeRows(store, schema, [{ id: 10, region: "a" }], { partitionColumns });
  const ours = await writeRows(store, schema, [{ id: 11, region: "a" }], { partitionColumns });
  const putIfAbsent = store.putIfAbsent.bind(store);
  const waiting = [rival, same];
  store.putIfAbsent = async (path, bytes) => {
    const files = waiting.shift();
    if (files !== undefined) await overwrite(store, files, { partitions: "touched" });
    return putIfAbsent(path, bytes);
  };

  await overwrite(store, ours, { partitions: "touched" });

  expect(new Set(await readRows(store))).toEqual(
    new Set([
      { id: 11, region: "a" },
      { id: 20, region: "b" },
      { id: 3, region: null },
    ]),
  );
});

test("an append whose files were written before an overwrite changed the schema is refused", async () => {
  const store = await tableOf(threeRegions);
  const late = await writeRows(store, schema, [{ id: 9, region: "a" }], { partitionColumns });
  const changed = schemaOf({ id: "string", region: "string" });
  const writer = new DataFileWriter(store, { schema: changed, partitionColumns });
  await writer.write(batchOf(changed, [{ id: "x", region: "a" }]));
  const files = await writer.close();
  const putIfAbsent = store.putIfAbsent.bind(store);
  let isFirst = true;
  store.putIfAbsent = async (path, bytes) => {
    if (isFirst) {
      isFirst = false;
      await overwrite(store, files, { schema: changed });
    }
    return putIfAbsent(path, bytes);
  };

  await expect(append(store, late)).rejects.toMatchObject({ code: "E_SCHEMA_MISMATCH" });

  expect(await readRows(store)).toEqual([{ id: "x", region: "a" }]);
});
