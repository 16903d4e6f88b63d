import { expect, test } from "@jest/globals";
import { loadFullSnapshot, readCommit } from "../snapshot.ts";
import { MemoryStore } from "../store/memory.ts";
import { batchOf, type Row, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { check } from "./check.ts";
import { merge } from "./merge.ts";
import { optimize } from "./optimize.ts";
import { vacuum } from "./vacuum.ts";

const schema = schemaOf({ id: "long", v: "string" });
const configuration = { "delta.enableDeletionVectors": "true" };

async function tableOf(...files: readonly (readonly Row[])[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const rows of files) {
    const adds = await writeRows(store, schema, rows);
    await append(store, adds, { createIfMissing: { schema }, configuration });
  }
  return store;
}

function upsert(store: MemoryStore, rows: readonly Row[]): ReturnType<typeof merge> {
  return merge(store, {
    source: [batchOf(schema, rows)],
    keys: ["id"],
    mode: "upsert",
    deleteWhen: (_batch, row) => rows[row]?.["v"] === "delete",
  });
}

async function ids(store: MemoryStore): Promise<unknown[]> {
  return (await readRows(store)).map(({ id, v }) => `${String(id)}${String(v)}`).toSorted();
}

test("a table made with the property asks its readers for deletion vectors", async () => {
  const store = await tableOf([{ id: 1, v: "a" }]);

  expect((await loadFullSnapshot(store))?.protocol).toEqual({
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ["deletionVectors"],
    writerFeatures: ["appendOnly", "invariants", "deletionVectors"],
  });
});

test("a property set later adds the feature to the protocol, once", async () => {
  const store = new MemoryStore();
  await append(store, [], { createIfMissing: { schema } });

  await append(store, [], { configuration });
  await append(store, [], { configuration });

  const snapshot = await loadFullSnapshot(store);
  expect([snapshot?.version, snapshot?.protocol.minReaderVersion]).toEqual([1, 3]);
});

test("matches are marked, their files stay, and new rows come in one new file", async () => {
  const store = await tableOf(
    [1, 2, 3].map((id) => ({ id, v: "a" })),
    [4, 5, 6].map((id) => ({ id, v: "a" })),
  );

  const result = await upsert(store, [
    { id: 2, v: "b" },
    { id: 4, v: "delete" },
    { id: 5, v: "b" },
    { id: 9, v: "b" },
  ]);

  expect(result).toEqual({ version: 2, inserted: 1, updated: 2, deleted: 1 });
  expect(await ids(store)).toEqual(["1a", "2b", "3a", "5b", "6a", "9b"]);
  const actions = (await readCommit(store, 2)) ?? [];
  const adds = actions.flatMap((action) => (action.type === "add" ? [action.add] : []));
  expect(adds.map(({ deletionVector }) => deletionVector?.cardinality)).toEqual([1, 2, undefined]);
  expect(JSON.parse(adds[0]?.stats ?? "")).toMatchObject({ numRecords: 3, tightBounds: false });
  expect((await check(store)).problems).toEqual([]);
});

test("rows that were marked before stay marked, and are not found again", async () => {
  const store = await tableOf([1, 2, 3, 4].map((id) => ({ id, v: "a" })));
  await upsert(store, [{ id: 2, v: "delete" }]);

  await upsert(store, [
    { id: 2, v: "again" },
    { id: 3, v: "b" },
  ]);

  expect(await ids(store)).toEqual(["1a", "2again", "3b", "4a"]);
  const remove = (await readCommit(store, 2))?.find((action) => action.type === "remove");
  expect(remove?.remove.deletionVector?.cardinality).toBe(1);
});

test("a file without a live row left is removed whole", async () => {
  const store = await tableOf(
    [
      { id: 1, v: "a" },
      { id: 2, v: "a" },
    ],
    [{ id: 3, v: "a" }],
  );

  await upsert(store, [
    { id: 1, v: "delete" },
    { id: 2, v: "delete" },
  ]);

  expect((await loadFullSnapshot(store))?.files.size).toBe(1);
  expect(await ids(store)).toEqual(["3a"]);
});

test("a key that the table has twice is there once afterwards", async () => {
  const store = await tableOf(
    [
      { id: 1, v: "a" },
      { id: 2, v: "x" },
    ],
    [
      { id: 1, v: "b" },
      { id: 3, v: "x" },
    ],
  );

  const result = await upsert(store, [{ id: 1, v: "c" }]);

  expect(result).toMatchObject({ inserted: 0, updated: 1, deleted: 1 });
  expect(await ids(store)).toEqual(["1c", "2x", "3x"]);
});

test("optimize writes the live rows anew, and vacuum keeps vectors that are in use", async () => {
  const store = await tableOf([1, 2, 3].map((id) => ({ id, v: "a" })));
  await upsert(store, [{ id: 2, v: "delete" }]);
  const young = await vacuum(store, { retentionHours: 0, allowsShortRetention: true });

  await optimize(store);

  expect(young.paths).toEqual([]);
  expect(await ids(store)).toEqual(["1a", "3a"]);
  const files = [...((await loadFullSnapshot(store))?.files.values() ?? [])];
  expect(files.map(({ deletionVector }) => deletionVector)).toEqual([undefined]);
});

test("a caller may rewrite files all the same, and may not mark where the table does not say so", async () => {
  const store = await tableOf([1, 2].map((id) => ({ id, v: "a" })));
  const plain = new MemoryStore();
  await append(plain, await writeRows(plain, schema, [{ id: 1, v: "a" }]), {
    createIfMissing: { schema },
  });
  const source = [batchOf(schema, [{ id: 1, v: "b" }])];
  const options = { source, keys: ["id"], mode: "upsert" } as const;

  await merge(store, { ...options, usesDeletionVectors: false });
  const refused = merge(plain, { ...options, usesDeletionVectors: true });

  const adds = [...((await loadFullSnapshot(store))?.files.values() ?? [])];
  expect(adds.every(({ deletionVector }) => deletionVector === undefined)).toBe(true);
  await expect(refused).rejects.toMatchObject({ code: "E_TABLE_FEATURE" });
});

test("a merge that fails leaves neither data files nor vectors behind", async () => {
  const store = await tableOf([1, 2].map((id) => ({ id, v: "a" })));
  const before = [...store.objects.keys()];
  store.write = async (_path, chunks) => {
    for await (const _ of chunks) throw new Error("no space left on device");
    return 0;
  };

  const attempt = upsert(store, [{ id: 1, v: "b" }]);

  await expect(attempt).rejects.toThrow("no space left");
  expect([...store.objects.keys()]).toEqual(before);
});
