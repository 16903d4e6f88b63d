import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type CatalogEntry, startWorkspace, type Workspace } from "databricks-standin";
import { DeltaTable, LocalStore } from "delta-lake-ts";
import {
  createWorkspace,
  record,
  schema,
  type Workspace as TargetWorkspace,
} from "../target-process.test.support.ts";

const LENT = "lent-and-not-to-be-told";
let target: TargetWorkspace;
let root: string;
let open: Workspace[] = [];
beforeEach(async () => {
  target = await createWorkspace();
  root = await mkdtemp(join(tmpdir(), "catalog-"));
});
afterEach(async () => {
  await Promise.all(open.map((workspace) => workspace.close()));
  open = [];
  await target.delete();
  await rm(root, { recursive: true, force: true });
});

/** A catalog whose external location is a folder of this machine; what it lends runs out after `lifeMs`. */
async function startCatalog(tables: Map<string, CatalogEntry>, lifeMs = 3_600_000) {
  const lend = (url: string) => ({
    aws_temp_credentials: { access_key_id: "id", secret_access_key: LENT, session_token: LENT },
    expiration_time: Date.now() + lifeMs,
    url,
  });
  const workspace = await startWorkspace({ root, token: "secret", catalog: { tables, lend } });
  open.push(workspace);
  return workspace;
}

const orders = schema("Sales-Orders", { id: { type: "integer" } }, { keys: ["id"] });
const order = (id: number) => record("Sales-Orders", { id });

function config(url: string, location?: string) {
  const place = location === undefined ? {} : { external_location: location };
  return { path: "uc://main.sales", databricks: { host: url, token: "secret", ...place } };
}

test("T10: an external table is made where the catalog lends credentials, entered, and found again", async () => {
  const tables = new Map<string, CatalogEntry>();
  const { url, requests } = await startCatalog(tables);
  const location = pathToFileURL(join(root, "lake")).href;

  const first = await target.load([orders, order(1), order(2)], { config: config(url, location) });
  const second = await target.load([orders, order(2), order(3)], { config: config(url) });

  expect([first.code, second.code]).toEqual([0, 0]);
  expect(tables.get("main.sales.Sales_Orders")).toMatchObject({
    table_type: "EXTERNAL",
    data_source_format: "DELTA",
    storage_location: `${location}/Sales_Orders`,
    columns: [{ name: "id", position: 0, type_name: "LONG", type_text: "bigint", nullable: true }],
  });
  const table = await DeltaTable.open(new LocalStore(join(root, "lake/Sales_Orders")));
  expect(table?.rowCount).toBe(3);
  expect(requests.some((request) => request.includes("/sql/"))).toBe(false);
  expect(`${first.stderr}${second.stderr}`).not.toContain(LENT);
});

test("T10: lent credentials are asked for anew before they run out", async () => {
  const { url, requests } = await startCatalog(new Map(), 1000);
  const location = pathToFileURL(join(root, "lake")).href;

  const run = await target.load([orders, order(1)], { config: config(url, location) });

  const count = (kind: string) => requests.filter((request) => request.endsWith(kind)).length;
  expect(run.code).toBe(0);
  expect(count("/temporary-path-credentials")).toBeGreaterThan(1);
});

test.each([
  ["managed", { table_type: "MANAGED" }, "is a managed table of Unity Catalog"],
  [
    "catalog-managed",
    { table_type: "EXTERNAL", properties: { "delta.feature.catalogManaged": "supported" } },
    "is a catalog-managed table of Unity Catalog",
  ],
  ["Iceberg", { table_type: "EXTERNAL", data_source_format: "ICEBERG" }, "not DELTA"],
])("T10: a %s table is refused by name", async (_kind, fields, message) => {
  const entry = {
    table_id: "1",
    data_source_format: "DELTA",
    storage_location: "s3://nowhere/at-all",
    ...fields,
  };
  const { url } = await startCatalog(new Map([["main.sales.Sales_Orders", entry]]));

  const run = await target.load([orders, order(1)], { config: config(url) });

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("main.sales.Sales_Orders");
  expect(run.stderr).toContain(message);
});

test("T10: a table that is missing, with no place for new ones, is one line", async () => {
  const { url } = await startCatalog(new Map());

  const run = await target.load([orders, order(1)], { config: config(url) });

  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(
    /error: .*Unity Catalog has no table main\.sales\.Sales_Orders \(E_STORE\)\nhint: .*external_location/,
  );
});

test("T10: a path that names no schema is one line", async () => {
  const { url } = await startCatalog(new Map());

  const run = await target.load([orders], { config: { ...config(url), path: "uc://main" } });

  expect(run.code).toBe(2);
  expect(run.stderr).toContain("uc://catalog.schema");
});
