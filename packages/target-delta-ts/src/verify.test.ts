import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

const properties = {
  id: { type: "integer" },
  total: { type: ["null", "number"], multipleOf: 0.01, minimum: -99_999_999, maximum: 99_999_999 },
  at: { type: ["null", "string"], format: "date-time" },
  note: { type: ["null", "string"] },
};
const orders = schema("Sales-Orders", properties, { keys: ["id"] });
const events = schema("events", { id: { type: "integer" } });
const rows = [
  record("Sales-Orders", { id: 1, total: 19.9, at: "2026-01-02T03:04:05.000001Z", note: "żółw" }),
  record("Sales-Orders", { id: 2, total: null, at: null, note: "" }),
];

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

async function verify(
  messages: readonly unknown[],
): Promise<{ code: number | null; lines: readonly unknown[] }> {
  const { code, stdout } = await workspace.load(messages, { args: ["--verify"] });
  return { code, lines: stdout.map((line): unknown => JSON.parse(line)) };
}

test("--verify finds equal what was loaded, in any order, with the last record of a key", async () => {
  await workspace.load([
    orders,
    ...rows,
    events,
    record("events", { id: 1 }),
    record("events", { id: 1 }),
  ]);

  const stale = record("Sales-Orders", { id: 2, total: 1, at: null, note: "stale" });
  const { code, lines } = await verify([
    orders,
    stale,
    ...rows.toReversed(),
    events,
    record("events", { id: 1 }),
    record("events", { id: 1 }),
  ]);

  expect(code).toBe(0);
  expect(lines).toMatchObject([
    {
      stream: "Sales-Orders",
      path: "Sales/Orders",
      sourceRows: 2,
      tableRows: 2,
      version: 0,
      match: true,
    },
    { stream: "events", path: "events", sourceRows: 2, tableRows: 2, match: true },
  ]);
});

test("--verify is exit 3 when a value, a row or a table differs, and writes nothing", async () => {
  await workspace.load([orders, ...rows, events, record("events", { id: 1 })]);
  const { version } = await workspace.table("events");

  const changed = record("Sales-Orders", {
    id: 1,
    total: 19.91,
    at: "2026-01-02T03:04:05.000001Z",
    note: "żółw",
  });
  const { code, lines } = await verify([
    orders,
    changed,
    rows[1],
    events,
    record("events", { id: 1 }),
    record("events", { id: 2 }),
    schema("missing", { id: { type: "integer" } }),
  ]);

  expect(code).toBe(3);
  expect(lines).toMatchObject([
    { stream: "Sales-Orders", sourceRows: 2, tableRows: 2, match: false },
    { stream: "events", sourceRows: 2, tableRows: 1, match: false },
    { stream: "missing", sourceRows: 0, match: false },
  ]);
  expect((await workspace.table("events")).version).toBe(version);
});
