/** Bugs of other writers that have to do with checkpoints, names, change feeds and sizes, by their numbers in delta.md §4. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { parquetMetadataAsync } from "hyparquet";
import { CHECKPOINT_SCHEMA } from "./checkpoint-schema.ts";
import { DataFileWriter } from "./data-file.ts";
import { append } from "./operation/append.ts";
import { checkpoint } from "./operation/checkpoint.ts";
import { merge } from "./operation/merge.ts";
import { optimize } from "./operation/optimize.ts";
import { overwrite } from "./operation/overwrite.ts";
import { loadFullSnapshot, readCommit } from "./snapshot.ts";
import { MemoryStore } from "./store/memory.ts";
import { DeltaTable } from "./table.ts";
import { batchOf, readRows, schemaOf, writeRows } from "./table-fixture.test.support.ts";

const execute = promisify(execFile);
const schema = schemaOf({ id: "long" });
const createIfMissing = { schema };

function commitName(version: number): string {
  return `_delta_log/${String(version).padStart(20, "0")}.json`;
}

async function checkpointFooter(
  store: MemoryStore,
  version: number,
): Promise<{ rowCount: number; rowGroupCount: number }> {
  const path = commitName(version).replace(".json", ".checkpoint.parquet");
  const bytes = Uint8Array.from((await store.get(path)) ?? []);
  const buffer = { byteLength: bytes.length, slice: bytes.buffer.slice.bind(bytes.buffer) };
  const { num_rows, row_groups } = await parquetMetadataAsync(buffer);
  return { rowCount: Number(num_rows), rowGroupCount: row_groups.length };
}

/** A log without data files: `commits` versions of `filesEach` added files. */
async function longLog(commits: number, filesEach: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  await append(store, [], { createIfMissing });
  for (let version = 1; version <= commits; version += 1) {
    const lines = Array.from({ length: filesEach }, (_, file) => {
      const path = `part-${version}-${file}.parquet`;
      const stats = JSON.stringify({ numRecords: 1, minValues: { id: file } });
      const add = { path, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
      return JSON.stringify({ add: { ...add, stats } });
    });
    await store.put(commitName(version), Buffer.from(`${lines.join("\n")}\n`));
  }
  return store;
}

test("bug 10: a checkpoint has every reconciled action, and with its tail says what the whole log says", async () => {
  const store = new MemoryStore();
  const configuration = { "delta.checkpointInterval": "1000" };
  for (let id = 0; id < 6; id += 1) {
    const appTransaction = { appId: `app ${id % 2}`, version: id };
    const files = await writeRows(store, schema, [{ id }, { id: id + 100 }]);
    await append(store, files, { createIfMissing, configuration, appTransaction });
  }
  for (const id of [1, 3]) {
    const source = [batchOf(schema, [{ id }])];
    await merge(store, { source, keys: ["id"], mode: "upsert", deleteWhen: () => true });
  }
  const replayed = await Promise.all(
    Array.from({ length: 8 }, (_, version) => loadFullSnapshot(store, { version })),
  );

  for (const [version, expected] of replayed.entries()) {
    await checkpoint(store, { version });
    const { rowCount } = await checkpointFooter(store, version);
    if (expected === undefined) throw new Error("every version was loaded");
    const { files, tombstones, transactions } = expected;

    expect(rowCount).toBe(2 + transactions.size + files.size + tombstones.size);
    for (let later = version; later < replayed.length; later += 1) {
      const snapshot = await loadFullSnapshot(store, { version: later });
      expect([...(snapshot?.files.keys() ?? [])]).toEqual([
        ...(replayed[later]?.files.keys() ?? []),
      ]);
      expect(snapshot?.transactions).toEqual(replayed[later]?.transactions);
    }
  }
});

test("bug 15: 5,000 commits open within a second after their checkpoint", async () => {
  const store = await longLog(5000, 1);
  await checkpoint(store, { version: 4990 });
  await DeltaTable.open(store);

  const startMs = performance.now();
  const table = await DeltaTable.open(store);

  expect(table?.fileCount).toBe(5000);
  expect(performance.now() - startMs).toBeLessThan(1000);
});

test("bug 15: a process that opens 5,000 commits takes less than a second and 300 MB", async () => {
  const folder = await mkdtemp(join(tmpdir(), "delta-commits-"));
  const log = join(folder, "_delta_log");
  await mkdir(log);
  const memory = await longLog(5000, 1);
  await checkpoint(memory, { version: 5000 });
  const names = [...memory.objects.keys()].filter((name) => name.startsWith("_delta_log/"));
  await Promise.all(
    names.map((name) => writeFile(join(folder, name), memory.objects.get(name)?.bytes ?? "")),
  );
  const script = `
    const { DeltaTable, LocalStore } = await import(${JSON.stringify(import.meta.resolve("../dist/index.js"))});
    const before = process.cpuUsage();
    const table = await DeltaTable.open(new LocalStore(process.argv[1]));
    const { user, system } = process.cpuUsage(before);
    const { maxRSS } = process.resourceUsage();
    console.log(JSON.stringify({ files: table.fileCount, seconds: (user + system) / 1e6, maxRSS }));`;

  const { stdout } = await execute(process.execPath, ["--input-type=module", "-e", script, folder]);

  await rm(folder, { recursive: true });
  const { files, seconds, maxRSS } = JSON.parse(stdout);
  expect(files).toBe(5000);
  // Of this process alone: others may keep the machine busy.
  expect(seconds).toBeLessThan(1);
  expect(maxRSS).toBeLessThan(300 * 1024);
});

test("bug 15: the checkpoint of many files goes out in row groups", async () => {
  const store = await longLog(20, 5000);

  await checkpoint(store);

  const { rowCount, rowGroupCount } = await checkpointFooter(store, 20);
  expect(rowCount).toBe(100_002);
  expect(rowGroupCount).toBeGreaterThan(1);
});

test("bug 20: names with spaces, and partitions of them, are found again by their own names", async () => {
  const store = new MemoryStore();
  const spaced = schemaOf({ "a b": "long", a_b: "long", "part of it": "string" });
  const rows = [
    { "a b": 1, a_b: 2, "part of it": "x y" },
    { "a b": 3, a_b: 4, "part of it": "x_y" },
  ];
  const partitionColumns = ["part of it"];
  const files = await writeRows(store, spaced, rows, { partitionColumns });

  await append(store, files, { createIfMissing: { schema: spaced, partitionColumns } });

  expect(files.map(({ path }) => path.split("/")[0])).toEqual([
    "part%20of%20it=x%20y",
    "part%20of%20it=x_y",
  ]);
  expect(await readRows(store)).toEqual(rows);
});

test("bug 31: appends, overwrites, joined files and inserts of a merge write no change files, so that no change counts twice", async () => {
  const store = new MemoryStore();
  const columns = schemaOf({ id: "long", p: "string" });
  const partitionColumns = ["p"];
  const write = (id: number, p: string): ReturnType<typeof writeRows> =>
    writeRows(store, columns, [{ id, p }], { partitionColumns });
  const configuration = { "delta.enableChangeDataFeed": "true" };
  await append(store, await write(1, "x"), {
    createIfMissing: { schema: columns, partitionColumns },
    configuration,
  });

  await append(store, await write(2, "x"));
  await optimize(store);
  await overwrite(store, await write(3, "x"), { partitions: "touched" });
  await overwrite(store, await write(4, "y"));

  for (let version = 0; version <= 4; version += 1) {
    const actions = (await readCommit(store, version)) ?? [];
    const files = actions.filter(({ type }) => type === "add" || type === "remove");
    expect(actions.some(({ type }) => type === "cdc")).toBe(false);
    expect(files.length).toBeGreaterThan(0);
    const isJoin = version === 2;
    for (const action of files) {
      expect(action).toMatchObject({ [action.type]: { dataChange: !isJoin } });
    }
  }
  const source = [batchOf(columns, [{ id: 5, p: "y" }])];
  const { version = -1 } = await merge(store, { source, keys: ["id"], mode: "insert-only" });
  const inserted = (await readCommit(store, version)) ?? [];
  expect(inserted.map(({ type }) => type)).not.toContain("cdc");
});

test("bug 32: a gibibyte of rows becomes at most sixteen files: 128 MiB of them at most two", async () => {
  const store = new MemoryStore();
  const wide = schemaOf({ id: "long", text: "string" });
  const writer = new DataFileWriter(store, { schema: wide });
  const text = "0123456789abcdef".repeat(64);
  const batch = batchOf(
    wide,
    Array.from({ length: 8192 }, (_, id) => ({ id, text: `${id}${text}` })),
  );

  for (let sizeMb = 0; sizeMb < 128; sizeMb += 8) await writer.write(batch);

  expect((await writer.close()).length).toBeLessThanOrEqual(2);
});

test("bug 32: the checkpoint's columns are those that Trino and others expect", () => {
  const shape = CHECKPOINT_SCHEMA.fields.map(({ name, type }) => {
    const children: readonly { name: string; type: unknown }[] = type.children ?? [];
    return `${name}: ${children.map((child) => `${child.name} ${String(child.type)}`).join(", ")}`;
  });

  const map = "Map<{key:Utf8, value:Utf8}>";
  const vector =
    "Struct<{storageType:Utf8, pathOrInlineDv:Utf8, offset:Int32, sizeInBytes:Int32, cardinality:Int64}>";
  expect(shape).toEqual([
    "protocol: minReaderVersion Int32, minWriterVersion Int32, readerFeatures List<Utf8>, writerFeatures List<Utf8>",
    `metaData: id Utf8, name Utf8, description Utf8, format Struct<{provider:Utf8, options:${map}}>, schemaString Utf8, partitionColumns List<Utf8>, configuration ${map}, createdTime Int64`,
    "txn: appId Utf8, version Int64, lastUpdated Int64",
    "domainMetadata: domain Utf8, configuration Utf8, removed Bool",
    `add: path Utf8, partitionValues ${map}, size Int64, modificationTime Int64, dataChange Bool, stats Utf8, tags ${map}, deletionVector ${vector}, baseRowId Int64, defaultRowCommitVersion Int64, clusteringProvider Utf8`,
    `remove: path Utf8, deletionTimestamp Int64, dataChange Bool, extendedFileMetadata Bool, partitionValues ${map}, size Int64, deletionVector ${vector}, baseRowId Int64, defaultRowCommitVersion Int64`,
  ]);
});
