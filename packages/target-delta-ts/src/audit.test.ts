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
