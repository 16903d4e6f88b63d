import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  type Data,
  type DataType,
  Decimal,
  Field,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Timestamp,
  TimeUnit,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { encodeParquet } from "delta-lake-ts/parquet";
import {
  activateVersion,
  createWorkspace,
  record,
  schema,
  state,
  type Workspace,
} from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const orders = schema(
  "orders",
  {
    id: { type: "integer" },
    total: { type: ["number", "null"], multipleOf: 0.0001, minimum: -1e15, maximum: 1e15 },
    at: { type: ["string", "null"], format: "date-time" },
    note: { type: ["string", "null"] },
  },
  { keys: ["id"] },
);
const lines = [
  '{"id":1,"total":123456789012.1230,"at":"2026-01-02T03:04:05.123456Z","note":"zwölf"}',
  '{"id":2,"total":null,"at":"2026-01-02T05:04:05+02:00"}',
  '{"id":3,"total":-0.0001,"at":null,"note":"a\\nb"}',
];

/** Writes a file of the workspace and gives the BATCH message that names it. */
async function batch(
  name: string,
  bytes: Uint8Array | string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const path = join(workspace.folder, name);
  await writeFile(path, bytes);
  const encoding = { format: "jsonl" };
  return {
    type: "BATCH",
    stream: "orders",
    encoding,
    manifest: [pathToFileURL(path).href],
    ...options,
  };
}

const recordsOf = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => `{"type":"RECORD","stream":"orders","record":${text}}`);

/** The rows that the same records leave when they come as RECORD messages. */
async function rowsByRecords(): Promise<readonly unknown[]> {
  await workspace.load([orders, ...recordsOf(lines)], { config: { table_path: "records" } });
  return await workspace.rows("records");
}

test("P23, T42: files of jsonl and jsonl.gz give the table that RECORD messages give", async () => {
  const plain = await batch("plain.jsonl", lines.slice(0, 2).join("\n"));
  const packed = await batch("packed.jsonl.gz", gzipSync(`\n${lines[2]}\n`), {
    encoding: { format: "jsonl", compression: "gzip" },
  });

  const run = await workspace.load([orders, plain, packed, state({ bookmarks: { orders: 3 } })]);

  expect(run).toMatchObject({ code: 0, stdout: ['{"bookmarks":{"orders":3}}'] });
  expect(await workspace.rows("orders")).toEqual(await rowsByRecords());
});

/** A Parquet file of columns that another program chose. */
async function foreignParquet(): Promise<Buffer> {
  const at = new Timestamp(TimeUnit.NANOSECOND, "UTC");
  const columns = {
    note: vectorFromArray(["zwölf", null, "a\nb"], new Utf8()),
    id: vectorFromArray([1, 2, 3], new Int32()),
    total: vectorFromArray(["123456789012.1230", null, "-0.0001"], new Utf8()),
  };
  const times = makeData({
    type: at,
    length: 3,
    nullCount: 1,
    nullBitmap: Uint8Array.of(0b011),
    data: BigInt64Array.of(1767323045123456000n, 1767323045000000000n, 0n),
  });
  const fields: Field[] = Object.entries(columns).map(
    ([name, { type }]) => new Field<DataType>(name, type, true),
  );
  fields.push(new Field("at", at, true));
  const vectors: readonly Vector[] = Object.values(columns);
  const children: Data[] = [...vectors.flatMap(({ data }) => data), times];
  return await parquetOf(fields, children);
}

/** A file with one row group. */
async function parquetOf(fields: Field[], children: Data[]): Promise<Buffer> {
  const length = children[0]?.length ?? 0;
  const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeParquet([new RecordBatch(new Schema(fields), data)]))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("P23, T42: a Parquet file of another program gives the table that RECORD messages give", async () => {
  const encoding = { format: "parquet", compression: "gzip" };
  const message = await batch("foreign.parquet", await foreignParquet(), { encoding });

  const run = await workspace.load([orders, message]);

  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("rows=3") });
  expect(await workspace.rows("orders")).toEqual(await rowsByRecords());
});

test("P23: decimals and doubles of a foreign Parquet file keep every digit", async () => {
  const decimal = new Decimal(2, 20, 128);
  const digits = makeData({
    type: decimal,
    length: 2,
    nullCount: 0,
    data: Uint32Array.of(101, 0, 0, 0, 0xffff_ff9b, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff),
  });
  const doubles = vectorFromArray([0.1, Number.NaN], new Float64()).data;
  const fields = [
    new Field<DataType>("price", decimal, true),
    new Field<DataType>("rate", new Float64(), true),
  ];
  const file = await parquetOf(fields, [digits, ...doubles]);

  const run = await workspace.load([
    schema("orders", {
      price: { type: "number", multipleOf: 0.01, minimum: -1e20, maximum: 1e20 },
      rate: { type: ["number", "null"] },
    }),
    await batch("exact.parquet", file, { encoding: { format: "parquet" } }),
  ]);

  expect(run.code).toBe(0);
  // Decimals are read back unscaled.
  expect(await workspace.rows("orders")).toEqual([
    { price: '"-101"', rate: null },
    { price: '"101"', rate: 0.1 },
  ]);
});

