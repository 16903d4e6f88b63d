import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import {
  type ChangingServer,
  startChangingServer,
  withMetadata,
} from "./testing/changing-server.ts";
import { lastState, recordsOf, runTap } from "./testing/run-tap.ts";

const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "dbo.Orders",
      columns: { ID: "int not null", Customer: "nvarchar(20)", Total: "decimal(9,2)" },
      primaryKey: ["ID"],
      rows: [
        { ID: 1, Customer: "Ada", Total: "10.00" },
        { ID: 2, Customer: "Bob", Total: "20.50" },
        { ID: 3, Customer: "Ada", Total: "0.25" },
      ],
    },
    {
      name: "dbo.Notes",
      columns: { Text: "nvarchar(20)", Version: "rowversion not null" },
      rows: [{ Text: "a" }, { Text: "b" }, { Text: "c" }],
    },
  ],
  views: [
    {
      name: "dbo.BigOrders",
      columns: { ID: "int not null", Total: "decimal(9,2)" },
      sql: "SELECT ID, Total FROM dbo.Orders WHERE Total > 1",
    },
  ],
  synonyms: { "dbo.Purchases": "[dbo].[Orders]", "dbo.Elsewhere": "[Other].[dbo].[Orders]" },
});
let server: ChangingServer;

beforeAll(async () => {
  server = await startChangingServer(database);
});
afterAll(async () => {
  await server.close();
});

async function discover(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return (await runTap({ config: server.config(more), args: ["--discover"] })).stdout;
}

test("S7: a view is a stream, marked as a view, without a key", async () => {
  const catalog = JSON.parse(await discover());

  const view = catalog.streams.find(
    ({ tap_stream_id: id }: { tap_stream_id: string }) => id === "dbo-BigOrders",
  );
  expect(view).toMatchObject({ is_view: true, key_properties: [] });
  expect(view.metadata[0].metadata).toMatchObject({ "is-view": true, "view-key-properties": [] });
  const result = await runTap({
    config: server.config({ filter_tables: ["dbo.BigOrders"] }),
  });
  expect(recordsOf(result, "dbo-BigOrders")).toEqual([
    { ID: 1, Total: 10 },
    { ID: 2, Total: 20.5 },
  ]);
});

test("S23: a view with view-key-properties goes on behind its last row", async () => {
  const catalog = withMetadata(await discover(), "dbo-BigOrders", {
    "view-key-properties": ["ID"],
    selected: true,
  });
  const state = {
    bookmarks: {
      "dbo-BigOrders": { version: 5, max_pk_values: { ID: 2 }, last_pk_fetched: { ID: 1 } },
    },
  };

  const result = await runTap({ config: server.config(), catalog, state });

  expect(recordsOf(result, "dbo-BigOrders")).toEqual([{ ID: 2, Total: 20.5 }]);
  expect(result.messages.find(({ type }) => type === "SCHEMA")?.key_properties).toEqual(["ID"]);
  expect(result.messages.findLast(({ type }) => type === "ACTIVATE_VERSION")?.version).toBe(5);
});

test("S8: a synonym is a stream with its base's key, not selected by default", async () => {
  const text = await discover();
  const catalog = withMetadata(text, "dbo-Purchases", { selected: true });

  const result = await runTap({ config: server.config(), catalog });

  expect(text).toContain('"synonym-of"');
  expect(text).not.toContain("dbo-Elsewhere");
  expect(recordsOf(result, "dbo-Purchases")).toHaveLength(3);
  expect(result.messages.find(({ type }) => type === "SCHEMA")?.key_properties).toEqual(["ID"]);
  expect(server.statements.some((sql) => sql.includes("FROM [dbo].[Purchases]"))).toBe(true);
});

test("S22: a table without key is loaded in rowversion order and goes on behind its last row", async () => {
  const config = server.config({ filter_tables: ["dbo.Notes"] });
  const state = {
    bookmarks: {
      "dbo-Notes": {
        version: 5,
        max_pk_values: { Version: "0x00000000000007D6" },
        last_pk_fetched: { Version: "0x00000000000007D4" },
      },
    },
  };

  const whole = await runTap({ config });
  const resumed = await runTap({ config, state });

  const texts = (result: typeof whole) => recordsOf(result, "dbo-Notes").map((row) => row["Text"]);
  expect(texts(whole)).toEqual(["a", "b", "c"]);
  expect(texts(resumed)).toEqual(["b", "c"]);
});

const queries = {
  totals: {
    sql: "SELECT Customer, COUNT(*) AS Orders, SUM(Total) AS Total FROM dbo.Orders GROUP BY Customer -- per customer",
    key_properties: ["Customer"],
  },
  recent: { sql: "SELECT ID, Total FROM dbo.Orders", replication_key: "ID" },
};

test("S38: a SELECT of the settings is a stream with its types and key", async () => {
  const config = server.config({ filter_tables: ["!*"], queries });

  const result = await runTap({ config });

  expect(result.stderr).not.toMatch(/error/);
  expect(recordsOf(result, "totals")).toEqual([
    { Customer: "Ada", Orders: 2, Total: 10.25 },
    { Customer: "Bob", Orders: 1, Total: 20.5 },
  ]);
  const schema = result.messages.find(
    ({ type, stream }) => type === "SCHEMA" && stream === "totals",
  );
  expect(schema?.key_properties).toEqual(["Customer"]);
  expect(schema?.schema?.properties["Total"]).toMatchObject({ "x-sql-datatype": "decimal(38,2)" });
});

test("S38: a SELECT with a replication key sends only what is new", async () => {
  const config = server.config({ filter_tables: ["!*"], queries: { recent: queries.recent } });

  const first = await runTap({ config });
  const second = await runTap({ config, state: lastState(first) });

  expect(recordsOf(first, "recent")).toHaveLength(3);
  expect(recordsOf(second, "recent")).toEqual([{ ID: 3, Total: 0.25 }]);
});

test.each([
  ["SELECT FROM", /queries\.bad/],
  ["SELECT COUNT(*) FROM dbo.Orders", /column 1 of its SELECT has no name/],
])("S38: %s is a setting error in one line", async (sql, text) => {
  const result = await runTap({ config: server.config({ queries: { bad: { sql } } }) });

  expect(result.exitCode).toBe(2);
  expect(result.stderr).toContain("E_SETTING");
  expect(result.stderr).toMatch(text);
});
