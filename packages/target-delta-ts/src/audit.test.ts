import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

test("T46: with load_audit every run tells what it did to each table", async () => {
  const orders = schema("orders", { id: { type: "integer" } }, { keys: ["id"] });
  const events = schema("events", { id: { type: "integer" } });
  const messages = [orders, events, record("orders", { id: 1 }), record("events", { id: 1 })];
  const config = { load_audit: true };
  await workspace.load(messages, { config });

  const run = await workspace.load([...messages, record("orders", { id: 2 })], { config });

  expect(run.code).toBe(0);
  const rows = (await workspace.rows("_sdc_loads")) as Record<string, unknown>[];
  expect(rows).toHaveLength(4);
  expect(new Set(rows.map(({ run_id: id }) => id)).size).toBe(2);
  const { version } = await workspace.table("orders");
  expect(rows).toContainEqual(
    expect.objectContaining({
      stream: "orders",
      table_path: "orders",
      load_method: "upsert",
      rows_received: 2,
      rows_rejected: 0,
      rows_checksum: expect.stringMatching(/^[0-9a-f]{32}$/),
      table_rows: 2,
      table_version: version,
      table_files: expect.any(Number),
      started_at: expect.any(Number),
      finished_at: expect.any(Number),
    }),
  );
  expect(rows).toContainEqual(
    expect.objectContaining({ stream: "events", load_method: "append", table_rows: 2 }),
  );
});

test("T46: the checksum of a load is that of --verify, and one flipped byte in a data file is found", async () => {
  const people = schema(
    "people",
    { id: { type: "integer" }, name: { type: "string" } },
    { keys: ["id"] },
  );
  const messages = [people, ...[1, 2, 3].map((id) => record("people", { id, name: `name-${id}` }))];
  await workspace.load(messages, { config: { load_audit: true, compression: "none" } });
  const verify = async () => await workspace.load(messages, { args: ["--verify"] });

  const whole = await verify();
  const file = await dataFile("people");
  const bytes = await readFile(file);
  const place = bytes.indexOf("name-2");
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  await writeFile(file, bytes);
  const flipped = await verify();

  const [load] = (await workspace.rows("_sdc_loads")) as Record<string, unknown>[];
  const [verified] = whole.stdout.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(whole.code).toBe(0);
  expect(verified).toMatchObject({ match: true, tableChecksum: load?.["rows_checksum"] });
  expect(flipped.code).toBe(3);
  expect(JSON.parse(flipped.stdout[0] ?? "")).toMatchObject({
    sourceRows: 3,
    tableRows: 3,
    match: false,
  });
});

test("T25, T46: the checksum of a load is over the rows that the contract lets pass, metadata columns counted", async () => {
  const id = { id: { type: "integer" } };
  const [people, wider, kept] = [
    schema("people", id),
    schema("people", { ...id, city: { type: ["null", "string"] } }),
    schema("kept", id),
  ];
  await workspace.load([people, record("people", { id: 1 }), kept, record("kept", { id: 1 })]);
  const config = { load_audit: true, max_rejects: 9, schema_contract: { new_column: "reject" } };
  const drifted = [
    wider,
    record("people", { id: 2, city: "Rome" }),
    record("people", { id: 3, city: null }),
    kept,
    record("kept", { id: 3 }),
  ];

  const some = await workspace.load(drifted, { config });
  const every = await workspace.load(drifted, { config: { ...config, add_record_metadata: true } });

  expect([some.code, every.code]).toEqual([3, 3]);
  const loads = (await workspace.rows("_sdc_loads")) as Record<string, string | number>[];
  const sums = (stream: string) =>
    loads
      .filter((load) => load["stream"] === stream)
      .toSorted((a, b) => Number(a["started_at"]) - Number(b["started_at"]))
      .map((load) => load["rows_checksum"]);
  const [sum] = sums("kept");
  expect(sum).not.toBe("0".repeat(32));
  expect(sums("people")).toEqual([sum, "0".repeat(32)]);
  expect(sums("kept")).toEqual([sum, "0".repeat(32)]);
});

async function dataFile(table: string): Promise<string> {
  const names = await readdir(join(workspace.folder, table));
  return join(workspace.folder, table, names.find((name) => name.endsWith(".parquet")) ?? "");
}
