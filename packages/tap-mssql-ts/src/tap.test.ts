import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { generate } from "adventureworks";
import { startCuttingProxy } from "./testing/cutting-proxy.ts";
import { lastState, recordsOf, runTap, type TapResult } from "./testing/run-tap.ts";
import { type SampleServer, startSampleServer } from "./testing/sample-server.ts";

const database = generate({ seed: 1, scale: 1 });
let server: SampleServer;

beforeAll(async () => {
  server = await startSampleServer("s3cret!");
});
afterAll(async () => {
  await server.close();
});

/** Settings for the double, which has a self-signed certificate. */
function config(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    host: server.host,
    port: server.port,
    user: "etl",
    password: "s3cret!",
    database: server.database,
    trust_server_certificate: true,
    ...more,
  };
}

function onlyTables(...tables: readonly string[]): Readonly<Record<string, unknown>> {
  return { filter_tables: tables };
}

describe("discovery", () => {
  test("S4 S6 S9 S15: every table is a stream with its key, types and computed columns", async () => {
    const result = await runTap({ config: config(), args: ["--discover"] });

    expect(result.stderr).not.toMatch(/error/);
    expect(result.exitCode).toBe(0);
    const catalog = JSON.parse(result.stdout);
    expect(catalog.streams).toHaveLength(71);
    const detail = catalog.streams.find(
      ({ tap_stream_id }: { tap_stream_id: string }) => tap_stream_id === "Sales-SalesOrderDetail",
    );
    expect(detail).toMatchObject({
      stream: "Sales-SalesOrderDetail",
      table_name: "SalesOrderDetail",
      key_properties: ["SalesOrderID", "SalesOrderDetailID"],
      is_view: false,
      database_name: server.database,
    });
    expect(Object.keys(detail.schema.properties)).toEqual([
      "SalesOrderID",
      "SalesOrderDetailID",
      "CarrierTrackingNumber",
      "OrderQty",
      "ProductID",
      "SpecialOfferID",
      "UnitPrice",
      "UnitPriceDiscount",
      "LineTotal",
      "rowguid",
      "ModifiedDate",
    ]);
    expect(detail.schema.properties.LineTotal).toMatchObject({
      type: "number",
      "x-sql-datatype": "numeric(38,6)",
    });
    expect(detail.metadata[0].metadata).toMatchObject({
      "schema-name": "Sales",
      "table-key-properties": ["SalesOrderID", "SalesOrderDetailID"],
      "selected-by-default": true,
    });
  });

  test("S1 S2: schema and table patterns", async () => {
    const result = await runTap({
      config: config({ filter_schemas: ["purch*"], filter_tables: ["!*.Vendor"] }),
      args: ["--discover"],
    });

    expect(
      JSON.parse(result.stdout).streams.map(({ stream }: { stream: string }) => stream),
    ).toEqual([
      "Purchasing-ProductVendor",
      "Purchasing-PurchaseOrderDetail",
      "Purchasing-PurchaseOrderHeader",
      "Purchasing-ShipMethod",
    ]);
  });
});

