/** Bugs of other writers that must not be ours, by their numbers in delta.md §4; more of them stand beside their code. */
import { expect, test } from "@jest/globals";
import { Field, Schema, TimestampMicrosecond } from "apache-arrow";
import { parquetMetadataAsync } from "hyparquet";
import type { AddFile } from "./action.ts";
import { arrowToDelta } from "./arrow/type.ts";
import { append } from "./operation/append.ts";
import { overwrite } from "./operation/overwrite.ts";
import { loadFullSnapshot, loadSnapshot, readCommit } from "./snapshot.ts";
import { parseStatistics } from "./stats/parse.ts";
import { MemoryStore } from "./store/memory.ts";
import { readRows, schemaOf, writeRows } from "./table-fixture.test.support.ts";
import { validateCommit } from "./validate.ts";

const schema = schemaOf({ id: "long" });

async function tableOf(versions: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (let id = 0; id < versions; id += 1) {
    await append(store, await writeRows(store, schema, [{ id }]), { createIfMissing: { schema } });
  }
  return store;
}

async function parquetColumns(
  store: MemoryStore,
  path: string,
): Promise<{ name: string; text: string }[]> {
  const bytes = Buffer.from((await store.get(path)) ?? []);
  const buffer = {
    byteLength: bytes.length,
    slice: (start: number, end?: number): ArrayBuffer =>
      Uint8Array.from(bytes.subarray(start, end)).buffer,
  };
  const { schema: columns } = await parquetMetadataAsync(buffer);
  return columns.slice(1).map((column) => ({ name: column.name, text: JSON.stringify(column) }));
}

test("bug 7: of overwrites that race, one writer's rows are left, whole", async () => {
  const store = await tableOf(1);
  const writers = await Promise.all(
    [10, 20, 30, 40].map((id) => writeRows(store, schema, [{ id }, { id: id + 1 }])),
  );

  await Promise.all(writers.map((files) => overwrite(store, files)));

  const [first, second, ...rest] = await readRows(store);
  expect(rest).toEqual([]);
  expect(Number(second?.["id"])).toBe(Number(first?.["id"]) + 1);
});

test("bug 8: a transaction version that is not above the stored one is refused", async () => {
  const store = await tableOf(1);
  const commit = async (version: number): Promise<unknown> =>
    append(store, await writeRows(store, schema, [{ id: version }]), {
      appTransaction: { appId: "app", version },
    });

  await commit(5);

  const conflict = { code: "E_COMMIT_CONFLICT", conflict: "ConcurrentTransaction" };
  await expect(commit(4)).rejects.toMatchObject(conflict);
  await expect(commit(5)).rejects.toMatchObject(conflict);
  await commit(6);
  expect((await readRows(store)).map(({ id }) => id)).toEqual([0, 5, 6]);
});

test("bug 9: eight writers that add columns at once all succeed, and the table has them all", async () => {
  const store = await tableOf(1);
  const names = ["a", "b", "c", "d", "e", "f", "g", "a2"];
  const writers = await Promise.all(
    names.map(async (name) => {
      const wider = schemaOf({ id: "long", [name]: "string" });
      return { wider, files: await writeRows(store, wider, [{ id: 1, [name]: name }]) };
    }),
  );

  await Promise.all(writers.map(({ wider, files }) => append(store, files, { schema: wider })));

  const snapshot = await loadFullSnapshot(store);
  expect(new Set(snapshot?.schema.fields.map(({ name }) => name))).toEqual(
    new Set(["id", ...names]),
  );
  expect(snapshot?.files.size).toBe(9);
});

test("bug 11: a checkpoint whose reads fail anywhere is not published", async () => {
  const published: boolean[] = [];
  for (let failing = 0; failing < 40; failing += 1) {
    const store = await tableOf(10);
    const files = await writeRows(store, schema, [{ id: 10 }]);
    const get = store.get.bind(store);
    let reads = 0;
    store.get = async (path, range) => {
      const isCommitted = store.objects.has("_delta_log/00000000000000000010.json");
      const isRead = isCommitted && !path.endsWith(".crc");
      if (isRead && reads++ === failing) throw new Error("the read failed");
      return get(path, range);
    };

    await append(store, files);

    store.get = get;
    published.push(store.objects.has("_delta_log/00000000000000000010.checkpoint.parquet"));
    expect((await loadFullSnapshot(store))?.files.size).toBe(11);
  }
  // One read for the pointer and three for each of eleven commits; those after them come when the checkpoint is whole.
  expect(published.indexOf(true)).toBe(34);
});

