import { readdir } from "node:fs/promises";
import { join } from "node:path";
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

const time = { type: ["null", "string"], format: "date-time" };
const columns = { id: { type: "integer" }, "Modified Date": time };
const orders = schema("orders", columns, { keys: ["id"] });
const order = (id: number, at: string | null, version?: number) =>
  record("orders", { id, "Modified Date": at }, version);
const derived = {
  partition_columns: ["date(modified date)", "hour(Modified Date) as at_hour"],
};

/** The Parquet files of a folder, without the names that Delta makes up. */
async function files(folder: string): Promise<readonly string[]> {
  const found = await readdir(join(workspace.folder, folder), { recursive: true });
  return found.filter((path) => path.endsWith(".parquet") && !path.startsWith("_")).toSorted();
}

async function folders(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { path } of (await workspace.table("orders")).files())
    found.push(decodeURIComponent(path).slice(0, path.lastIndexOf("/")));
  return [...new Set(found)].toSorted();
}

test("T3: partition columns are made of a time, in UTC, and an upsert moves a row to its new partition", async () => {
  await workspace.load(
    [
      orders,
      order(1, "2026-01-02T23:30:00-02:00"),
      order(2, "1969-12-31T23:59:59.999999Z"),
      order(3, null),
    ],
    { config: derived },
  );

  const run = await workspace.load([orders, order(2, "2026-01-03T01:00:00Z")], { config: derived });

  expect(run.code).toBe(0);
  const { metadata } = await workspace.table("orders");
  expect(metadata.partitionColumns).toEqual(["Modified_Date_date", "at_hour"]);
  expect(await folders()).toEqual([
    "Modified_Date_date=2026-01-03/at_hour=1",
    "Modified_Date_date=__HIVE_DEFAULT_PARTITION__/at_hour=__HIVE_DEFAULT_PARTITION__",
  ]);
  expect(await workspace.rows("orders")).toMatchObject([
    { id: 1, at_hour: 1 },
    { id: 2, at_hour: 1 },
    { id: 3, at_hour: null, Modified_Date_date: null },
  ]);
});

test("T3: a full load may be partitioned otherwise, and other loads keep what the table has", async () => {
  const years = { partition_columns: ["year(Modified Date)"] };
  await workspace.load([orders, order(1, "2025-05-05T00:00:00Z")], { config: derived });

  const kept = await workspace.load([orders, order(2, "2026-06-06T00:00:00Z")], { config: {} });
  const replaced = await workspace.load(
    [orders, order(3, "2024-01-01T00:00:00Z", 1), activateVersion("orders", 1)],
    { config: years },
  );

  expect(kept.code).toBe(0);
  expect(replaced.code).toBe(0);
  expect((await workspace.table("orders")).metadata.partitionColumns).toEqual([
    "Modified_Date_year",
  ]);
  expect(await folders()).toEqual(["Modified_Date_year=2024"]);
});

test.each([
  [["day"], "column day is not a column of its schema"],
  [["date(nothing)"], "column nothing is not a column of its schema"],
  [["year(id)"], "column id of year(id) is integer, which has no year"],
])("T3: partition columns %j are refused in one line", async (partition_columns, problem) => {
  const run = await workspace.load([orders, order(1, null)], { config: { partition_columns } });

  expect(run.code).toBe(2);
  expect(run.stderr).toContain(`stream orders: \`partition_columns\`: ${problem} (E_SETTING)`);
});

test("T33: a table whose every column is a partition column is refused: its files would hold none", async () => {
  const partition_columns = ["id", "Modified Date"];
  const messages = [orders, order(1, "2026-01-01T00:00:00Z")];

  const run = await workspace.load(messages, { config: { partition_columns } });
  const described = await workspace.load(messages, {
    config: { partition_columns, add_record_metadata: true },
  });

  expect(run.code).toBe(2);
  expect(run.stderr).toContain(
    "stream orders: `partition_columns`: every column is one, and the files would hold none (E_SETTING)",
  );
  expect(described.code).toBe(0);
});

test.each(["upsert", "insert-only", "history"])(
  "T13, T22: with load method %s an empty key in a partition column is refused: it would be null there, and never found again",
  async (load_method) => {
    const regions = schema(
      "regions",
      { region: { type: "string" }, id: { type: "integer" } },
      { keys: ["region", "id"] },
    );
    const first = [regions, record("regions", { region: "north", id: 1 })];
    const config = { load_method, partition_columns: ["region"] };
    await workspace.load(first, { config });

    const run = await workspace.load([...first, record("regions", { region: "", id: 2 })], {
      config: { load_method },
    });

    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "error: stream regions: key column region is a partition column and empty in record 2 (E_KEY)",
    );
    expect(await workspace.rows("regions")).toHaveLength(1);
  },
);

test("T3: with format parquet a template names the files and their date folders, and no file is replaced", async () => {
  const config = {
    format: "parquet",
    file_naming_scheme: "year={year}/{stream}-{date}",
    partition_columns: ["month(Modified Date)"],
    load_method: "append",
  };
  const rows = [orders, order(1, "2026-01-01T00:00:00Z"), order(2, "2026-02-01T00:00:00Z")];

  await workspace.load(rows, { config });
  await workspace.load(rows, { config });

  const [date = ""] = new Date().toISOString().split("T");
  const year = date.slice(0, 4);
  const folder = (month: number) => `Modified_Date_month=${month}/year=${year}`;
  expect(await files("orders")).toEqual([
    `${folder(1)}/orders-${date}-2.parquet`,
    `${folder(1)}/orders-${date}.parquet`,
    `${folder(2)}/orders-${date}-2.parquet`,
    `${folder(2)}/orders-${date}-3.parquet`,
  ]);
});

test("T3: a template with an unknown placeholder, or for a Delta table, is refused before the first row", async () => {
  const unknown = await workspace.load([orders], {
    config: { format: "parquet", file_naming_scheme: "{streams}" },
  });
  const delta = await workspace.load([orders], { config: { file_naming_scheme: "{stream}" } });

  expect(unknown.stderr).toContain("`file_naming_scheme` has the unknown placeholder {streams}");
  expect(delta.stderr).toContain("`file_naming_scheme` is for `format: parquet`");
  expect([unknown.code, delta.code]).toEqual([2, 2]);
});