describe("FULL_TABLE", () => {
  test("P25, S20: all rows between ACTIVATE_VERSIONs of one version", async () => {
    const result = await runTap({ config: config(onlyTables("Purchasing.PurchaseOrderHeader")) });

    expect(result.exitCode).toBe(0);
    const rows = recordsOf(result, "Purchasing-PurchaseOrderHeader");
    expect(rows).toHaveLength(database.table("Purchasing", "PurchaseOrderHeader").rowCount);
    const versions = result.messages
      .filter(({ type }) => type === "ACTIVATE_VERSION" || type === "RECORD")
      .map(({ version }) => version);
    expect(new Set(versions).size).toBe(1);
    expect(result.messages.filter(({ type }) => type === "ACTIVATE_VERSION")).toHaveLength(2);
    expect(lastState(result)?.bookmarks).toMatchObject({
      "Purchasing-PurchaseOrderHeader": { initial_full_table_complete: true },
    });
  });

  test("S21: a composite key goes on behind the last row with the same version", async () => {
    const table = database.table("Sales", "SalesOrderDetail");
    const stop = {
      SalesOrderID: table.columns[0]?.[500],
      SalesOrderDetailID: table.columns[1]?.[500],
    };
    const last = {
      SalesOrderID: table.columns[0]?.[999],
      SalesOrderDetailID: table.columns[1]?.[999],
    };
    const state = {
      bookmarks: {
        "Sales-SalesOrderDetail": { version: 17, max_pk_values: last, last_pk_fetched: stop },
      },
    };

    const result = await runTap({ config: config(onlyTables("Sales.SalesOrderDetail")), state });

    const rows = recordsOf(result, "Sales-SalesOrderDetail");
    expect(rows).toHaveLength(499);
    expect(rows[0]?.["SalesOrderDetailID"]).toBe(table.columns[1]?.[501]);
    expect(result.messages.findLast(({ type }) => type === "ACTIVATE_VERSION")?.version).toBe(17);
  });

  test("a killed run goes on from its last state: every row, none missing", async () => {
    const settings = config({
      ...onlyTables("Sales.SalesOrderHeader"),
      state_interval_rows: 1000,
    });

    const killed = await runTap({ config: settings, killAfterBytes: 3_000_000 });
    const resumed = await runTap({ config: settings, state: lastState(killed) });

    const ids = (result: TapResult): readonly unknown[] =>
      recordsOf(result, "Sales-SalesOrderHeader").map((record) => record["SalesOrderID"]);
    const before = ids(killed);
    const after = ids(resumed);
    const expected = database.table("Sales", "SalesOrderHeader").rowCount;
    expect(before.length).toBeLessThan(expected);
    expect(after.length).toBeLessThan(expected);
    expect(new Set([...before, ...after]).size).toBe(expected);
  });

  test("S68: connections lost in mid-row are replaced, and every row comes once", async () => {
    const proxy = await startCuttingProxy({
      port: server.port,
      // The first connection is that of discovery.
      cutAfterBytes: [Number.POSITIVE_INFINITY, 2_000_000, 1_500_000],
    });

    const result = await runTap({
      config: config({ ...onlyTables("Sales.SalesOrderHeader"), port: proxy.port }),
    });
    await proxy.close();

    const ids = recordsOf(result, "Sales-SalesOrderHeader").map((row) => row["SalesOrderID"]);
    expect(proxy.cuts()).toBe(2);
    expect(result.exitCode).toBe(0);
    expect(ids).toHaveLength(database.table("Sales", "SalesOrderHeader").rowCount);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("SIGTERM ends the run with the state of the last row written", async () => {
    const result = await runTap({
      config: config(onlyTables("Sales.SalesOrderHeader")),
      killAfterBytes: 3_000_000,
      killSignal: "SIGTERM",
    });

    const rows = recordsOf(result, "Sales-SalesOrderHeader");
    const bookmark = lastState(result)?.bookmarks["Sales-SalesOrderHeader"];
    expect(result.exitCode).toBe(143);
    expect(rows.length).toBeLessThan(database.table("Sales", "SalesOrderHeader").rowCount);
    expect(bookmark?.["last_pk_fetched"]).toEqual({ SalesOrderID: rows.at(-1)?.["SalesOrderID"] });
  });

  test("S73: streams at once give the same rows", async () => {
    const tables = onlyTables("Purchasing.*");

    const one = await runTap({ config: config(tables) });
    const three = await runTap({ config: config({ ...tables, parallelism: 3 }) });

    const rows = (result: TapResult): readonly string[] =>
      result.messages
        .filter(({ type }) => type === "RECORD")
        .map(({ stream, record }) => JSON.stringify([stream, record]))
        .toSorted();
    expect(three.exitCode).toBe(0);
    expect(rows(three)).toEqual(rows(one));
  });
});

describe("INCREMENTAL", () => {
  const incremental = {
    ...onlyTables("Sales.SalesOrderHeader", "Sales.Customer"),
    default_replication_method: "INCREMENTAL",
    default_replication_keys: ["ModifiedDate"],
  };

  test("S26 E5: the second run sends only ties of the bookmark", async () => {
    const first = await runTap({ config: config(incremental) });
    const second = await runTap({ config: config(incremental), state: lastState(first) });

    const stream = "Sales-SalesOrderHeader";
    const rows = recordsOf(first, stream);
    const newest = rows.at(-1)?.["ModifiedDate"];
    expect(rows).toHaveLength(database.table("Sales", "SalesOrderHeader").rowCount);
    expect(lastState(first)?.bookmarks[stream]).toEqual({
      replication_key: "ModifiedDate",
      replication_key_value: newest,
    });
    expect(recordsOf(second, stream)).toHaveLength(
      rows.filter((row) => row["ModifiedDate"] === newest).length,
    );
    expect(lastState(second)?.bookmarks).toEqual(lastState(first)?.bookmarks);
  });

  test("S35: a killed run goes on inside rows of one replication value", async () => {
    const settings = config({
      ...incremental,
      ...onlyTables("Sales.Customer"),
      state_interval_rows: 1,
    });

    const killed = await runTap({ config: settings, killAfterBytes: 1_000_000 });
    const resumed = await runTap({ config: settings, state: lastState(killed) });

    const ids = (result: TapResult): readonly unknown[] =>
      recordsOf(result, "Sales-Customer").map((record) => record["CustomerID"]);
    const expected = database.table("Sales", "Customer").rowCount;
    expect(new Set([...ids(killed), ...ids(resumed)]).size).toBe(expected);
    expect(ids(resumed).length).toBeLessThan(expected);
  });

  test("S37: a condition of the settings limits the rows", async () => {
    const result = await runTap({
      config: config({
        ...incremental,
        streams: { "Sales-SalesOrderHeader": { where: "[SalesOrderID] < 43669" } },
      }),
    });

    expect(recordsOf(result, "Sales-SalesOrderHeader")).toHaveLength(10);
  });
});

test("--test sends one record of each stream and no state", async () => {
  const result = await runTap({ config: config(onlyTables("HumanResources.*")), args: ["--test"] });

  expect(result.exitCode).toBe(0);
  expect(recordsOf(result, "HumanResources-Employee")).toHaveLength(1);
  expect(result.messages.some(({ type }) => type === "STATE")).toBe(false);
});

describe("bad input is one line and no stack trace", () => {
  test.each([
    ["E_LOGIN", { password: "wrong" }, /cannot log in to .* as etl/],
    ["E_TLS", { trust_server_certificate: false }, /TAP_MSSQL_TRUST_SERVER_CERTIFICATE/],
    ["E_CONNECT", { host: "no-such-host.invalid", connect_retries: 0 }, /the host is unknown/],
    ["E_CONNECT", { port: 1, connect_retries: 0 }, /nothing listens there/],
    ["E_SETTING", { timezone: "Mars/Olympus" }, /timezone/],
  ])("%s for %j", async (code, changed, text) => {
    const result = await runTap({ config: config(changed), args: ["--discover"] });

    expect(result.exitCode).toBe(code === "E_SETTING" ? 2 : 1);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain(code);
    expect(result.stderr).toMatch(text);
    expect(result.stderr).not.toMatch(/\n {4}at /);
    expect(result.stderr).not.toContain("s3cret!");
  });

  test("E_TABLE names the table that the catalog has and the database lacks", async () => {
    const catalog = {
      streams: [
        {
          tap_stream_id: "Sales-Nothing",
          stream: "Sales-Nothing",
          table_name: "Nothing",
          schema: { type: "object", properties: { ID: { type: "integer" } } },
          metadata: [{ breadcrumb: [], metadata: { selected: true, "schema-name": "Sales" } }],
        },
      ],
    };

    const result = await runTap({ config: config(), catalog });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("table Sales.Nothing is not in the database");
    expect(result.stderr).toContain("E_TABLE");
    expect(result.stdout).toBe("");
  });
});