test("bug 12: every field of a checkpoint may be null but the keys of its maps", async () => {
  const required = schemaOf({ id: "long!", p: "string!" });
  const store = new MemoryStore();
  const partitionColumns = ["p"];
  for (let id = 0; id < 11; id += 1) {
    const rows = [{ id, p: "x" }];
    const files = await writeRows(store, required, rows, { partitionColumns });
    await append(store, files, { createIfMissing: { schema: required, partitionColumns } });
  }

  const columns = await parquetColumns(store, "_delta_log/00000000000000000010.checkpoint.parquet");

  const notNull = columns.filter(({ text }) => text.includes('"REQUIRED"'));
  expect(new Set(notNull.map(({ name }) => name))).toEqual(new Set(["key"]));
  expect(columns.length).toBeGreaterThan(40);
});

test("bug 16: a transaction always says when it was made", async () => {
  const store = await tableOf(1);

  await append(store, [], { appTransaction: { appId: "app", version: 1 } });

  const txn = (await readCommit(store, 1))?.find(({ type }) => type === "txn");
  expect(txn).toMatchObject({ txn: { appId: "app", version: 1, lastUpdated: expect.any(Number) } });
});

test("bug 18: a decimal partition value has the digits of its scale", async () => {
  const decimal = schemaOf({ id: "long", p: "decimal(10,2)" });
  const rows = [
    { id: 1, p: 150n },
    { id: 2, p: 0n },
  ];

  const files = await writeRows(new MemoryStore(), decimal, rows, { partitionColumns: ["p"] });

  expect(files.map(({ partitionValues }) => partitionValues["p"])).toEqual(["1.50", "0.00"]);
});

test("bug 19: files of the old partitioning do not survive a new one", async () => {
  const columns = schemaOf({ id: "long", p: "string", q: "string" });
  const rows = [{ id: 1, p: "x", q: "y" }];
  const store = new MemoryStore();
  const byP = await writeRows(store, columns, rows, { partitionColumns: ["p"] });
  await append(store, byP, { createIfMissing: { schema: columns, partitionColumns: ["p"] } });
  const byQ = await writeRows(store, columns, rows, { partitionColumns: ["q"] });

  await overwrite(store, byQ, { createIfMissing: { schema: columns, partitionColumns: ["q"] } });

  expect((await loadFullSnapshot(store))?.files.size).toBe(1);
  await expect(append(store, byP)).rejects.toMatchObject({ code: "E_INVALID_COMMIT" });
});

test.each([
  ["timestamp", '"type":"TIMESTAMP","isAdjustedToUTC":true,"unit":"MICROS"'],
  ["date", '"converted_type":"DATE"'],
  ["short", '"bitWidth":16,"isSigned":true'],
  ["byte", '"bitWidth":8,"isSigned":true'],
  ["decimal(9,2)", '"type":"INT32"'],
  ["decimal(18,2)", '"type":"INT64"'],
  ["decimal(38,2)", '"type":"FIXED_LEN_BYTE_ARRAY"'],
  ["string", '"converted_type":"UTF8"'],
])("bug 21: %s is kept as Parquet's %s", async (type, fact) => {
  const store = new MemoryStore();
  const [file] = await writeRows(store, schemaOf({ c: type }), [
    { c: type === "string" ? "" : 1n },
  ]);

  const [column] = await parquetColumns(store, file?.path ?? "");

  expect(column?.text).toContain(fact);
});

test("bug 25: bounds of timestamps end in Z", async () => {
  const [file] = await writeRows(new MemoryStore(), schemaOf({ t: "timestamp" }), [{ t: 1n }]);

  const { minValues, maxValues } = parseStatistics(file?.stats);

  expect([minValues["t"], maxValues["t"]]).toEqual([
    "1970-01-01T00:00:00.000Z",
    "1970-01-01T00:00:00.001Z",
  ]);
});

test("bug 26: a timestamp in UTC is no timestamp_ntz, and a table by default asks for nothing new", async () => {
  const field = new Field("t", new TimestampMicrosecond("UTC"), true);

  expect(arrowToDelta(new Schema([field])).fields[0]?.type).toBe("timestamp");
  const snapshot = await loadSnapshot(await tableOf(1));
  expect(snapshot?.protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 2 });
});

test("bug 28: a remove that forgets the file's deletion vector is refused", async () => {
  const store = await tableOf(1);
  const snapshot = await loadFullSnapshot(store);
  const [file] = snapshot?.files.values() ?? [];
  if (snapshot === undefined || file === undefined) throw new Error("there is one file");
  const deletionVector = { storageType: "i", pathOrInlineDv: "x", sizeInBytes: 1, cardinality: 1 };
  const marked: AddFile = { ...file, deletionVector };
  const base = { ...snapshot, files: new Map([[`${file.path}\nix`, marked]]) };
  const remove = { path: file.path, dataChange: true };

  expect(() => validateCommit([{ type: "remove", remove }], base)).toThrow("is not live");
  const whole = { ...remove, deletionVector };
  expect(() => validateCommit([{ type: "remove", remove: whole }], base)).not.toThrow();
});
