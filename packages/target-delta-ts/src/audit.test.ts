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

async function dataFile(table: string): Promise<string> {
  const names = await readdir(join(workspace.folder, table));
  return join(workspace.folder, table, names.find((name) => name.endsWith(".parquet")) ?? "");
}