test("P23: files that a tap left to us are gone once their rows are durable, others stay", async () => {
  const mine = await batch("mine.jsonl", `${lines[0]}\n`);
  const left = await batch("left.jsonl", `${lines[1]}\n`, { delete_after_load: true });

  await workspace.load([orders, mine, left]);

  expect(await readFile(join(workspace.folder, "mine.jsonl"), "utf8")).toBe(`${lines[0]}\n`);
  expect(existsSync(join(workspace.folder, "left.jsonl"))).toBe(false);
});

test("P23: a BATCH carries the version of its rows: they are staged and go live in one commit", async () => {
  const first = await batch("first.jsonl", `${lines[0]}\n${lines[1]}\n`, { version: 1 });
  const second = await batch("second.jsonl", `${lines[2]}\n`, { version: 2 });

  await workspace.load([orders, first, activateVersion("orders", 1)]);
  const run = await workspace.load([orders, second, activateVersion("orders", 2)]);

  expect(run.code).toBe(0);
  expect((await workspace.rows("orders")).length).toBe(1);
});

test.each([
  [
    "a file that is not there",
    { manifest: ["file:///nowhere/x.jsonl"] },
    "/nowhere/x.jsonl is not there",
  ],
  ["a bucket", { manifest: ["s3://bucket/x.jsonl"] }, "s3://bucket/x.jsonl is not a local one"],
  [
    "an unknown format",
    { encoding: { format: "arrow" } },
    "files in arrow with compression none can't be read",
  ],
  ["a broken gzip", { encoding: { format: "jsonl", compression: "gzip" } }, "can't be read"],
])("P23: %s ends the run in one line", async (_name, options, text) => {
  const message = await batch("some.jsonl", `${lines[0]}\n`, options);

  const run = await workspace.load([orders, message, state({ bookmarks: { orders: 1 } })]);

  expect(run).toMatchObject({ code: 1, stdout: [] });
  expect(run.stderr).toContain(text);
  expect(run.stderr).toContain("(E_BATCH)");
});

test("P23: a record that fits no column is rejected with its line in the file", async () => {
  const message = await batch("some.jsonl", `${lines[0]}\n{"id":"x"}\n`);

  const failed = await workspace.load([orders, message]);
  const passed = await workspace.load([orders, message], { config: { max_rejects: 1 } });

  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain("(E_RECORD)");
  expect(passed.code).toBe(3);
  expect(await workspace.rows("orders__rejects")).toMatchObject([{ line_number: 2 }]);
});

test("P24: without keys, rows that were committed in a file are known again when they come in messages", async () => {
  const keyless = schema("orders", { id: { type: "integer" } });
  const config = { batch_size_rows: 2 };
  const message = await batch("ids.jsonl", '{"id":1}\n{"id":2}\n{"id":3}\n');
  const broken = await batch("gone.jsonl", "", { manifest: ["/nowhere/gone.jsonl"] });

  const cut = await workspace.load([keyless, message, broken], { config });
  const again = await workspace.load(
    [
      keyless,
      ...[1, 2, 3, 4].map((id) => record("orders", { id })),
      state({ bookmarks: { orders: 4 } }),
    ],
    { config },
  );

  expect(cut).toMatchObject({ code: 1, stdout: [] });
  expect(again).toMatchObject({ code: 0, stdout: ['{"bookmarks":{"orders":4}}'] });
  expect(await workspace.rows("orders")).toEqual([1, 2, 3, 4].map((id) => ({ id })));
});

test("P23: --verify reads the files too, and finds a row that the table lacks", async () => {
  const same = await batch("same.jsonl", `${lines[0]}\n${lines[1]}\n`);
  const more = await batch("more.jsonl", `${lines[2]}\n`, { delete_after_load: true });
  await workspace.load([orders, ...recordsOf(lines.slice(0, 2))]);

  const equal = await workspace.load([orders, same], { args: ["--verify"] });
  const other = await workspace.load([orders, same, more], { args: ["--verify"] });

  expect(equal).toMatchObject({ code: 0, stdout: [expect.stringContaining('"match":true')] });
  expect(other).toMatchObject({ code: 3, stdout: [expect.stringContaining('"sourceRows":3')] });
  expect(existsSync(join(workspace.folder, "more.jsonl"))).toBe(false);
});
