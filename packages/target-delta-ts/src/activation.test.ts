import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  activateVersion,
  createWorkspace,
  record,
  schema,
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
const orders = schema("orders", { id: integer, total: integer }, { keys: ["id"] });
const upsert = { load_method: "upsert" };
const order = (id: number, total: number, version: number) =>
  record("orders", { id, total }, version);

const firstLoad = [
  orders,
  order(1, 10, 1),
  order(2, 20, 1),
  order(3, 30, 1),
  activateVersion("orders", 1),
];
const secondLoad = [orders, order(1, 11, 2), order(4, 40, 2), activateVersion("orders", 2)];

test("T17, T18: rows of an upserted stream that a later version does not have are marked as deleted, in one commit", async () => {
  await workspace.load(firstLoad, { config: upsert });
  const before = (await workspace.table("orders")).version;

  const run = await workspace.load(secondLoad, { config: upsert });

  expect(run.code).toBe(0);
  expect((await workspace.table("orders")).version).toBe(before + 1);
  expect(await workspace.rows("orders")).toEqual([
    { id: 1, total: 11, _sdc_deleted_at: null },
    { id: 2, total: 20, _sdc_deleted_at: expect.any(Number) },
    { id: 3, total: 30, _sdc_deleted_at: expect.any(Number) },
    { id: 4, total: 40, _sdc_deleted_at: null },
  ]);
});

test("T17: a row that was marked keeps its time, and one that comes back loses the mark", async () => {
  await workspace.load(firstLoad, { config: upsert });
  await workspace.load(secondLoad, { config: upsert });
  const marked = await workspace.rows("orders");

  await workspace.load([orders, order(3, 33, 3), activateVersion("orders", 3)], { config: upsert });

  expect(await workspace.rows("orders")).toEqual([
    { id: 1, total: 11, _sdc_deleted_at: expect.any(Number) },
    marked[1],
    { id: 3, total: 33, _sdc_deleted_at: null },
    { id: 4, total: 40, _sdc_deleted_at: expect.any(Number) },
  ]);
});

test("T17, T18: a version without rows marks every row, and with hard_delete empties the table", async () => {
  const empty = [orders, activateVersion("orders", 2)];
  await workspace.load(firstLoad, { config: upsert });

  const run = await workspace.load(empty, { config: upsert });
  const marked = await workspace.rows("orders");
  await workspace.load([orders, activateVersion("orders", 3)], {
    config: { ...upsert, hard_delete: true },
  });

  expect(run.code).toBe(0);
  expect(marked).toEqual(
    [1, 2, 3].map((id) => ({ id, total: 10 * id, _sdc_deleted_at: expect.any(Number) })),
  );
  expect(await workspace.rows("orders")).toEqual([]);
});

test("T17, T18: with hard_delete they leave the table, in one commit", async () => {
  const config = { ...upsert, hard_delete: true };
  await workspace.load(firstLoad, { config });
  const before = (await workspace.table("orders")).version;

  await workspace.load(secondLoad, { config });

  expect((await workspace.table("orders")).version).toBe(before + 1);
  expect(await workspace.rows("orders")).toEqual([
    { id: 1, total: 11 },
    { id: 4, total: 40 },
  ]);
});

test("T18: a version removes rows of lower ones only: it may be sent again, and a lower one is ignored", async () => {
  const config = { ...upsert, hard_delete: true };
  await workspace.load(firstLoad, { config });

  await workspace.load([orders, order(2, 21, 1), activateVersion("orders", 1)], { config });
  const lower = await workspace.load([orders, activateVersion("orders", 0)], { config });

  expect(lower.stderr).toContain("version_ignored");
  expect(await workspace.rows("orders")).toEqual([
    { id: 1, total: 10 },
    { id: 2, total: 21 },
    { id: 3, total: 30 },
  ]);
});

test("staged rows of a version that the tap never activates are told of", async () => {
  await workspace.load(firstLoad, { config: upsert });

  const run = await workspace.load(secondLoad.slice(0, -1), { config: upsert });

  expect(run.code).toBe(0);
  expect(run.stderr).toContain("version_not_active");
  expect(await workspace.rows("orders")).toHaveLength(3);
});
