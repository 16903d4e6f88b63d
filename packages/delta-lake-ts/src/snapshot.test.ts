import { beforeEach, expect, test } from "@jest/globals";
import { append } from "./operation/append.ts";
import { loadFullSnapshot } from "./snapshot.ts";
import { MemoryStore } from "./store/memory.ts";
import { DeltaTable } from "./table.ts";
import { schemaOf } from "./table-fixture.test.support.ts";

const schema = schemaOf({ id: "long" });
const LOG = "_delta_log/";
let store: MemoryStore;

function name(version: number): string {
  return LOG + String(version).padStart(20, "0");
}

async function put(path: string, text: string): Promise<void> {
  await store.put(path, new TextEncoder().encode(text));
}

/** Thirteen versions with a checkpoint at the tenth. */
beforeEach(async () => {
  store = new MemoryStore();
  for (let version = 0; version <= 12; version += 1) {
    const file = {
      path: `f${version}`,
      partitionValues: {},
      size: 1,
      modificationTime: 1,
      dataChange: true,
    };
    await append(store, [file], {
      createIfMissing: { schema },
      appTransaction: { appId: "app", version: version + 1 },
    });
  }
});

test("a checkpoint and the commits after it say what all commits say", async () => {
  const short = await loadFullSnapshot(store);
  store.objects.delete(`${LOG}_last_checkpoint`);
  store.objects.delete(`${name(10)}.checkpoint.parquet`);
  const long = await loadFullSnapshot(store);

  expect([...(short?.files.keys() ?? [])]).toEqual([...(long?.files.keys() ?? [])]);
  expect(short?.metadata).toEqual(long?.metadata);
  expect(short?.transactions).toEqual(long?.transactions);
});

test.each([
  ["empty", ""],
  ["garbage", "not json"],
  ["too new", '{"version":99,"size":1}'],
  ["of a missing checkpoint", '{"version":5,"size":1}'],
])("bug 13: a pointer that is %s is passed over", async (_what, text) => {
  await put(`${LOG}_last_checkpoint`, text);

  expect((await loadFullSnapshot(store))?.files.size).toBe(13);
});

test.each([
  ["empty", ""],
  ["cut off", "PAR1 and no more"],
])("a checkpoint that is %s is passed over", async (_what, text) => {
  await put(`${name(10)}.checkpoint.parquet`, text);

  expect((await loadFullSnapshot(store))?.files.size).toBe(13);
});

test("strange files in the log folder are ignored", async () => {
  await put(`${LOG}.00000000000000000013.json.tmp`, "x");
  await put(`${name(3)}.crc`, "x");
  await put(`${LOG}_sidecars/x.parquet`, "x");

  expect((await loadFullSnapshot(store))?.version).toBe(12);
});

test("a missing commit is a named gap", async () => {
  store.objects.delete(`${name(11)}.json`);

  await expect(loadFullSnapshot(store)).rejects.toMatchObject({
    code: "E_CORRUPT_LOG",
    message: expect.stringContaining("version 11"),
  });
});

test("a torn commit is an error", async () => {
  await put(`${name(12)}.json`, '{"add":{"path":"x","siz');

  await expect(loadFullSnapshot(store)).rejects.toMatchObject({ code: "E_CORRUPT_LOG" });
});

test("an empty commit can be read over, but not written after", async () => {
  await put(`${name(12)}.json`, "");

  const file = { path: "x", partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
  expect((await loadFullSnapshot(store))?.files.size).toBe(12);
  await expect(append(store, [file])).rejects.toMatchObject({ code: "E_CORRUPT_LOG" });
});

test("no log is no table, and a version that is not there is an error", async () => {
  expect(await DeltaTable.open(new MemoryStore())).toBeUndefined();
  await expect(DeltaTable.open(store, { version: 13 })).rejects.toMatchObject({
    code: "E_VERSION_NOT_FOUND",
  });
  expect((await DeltaTable.open(store, { version: 4 }))?.fileCount).toBe(5);
});

test("bug 30: a failing store is an error, never an absent table", async () => {
  store.list = () => Promise.reject(new Error("503"));

  await expect(DeltaTable.open(store)).rejects.toThrow("503");
});

test.each([
  [
    "variantType",
    {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["variantType"],
      writerFeatures: ["variantType"],
    },
  ],
  [
    "someFuture",
    {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["someFuture"],
      writerFeatures: ["someFuture"],
    },
  ],
  ["reader version 4", { minReaderVersion: 4, minWriterVersion: 7 }],
])("a table with %s is refused by name when it is opened", async (feature, protocol) => {
  await put(`${name(13)}.json`, `${JSON.stringify({ protocol })}\n`);

  await expect(DeltaTable.open(store)).rejects.toMatchObject({
    code: "E_TABLE_FEATURE",
    message: expect.stringContaining(feature),
  });
});

test("a table with an unknown writer feature is read, and refused by name when written", async () => {
  const protocol = {
    minReaderVersion: 1,
    minWriterVersion: 7,
    writerFeatures: ["icebergCompatV2"],
  };
  await put(`${name(13)}.json`, `${JSON.stringify({ protocol })}\n`);
  const file = { path: "x", partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };

  expect((await DeltaTable.open(store))?.fileCount).toBe(13);
  await expect(append(store, [file])).rejects.toMatchObject({
    code: "E_TABLE_FEATURE",
    message: expect.stringContaining("icebergCompatV2"),
  });
});

test("a V2 checkpoint and its sidecar stand for the commits before it", async () => {
  const classic = await store.get(`${name(10)}.checkpoint.parquet`);
  const commit = new TextDecoder().decode(await store.get(name(0) + ".json"));
  const state = commit.split("\n").filter((line) => /^\{"(protocol|metaData)"/.test(line));
  const uuid = "80a083e8-7026-4e79-81be-64bd76c43a11";
  const sidecar = `{"sidecar":{"path":"part%20one.parquet","sizeInBytes":1,"modificationTime":1}}`;
  const lines = [`{"checkpointMetadata":{"version":10}}`, ...state, sidecar];
  await put(`${name(10)}.checkpoint.${uuid}.json`, `${lines.join("\n")}\n`);
  await store.put(`${LOG}_sidecars/part one.parquet`, classic ?? new Uint8Array());
  store.objects.delete(`${name(10)}.checkpoint.parquet`);
  for (let version = 0; version <= 10; version += 1) store.objects.delete(`${name(version)}.json`);

  expect((await loadFullSnapshot(store))?.files.size).toBe(13);

  store.objects.delete(`${LOG}_sidecars/part one.parquet`);
  await expect(loadFullSnapshot(store)).rejects.toMatchObject({ code: "E_CORRUPT_LOG" });
});
