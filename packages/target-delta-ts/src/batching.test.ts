import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  collect,
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

const integer = { type: "integer" };
const orders = schema("orders", { id: integer, note: { type: ["null", "string"] } });

function ordersFrom(first: number, count: number): unknown[] {
  return Array.from({ length: count }, (_row, index) => record("orders", { id: first + index }));
}

async function commitCount(path: string): Promise<number> {
  return (await (await workspace.table(path)).history(100)).length;
}

test("T4, T5: a run leaves a Delta table of protocol 1, 2 on local disk", async () => {
  await workspace.load([orders, ...ordersFrom(0, 3)]);

  const table = await workspace.table("orders");
  expect(table.protocol).toMatchObject({ minReaderVersion: 1, minWriterVersion: 2 });
  expect(existsSync(join(workspace.folder, "orders/_delta_log/00000000000000000000.json"))).toBe(
    true,
  );
  expect(table.fileCount).toBe(1);
});

test.each(["snappy", "zstd"])(
  "T2: compression %s is the codec of the files",
  async (compression) => {
    await workspace.load([orders, ...ordersFrom(0, 3)], { config: { compression } });

    const files = await readdir(join(workspace.folder, "orders"));
    expect(files.filter((file) => file.endsWith(`.${compression}.parquet`))).toHaveLength(1);
    expect(await workspace.rows("orders")).toHaveLength(3);
  },
);

test("T35: a stream is committed when batch_size_rows of its rows wait", async () => {
  await workspace.load([orders, ...ordersFrom(0, 100)], { config: { batch_size_rows: 20 } });

  expect((await workspace.table("orders")).fileCount).toBe(5);
  expect(await workspace.rows("orders")).toHaveLength(100);
});

test("T37: a stream is committed when its rows take batch_size_bytes", async () => {
  await workspace.load([orders, ...ordersFrom(0, 2000)], { config: { batch_size_bytes: 10_000 } });

  expect(await commitCount("orders")).toBeGreaterThan(2);
  expect(await workspace.rows("orders")).toHaveLength(2000);
});

test("T36, T39: rows that wait longer than batch_wait_limit_seconds are committed, then their STATE is printed", async () => {
  const child = await workspace.start({ config: { batch_wait_limit_seconds: 0.3 } });
  const result = collect(child);
  const printed = new Promise<string>((resolve) => {
    child.stdout.once("data", (text: Buffer) => resolve(String(text)));
  });
  for (const message of [orders, ...ordersFrom(0, 2), state({ bookmarks: { orders: { id: 1 } } })])
    child.stdin.write(`${JSON.stringify(message)}\n`);

  expect(await printed).toBe('{"bookmarks":{"orders":{"id":1}}}\n');
  expect(await workspace.rows("orders")).toHaveLength(2);
  child.stdin.end();
  expect((await result).code).toBe(0);
});

test("T39: a run that fails prints no STATE of rows that are not durable", async () => {
  const run = await workspace.load([orders, ...ordersFrom(0, 2), state({ at: 1 }), "not JSON"]);

  expect(run).toMatchObject({ code: 1, stdout: [] });
});

test("T38: one flush commits many streams, each in its own table", async () => {
  const names = Array.from({ length: 20 }, (_name, index) => `s${index}`);
  const messages = names.flatMap((name) => [
    schema(name, { id: integer }),
    record(name, { id: 1 }),
  ]);

  const run = await workspace.load([...messages, state({ done: true })]);

  expect(run).toMatchObject({ code: 0, stdout: ['{"done":true}'] });
  for (const name of names) expect(await workspace.rows(name)).toEqual([{ id: 1 }]);
});

test("T43: nothing but the tables is left after a run, also of files that were staged", async () => {
  const full = schema("full", { id: integer }, { keys: ["id"] });
  await workspace.load([
    orders,
    ...ordersFrom(0, 3),
    full,
    record("full", { id: 1 }, 1),
    { type: "ACTIVATE_VERSION", stream: "full", version: 1 },
  ]);

  const files = (await readdir(workspace.folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== "config.json")
    .map((entry) => join(entry.parentPath, entry.name).slice(workspace.folder.length + 1));
  for (const file of files)
    expect(file).toMatch(
      /^(orders|full)\/(part-[^/]*\.parquet|_delta_log\/[\d.]+json|_delta_log\/\d{20}\.[\w.]+)$/,
    );
});

test("T47: blank lines, types in lower case and types that nobody knows do not end the run", async () => {
  const run = await workspace.load([
    "",
    { ...(orders as object), type: "schema" },
    { type: "record", stream: "orders", record: { id: 1 } },
    "   ",
    { type: "TELEMETRY", stream: "orders" },
    { type: "ACTIVATE_VERSION", stream: "nobody", version: 1 },
    { type: "state", value: { ok: 1 } },
  ]);

  expect(run).toMatchObject({ code: 0, stdout: ['{"ok":1}'] });
  expect(run.stderr).toContain("TELEMETRY");
  expect(run.stderr).toContain("version_of_unknown_stream");
  expect(await workspace.rows("orders")).toEqual([{ id: 1, note: null }]);
});

test.each([
  [{}, "{}"],
  [{ anything: [1, "é"] }, '{"anything":[1,"é"]}'],
  [{ bookmarks: { "other-stream": { n: 1 } } }, '{"bookmarks":{"other-stream":{"n":1}}}'],
])("T48: the STATE %j is printed as it came", async (value, line) => {
  const run = await workspace.load([orders, ...ordersFrom(0, 1), state(value)]);

  expect(run).toMatchObject({ code: 0, stdout: [line] });
});

test("T32: templates name tables, a stream may have a path of its own, and two of one path are refused", async () => {
  const messages = (stream: string) => [schema(stream, { id: integer }), record(stream, { id: 1 })];
  await workspace.load([...messages("dbo-orders"), ...messages("plain")], {
    config: {
      table_path: "lake/{schema}_{table}",
      streams: { plain: { table_path: "own/place" } },
    },
  });
  const clash = await workspace.load([...messages("a-x"), ...messages("b-x")], {
    config: { table_path: "{table}" },
  });

  expect(await workspace.rows("lake/dbo_orders")).toEqual([{ id: 1 }]);
  expect(await workspace.rows("own/place")).toEqual([{ id: 1 }]);
  expect(clash.code).toBe(2);
  expect(clash.stderr).toContain("streams a-x and b-x would both write to table folder x");
});
