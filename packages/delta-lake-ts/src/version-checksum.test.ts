import { beforeEach, expect, test } from "@jest/globals";
import { commitInfoOf } from "./conflict.ts";
import { append } from "./operation/append.ts";
import { check } from "./operation/check.ts";
import { merge } from "./operation/merge.ts";
import { optimize } from "./operation/optimize.ts";
import { overwrite } from "./operation/overwrite.ts";
import { systemRuntime } from "./runtime.ts";
import { loadFullSnapshot, readCommit } from "./snapshot.ts";
import { MemoryStore } from "./store/memory.ts";
import { batchOf, schemaOf, writeRows } from "./table-fixture.test.support.ts";
import { readChecksum } from "./version-checksum.ts";

const schema = schemaOf({ id: "long", v: "string" });

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

async function add(id: number, more: Parameters<typeof append>[2] = {}): Promise<number> {
  const files = await writeRows(store, schema, [{ id, v: "a" }]);
  return (await append(store, files, { createIfMissing: { schema }, ...more })).version;
}

function crc(version: number): string {
  return `_delta_log/${String(version).padStart(20, "0")}.crc`;
}

async function text(version: number): Promise<string> {
  return new TextDecoder().decode(await store.get(crc(version)));
}

test("every operation leaves the checksum of its version, and it says what the log says", async () => {
  await add(1, { appTransaction: { appId: "app", version: 2 } });
  await add(2, { configuration: { "delta.enableDeletionVectors": "true" } });
  await add(3, { appTransaction: { appId: "app", version: 3 } });
  const source = [batchOf(schema, [{ id: 2, v: "b" }])];
  await merge(store, { source, keys: ["id"], mode: "upsert" });
  await optimize(store);
  await overwrite(store, await writeRows(store, schema, [{ id: 9, v: "c" }]));
  for (let id = 10; id < 16; id += 1) await add(id);

  for (let version = 0; version <= 11; version += 1) {
    const checksum = await readChecksum(store, version);
    const snapshot = await loadFullSnapshot(store, { version });
    const sizes = [...(snapshot?.files.values() ?? [])].map(({ size }) => size);
    expect(checksum).toEqual({
      txnId: commitInfoOf((await readCommit(store, version)) ?? [])?.txnId,
      inCommitTimestamp: undefined,
      fileCount: sizes.length,
      tableSizeBytes: sizes.reduce((sum, size) => sum + size, 0),
      protocol: snapshot?.protocol,
      metadata: snapshot?.metadata,
      transactions: [...(snapshot?.transactions.values() ?? [])],
      domains: [],
    });
  }
  expect((await check(store)).problems).toEqual([]);
});

test("the file has the protocol's own keys", async () => {
  await add(1, { configuration: { "delta.enableInCommitTimestamps": "true" } });

  expect(JSON.parse(await text(0))).toEqual({
    txnId: expect.any(String),
    tableSizeBytes: expect.any(Number),
    numFiles: 1,
    numMetadata: 1,
    numProtocol: 1,
    inCommitTimestampOpt: expect.any(Number),
    setTransactions: [],
    domainMetadata: [],
    metadata: expect.objectContaining({ partitionColumns: [] }),
    protocol: expect.objectContaining({ minReaderVersion: 1, minWriterVersion: 7 }),
  });
});

test("where the version before has none, an append writes none, until a checkpoint counted the files", async () => {
  await add(1);
  await store.delete(crc(0));

  for (let id = 2; id <= 12; id += 1) await add(id);

  for (let version = 0; version < 10; version += 1) {
    expect(await store.get(crc(version))).toBeUndefined();
  }
  expect(await readChecksum(store, 10)).toMatchObject({ fileCount: 11 });
  expect(await readChecksum(store, 11)).toMatchObject({ fileCount: 12 });
});

test("a torn checksum is passed over, and one that is there is not replaced", async () => {
  await add(1);
  await store.put(crc(0), Buffer.from('{"tableSizeBytes":1'));
  await store.put(crc(2), Buffer.from("theirs"));
  await add(2);
  await overwrite(store, await writeRows(store, schema, [{ id: 3, v: "c" }]));

  expect(await store.get(crc(1))).toBeUndefined();
  expect(await text(2)).toBe("theirs");
  expect((await check(store)).problems).toEqual([]);
});

test("a checksum that cannot be written costs nothing but a warning", async () => {
  const warnings: string[] = [];
  const runtime = { ...systemRuntime, warn: (what: string) => warnings.push(what) };
  const putIfAbsent = store.putIfAbsent.bind(store);
  store.putIfAbsent = (path, bytes) =>
    path.endsWith(".crc") ? Promise.reject(new Error("no space")) : putIfAbsent(path, bytes);

  const version = await add(1, { runtime });

  expect(version).toBe(0);
  expect(warnings).toEqual(["version checksum failed"]);
});

test("check tells where a checksum and the log differ", async () => {
  await add(1);
  await store.put(crc(0), Buffer.from((await text(0)).replace('"numFiles":1', '"numFiles":2')));

  expect((await check(store)).problems).toEqual([
    "the checksum of version 0 has as files 2, the log says 1",
  ]);
});

test("an append reads the checksum in place of the checkpoint and the commits before it", async () => {
  await add(1, { appTransaction: { appId: "app", version: 7 } });
  for (let id = 2; id <= 16; id += 1) await add(id);
  const reads: string[] = [];
  const get = store.get.bind(store);
  store.get = (path, range) => {
    reads.push(path.slice("_delta_log/".length).replace(/^0+(?=\d)/, ""));
    return get(path, range);
  };

  const version = await add(17, {
    appTransaction: { appId: "app", version: 8, expectedVersion: 7 },
  });

  expect(version).toBe(16);
  expect(reads).toEqual(["_last_checkpoint", "15.crc", "15.json"]);
});

test.each([
  ["made by another engine", '"engineInfo":"delta-lake-ts/', '"engineInfo":"other/'],
  ["of another commit", '"txnId":"', '"txnId":"0'],
])("a checksum %s is not what an append goes by", async (_, from, to) => {
  for (let id = 1; id <= 3; id += 1) await add(id);
  const commit = "_delta_log/00000000000000000002.json";
  const line = new TextDecoder().decode(await store.get(commit));
  await store.put(commit, Buffer.from(line.replace(from, to)));
  await store.put(
    crc(2),
    Buffer.from(
      (await text(2)).replace(
        '"setTransactions":[]',
        '"setTransactions":[{"appId":"x","version":1}]',
      ),
    ),
  );

  const version = await add(4, { appTransaction: { appId: "x", version: 1 } });

  expect(version).toBe(3);
});

test("in-commit timestamps increase also where the version before was read from its checkpoint", async () => {
  const at = (ms: number) => ({ runtime: { ...systemRuntime, now: () => ms } });
  const configuration = { "delta.enableInCommitTimestamps": "true" };
  for (let id = 0; id <= 10; id += 1) await add(id, { ...at(5000), configuration });
  await store.delete(crc(10));

  await add(11, at(1000));

  const info = commitInfoOf((await readCommit(store, 11)) ?? []);
  expect(info?.inCommitTimestamp).toBe(5011);
});
