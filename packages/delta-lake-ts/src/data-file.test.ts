import { expect, test } from "@jest/globals";
import { DataFileWriter } from "./data-file.ts";
import { append } from "./operation/append.ts";
import { readFooter } from "./parquet/decode.ts";
import { MemoryStore } from "./store/memory.ts";
import { batchOf, readRows, schemaOf, writeRows } from "./table-fixture.test.support.ts";

const schema = schemaOf({ id: "long!", x: "double" });

test("a file is closed at its target size, and every file says how many rows it has", async () => {
  const store = new MemoryStore();
  const writer = new DataFileWriter(store, { schema, fileSizeBytes: 4000 });

  for (let part = 0; part < 10; part += 1) {
    await writer.write(
      batchOf(
        schema,
        Array.from({ length: 100 }, (_, row) => ({ id: part * 100 + row, x: row })),
      ),
    );
  }
  const files = await writer.close();

  expect(files.length).toBeGreaterThan(1);
  for (const { path, size } of files) expect(store.objects.get(path)?.bytes.length).toBe(size);
  const rowCounts = files.map(({ stats }) => /"numRecords":(\d+)/.exec(stats ?? "")?.[1]);
  expect(rowCounts.reduce((sum, count) => sum + Number(count), 0)).toBe(1000);
});

test("a writer tells how much its unfinished row groups hold", async () => {
  const writer = new DataFileWriter(new MemoryStore(), { schema });
  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, x: id / 7 }));

  await writer.write(batchOf(schema, rows));
  const first = writer.heldBytes;
  await writer.write(batchOf(schema, rows));
  const second = writer.heldBytes;
  await writer.close();

  expect(first).toBeGreaterThan(50_000);
  expect(second).toBeGreaterThan(first);
  expect(writer.heldBytes).toBe(0);
});

test("bug 23: a NaN begins a new file: bounds of the rows before it stay", async () => {
  const store = new MemoryStore();
  const writer = new DataFileWriter(store, { schema });

  await writer.write(batchOf(schema, [{ id: 1, x: 5 }]));
  await writer.write(batchOf(schema, [{ id: 2, x: Number.NaN }]));
  const files = await writer.close();

  expect(files.map(({ stats }) => stats)).toEqual([
    '{"numRecords":1,"minValues":{"id":1,"x":5},"maxValues":{"id":1,"x":5},"nullCount":{"id":0,"x":0}}',
    '{"numRecords":1,"minValues":{"id":2},"maxValues":{"id":2},"nullCount":{"id":0,"x":0}}',
  ]);
});

test("a NaN inside a struct is written and read back", async () => {
  const store = new MemoryStore();
  const nested = schemaOf({ s: { type: "struct", fields: schemaOf({ x: "double" }).fields } });

  const files = await writeRows(store, nested, [{ s: { x: Number.NaN } }, { s: { x: 1 } }]);
  await append(store, files, { createIfMissing: { schema: nested } });

  expect(await readRows(store)).toEqual([{ s: { x: Number.NaN } }, { s: { x: 1 } }]);
});

test.each([
  [
    "a null in a required column",
    schemaOf({ id: "long", x: "double" }),
    { id: null },
    "column id is required",
  ],
  ["a missing required column", schemaOf({ x: "double" }), { x: 1 }, "column id is required"],
  [
    "a column that the table lacks",
    schemaOf({ id: "long", y: "long" }),
    { id: 1 },
    "column y is not in",
  ],
  ["a column of another type", schemaOf({ id: "string" }), { id: "1" }, "column id is Utf8"],
])("%s is E_SCHEMA_MISMATCH that names the column", async (_what, wrong, row, words) => {
  const writer = new DataFileWriter(new MemoryStore(), { schema });

  await expect(writer.write(batchOf(wrong, [row]))).rejects.toMatchObject({
    code: "E_SCHEMA_MISMATCH",
    message: expect.stringContaining(words),
  });
});

test("narrower numbers are widened, columns found ignoring case and put in the table's order", async () => {
  const store = new MemoryStore();
  const writer = new DataFileWriter(store, { schema });

  await writer.write(
    batchOf(schemaOf({ X: "float", ID: "integer" }), [
      { ID: 7, X: 0.5 },
      { ID: 8, X: null },
    ]),
  );
  await append(store, await writer.close(), { createIfMissing: { schema } });

  expect(await readRows(store)).toEqual([
    { id: 7, x: 0.5 },
    { id: 8, x: null },
  ]);
});

test("a store that fails says why, and abandoned files are gone", async () => {
  const store = new MemoryStore();
  const writer = new DataFileWriter(store, { schema });
  await writer.write(batchOf(schema, [{ id: 1, x: 1 }]));
  await writer.roll();
  store.write = () => Promise.reject(new Error("the disk is full"));

  await expect(writer.write(batchOf(schema, [{ id: 2, x: 1 }]))).rejects.toThrow(
    "the disk is full",
  );
  await writer.abort();

  expect([...store.objects.keys()]).toEqual([]);
});

test("partition columns are not in the file", async () => {
  const store = new MemoryStore();
  const [file] = await writeRows(
    store,
    schemaOf({ id: "long", p: "string" }),
    [{ id: 1, p: "é x" }],
    { partitionColumns: ["p"] },
  );

  expect(file?.path).toMatch(/^p=é%20x\/part-00000-/);
  const bytes = store.objects.get(decodeURIComponent(file?.path ?? ""))?.bytes ?? new Uint8Array();
  expect((await readFooter(new Blob([Buffer.from(bytes)]))).columns).toEqual(["id"]);
});

test("delta.dataSkippingNumIndexedCols says how many columns have statistics", async () => {
  const store = new MemoryStore();
  const configuration = { "delta.dataSkippingNumIndexedCols": "1" };
  const writer = new DataFileWriter(store, { schema, configuration });

  await writer.write(batchOf(schema, [{ id: 1, x: 5 }]));
  const [file] = await writer.close();

  expect(file?.stats).toBe(
    '{"numRecords":1,"minValues":{"id":1},"maxValues":{"id":1},"nullCount":{"id":0}}',
  );
});
