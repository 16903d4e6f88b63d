import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { decodeParquet } from "delta-lake-ts/parquet";
import { runPlugin } from "../testing/run-plugin.ts";
import { MessageWriter, type Sink } from "../write.ts";
import { openBatches } from "./open-batches.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "batch files "));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

interface Line {
  readonly type: string;
  readonly manifest?: readonly string[];
  readonly encoding?: unknown;
  readonly version?: number;
  readonly value?: unknown;
}

/** Runs a tap that writes five records and a state into batches. */
async function greet(encoding: object, settings: object = {}) {
  const batchConfig = { encoding, storage: { root, prefix: "day-" }, batch_size: 2, ...settings };
  const env = {
    TAP_GREETINGS_TOKEN: "t0ken",
    TAP_GREETINGS_ROWS: "5",
    TAP_GREETINGS_BATCH_CONFIG: JSON.stringify(batchConfig),
  };
  const { code, stdout, stderr } = await runPlugin("greetings-tap.ts", { env });
  const lines = stdout.split("\n").slice(0, -1);
  return { code, stderr, lines: lines.map((line): Line => JSON.parse(line)) };
}

const filesOf = (lines: readonly Line[]): readonly string[] =>
  lines.flatMap(({ manifest = [] }) => manifest.map((place) => fileURLToPath(place)));

const greetings = [1, 2, 3, 4, 5].map((id) => ({ id, text: "hello" }));

test.each([
  [{ format: "jsonl" }, (bytes: Buffer) => bytes],
  [{ format: "jsonl", compression: "gzip" }, gunzipSync],
])("P22: a tap writes its records into files of %j", async (encoding, unpack) => {
  const { code, lines } = await greet(encoding);

  expect(code).toBe(0);
  expect(lines.map(({ type }) => type)).toEqual(["SCHEMA", "BATCH", "BATCH", "BATCH", "STATE"]);
  expect(lines[1]).toMatchObject({ stream: "greetings", encoding, delete_after_load: true });
  const texts = filesOf(lines).map((path) => unpack(readFileSync(path)).toString("utf8"));
  expect(texts.map((text) => text.split("\n").length - 1)).toEqual([2, 2, 1]);
  const records = texts.flatMap((text) => text.trimEnd().split("\n"));
  expect(records.map((text): unknown => JSON.parse(text))).toEqual(greetings);
});

test("P22: a tap writes its records into Parquet files", async () => {
  const { code, lines } = await greet({ format: "parquet", compression: "zstd" });

  expect(code).toBe(0);
  expect(lines[1]?.encoding).toEqual({ format: "parquet", compression: "zstd" });
  const ids: number[] = [];
  for (const path of filesOf(lines)) {
    for await (const batch of decodeParquet(new Blob([readFileSync(path)]))) {
      for (const id of batch.getChild("id") ?? []) ids.push(Number(id));
    }
  }
  expect(ids).toEqual([1, 2, 3, 4, 5]);
});

test("P24: a state never passes rows that are still in an unwritten file", async () => {
  const { lines } = await greet({ format: "jsonl" }, { batch_size: 1000 });

  expect(lines.map(({ type }) => type)).toEqual(["SCHEMA", "BATCH", "STATE"]);
  expect(lines[2]?.value).toEqual({
    bookmarks: { greetings: { replication_key_value: 5 } },
    singer_sdk_ts: { streams: { greetings: { rows: 5 } } },
  });
});

test("P24: a batch_config that can't be had ends the run before the first message, in one line", async () => {
  const bucket = await greet({ format: "jsonl" }, { storage: { root: "s3://bucket/x" } });
  const codec = await greet({ format: "jsonl", compression: "zstd" });

  expect([bucket.code, codec.code]).toEqual([2, 2]);
  expect(bucket.stderr).toContain("`batch_config.storage.root` is s3://bucket/x");
  expect(codec.stderr).toContain("compression` is zstd, which jsonl does not have");
  expect([bucket.lines, codec.lines]).toEqual([[], []]);
});

/** What a reader that takes everything got. */
class Taker implements Sink {
  text = "";

  write(bytes: Uint8Array): number {
    this.text += Buffer.from(bytes).toString("utf8");
    return bytes.length;
  }

  get types(): readonly string[] {
    return [...this.text.matchAll(/^\{"type":"([A-Z_]+)"/gm)].map(([, type = ""]) => type);
  }
}

async function openWriter(rowsMax: number) {
  const taker = new Taker();
  const batches = await openBatches({
    encoding: { format: "jsonl" },
    storage: { root, prefix: "" },
    batch_size: rowsMax,
  });
  const writer = new MessageWriter(taker, { batches });
  for (const stream of ["a", "b"])
    writer.schema({ stream, schema: { properties: { id: {} } }, key_properties: [] });
  return { taker, writer };
}

test("a state in the middle of a file waits for a later one; one that stands far enough closes all files", async () => {
  const { taker, writer } = await openWriter(10);

  writer.record("a", { id: 1 });
  writer.state({ at: 1 });
  for (let id = 2; id <= 5; id += 1) {
    writer.record("a", { id });
    writer.record("b", { id });
  }
  writer.state({ at: 5 });
  writer.record("b", { id: 6 });
  await writer.end();

  expect(taker.types).toEqual(["SCHEMA", "SCHEMA", "BATCH", "BATCH", "STATE", "BATCH"]);
  expect(taker.text).toContain('{"at":5}');
  expect(taker.text).not.toContain('{"at":1}');
});

test("a new version, an ACTIVATE_VERSION and a SCHEMA close the stream's file", async () => {
  const { taker, writer } = await openWriter(10);

  writer.record("a", { id: 1 }, { version: 1 });
  writer.record("a", { id: 2 }, { version: 2 });
  writer.activateVersion("a", 2);
  writer.record("a", { id: 3 }, { version: 2 });
  writer.schema({ stream: "a", schema: { properties: { id: {} } }, key_properties: ["id"] });
  await writer.end();

  const [, , first, second, activate, third, schema] = taker.types;
  expect([first, second, activate, third, schema]).toEqual([
    "BATCH",
    "BATCH",
    "ACTIVATE_VERSION",
    "BATCH",
    "SCHEMA",
  ]);
  expect([...taker.text.matchAll(/"version":(\d)/g)].map(([, version]) => version)).toEqual([
    "1",
    "2",
    "2",
    "2",
  ]);
});

test("records keep their bytes whatever stands in them", async () => {
  const { taker, writer } = await openWriter(100);
  const records = [
    '{"id":1.10,"t":"}\\n,\\"time_extracted\\":\\"x\\"}"}',
    '{"id":{"time_extracted":"2026-01-01"}}',
    '{"id":12345678901234567890}',
  ];

  for (const record of records) {
    for (const tail of ["", ',"time_extracted":"2026-01-01"', ',"version":5']) {
      writer.bytes.bytes(Buffer.from(`{"type":"RECORD","stream":"a","record":${record}${tail}}\n`));
      writer.written("a", 1);
    }
  }
  await writer.end();

  expect(taker.types.filter((type) => type === "RECORD")).toEqual([]);
  const texts = readdirSync(root).map((name) => readFileSync(join(root, name), "utf8"));
  const lines = texts.flatMap((text) => text.split("\n").slice(0, -1));
  expect(lines.toSorted()).toEqual(
    records.flatMap((record) => [record, record, record]).toSorted(),
  );
});
