import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const integer = { type: "integer" };
const orders = schema("orders", { id: integer, day: { type: "string", format: "date" } });
const rows = (count: number) =>
  Array.from({ length: count }, (_row, id) =>
    record("orders", { id, day: `2024-01-0${1 + (id % 2)}` }),
  );

test("T34: maintenance compact joins the small files, and every row stays", async () => {
  const config = { batch_size_rows: 1, maintenance: "compact" };

  const run = await workspace.load([orders, ...rows(25)], { config });

  expect(run.code).toBe(0);
  expect(run.stderr).toContain("table_maintained");
  const table = await workspace.table("orders");
  expect(table.fileCount).toBe(1);
  expect(await workspace.rows("orders")).toHaveLength(25);
  expect((await table.history(1))[0]).toMatchObject({ operation: "OPTIMIZE" });
});

test("T34: maintenance vacuum keeps the files of the last 7 days, and without maintenance nothing is joined", async () => {
  await workspace.load([orders, ...rows(25)], { config: { batch_size_rows: 1 } });
  expect((await workspace.table("orders")).fileCount).toBe(25);

  const run = await workspace.load([orders], { config: { maintenance: "vacuum" } });

  expect(run.code).toBe(0);
  const table = await workspace.table("orders");
  expect(table.fileCount).toBe(1);
  const [, before] = await table.history(2);
  expect(before).toBeDefined();
  expect(await workspace.rows("orders")).toHaveLength(25);
});

test("T33: partition columns make folders, table properties and descriptions are in the table", async () => {
  const described = schema("orders", {
    id: { ...integer, description: "Number of the order." },
    day: { type: "string", format: "date" },
  });

  await workspace.load([described, ...rows(4)], {
    config: {
      partition_columns: ["day"],
      table_properties: { "delta.logRetentionDuration": "interval 60 days" },
    },
  });

  const { metadata, schema: found } = await workspace.table("orders");
  expect(metadata).toMatchObject({
    partitionColumns: ["day"],
    configuration: { "delta.logRetentionDuration": "interval 60 days" },
  });
  expect(found.fields[0]).toMatchObject({
    name: "id",
    metadata: { comment: "Number of the order." },
  });
  const folders = new Set<string | undefined>();
  for await (const { path } of (await workspace.table("orders")).files())
    folders.add(path.split("/")[0]);
  expect(folders).toEqual(new Set(["day=2024-01-01", "day=2024-01-02"]));
});

test("T33: column mapping is refused as a table property", async () => {
  const run = await workspace.load([orders], {
    config: { table_properties: { "delta.columnMapping.mode": "name" } },
  });

  expect(run.code).toBe(2);
  expect(run.stderr).toContain("(E_SETTING)");
});

test("T45: every commit carries the tag that is set, where engines show it in the history", async () => {
  const keyed = schema("people", { id: integer }, { keys: ["id"] });
  const messages = [orders, ...rows(1), keyed, record("people", { id: 1 })];

  const run = await workspace.load(messages, { config: { commit_tag: "team=finance" } });

  expect(run.code).toBe(0);
  for (const name of ["orders", "people"]) {
    const history = await (await workspace.table(name)).history();
    expect(history.map(({ userMetadata }) => userMetadata)).toEqual(
      history.map(() => "team=finance"),
    );
  }
});
