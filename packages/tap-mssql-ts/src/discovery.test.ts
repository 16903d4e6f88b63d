import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, recordsOf, runTap } from "./testing/run-tap.ts";

const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "Sales.Orders",
      columns: { ID: "int not null", Total: "decimal(9,2)", At: "datetime2(7) not null" },
      primaryKey: ["ID"],
      changeTracking: true,
      description: "Orders of customers.",
      descriptions: { Total: "Sum of the lines, in euro." },
      rows: [
        { ID: 1, Total: "1.50", At: "2024-01-01T00:00:00.0000001" },
        { ID: 2, Total: "2.50", At: "2024-01-01T00:00:00.0000002" },
      ],
    },
    {
      name: "Sales.Coupons",
      columns: { ID: "int not null", Maybe: "int", Code: "varchar(10) not null" },
      uniqueIndexes: [
        { columns: ["ID"], isFiltered: true },
        { columns: ["Maybe"] },
        { columns: ["Code", "ID"] },
      ],
      rows: [{ ID: 1, Maybe: 1, Code: "A" }],
    },
    {
      name: "Sales.Odd",
      columns: {
        ID: "int not null",
        Sparse: "xml column_set",
        Secret: "varchar(20) encrypted",
        ValidFrom: "datetime2(7) not null hidden",
      },
      primaryKey: ["ID"],
      rows: [{ ID: 1, Secret: "x", ValidFrom: "2024-01-01T00:00:00" }],
    },
  ],
  views: [
    {
      name: "Sales.Totals",
      columns: { Total: "decimal(9,2)" },
      sql: "SELECT Total FROM Sales.Orders",
    },
  ],
});
database.changes.enableCapture({ name: "Sales_Orders", table: "Sales.Orders", columns: ["ID"] });
database.changes.enableCapture({ name: "Sales_Orders_2", table: "Sales.Orders", columns: ["ID"] });
let server: ChangingServer;
let hiddenViews: RegExp | undefined;

beforeAll(async () => {
  server = await startChangingServer(database, undefined, {
    faults: {
      onStatement: (sql) =>
        hiddenViews?.test(sql) === true ? { type: "error", number: 229 } : undefined,
    },
  });
});
afterAll(async () => {
  await server.close();
});

interface Entry {
  readonly tap_stream_id: string;
  readonly key_properties: readonly string[];
  readonly row_count?: number;
  readonly schema: { readonly description?: string; readonly properties: Record<string, object> };
  readonly metadata: readonly {
    readonly breadcrumb: readonly string[];
    readonly metadata: Readonly<Record<string, unknown>>;
  }[];
}

async function streams(config = server.config()): Promise<Readonly<Record<string, Entry>>> {
  const { stdout } = await runTap({ config, args: ["--discover"] });
  const catalog: { readonly streams: readonly Entry[] } = JSON.parse(stdout);
  return Object.fromEntries(catalog.streams.map((one) => [one.tap_stream_id, one]));
}

describe("a table in the catalog", () => {
  test("S5: without a primary key a unique index serves, unless it is filtered or has nullable columns", async () => {
    const coupons = (await streams())["Sales-Coupons"];

    expect(coupons?.key_properties).toEqual(["Code", "ID"]);
  });

  test("S10 S11 S12: row count, schema, database and replication keys stand in its metadata", async () => {
    const orders = (await streams())["Sales-Orders"];

    expect(orders?.row_count).toBe(2);
    expect(orders?.metadata[0]?.metadata).toMatchObject({
      "row-count": 2,
      "schema-name": "Sales",
      "database-name": "Shop",
      "valid-replication-keys": ["ID", "Total", "At"],
    });
  });

  test("S14: its metadata say whether Change Tracking and CDC are on, and name the capture instances", async () => {
    const found = await streams();

    expect(found["Sales-Orders"]?.metadata[0]?.metadata).toMatchObject({
      "change-tracking": true,
      cdc: true,
      "cdc-capture-instances": ["Sales_Orders", "Sales_Orders_2"],
    });
    expect(found["Sales-Coupons"]?.metadata[0]?.metadata).not.toHaveProperty("change-tracking");
    expect(found["Sales-Coupons"]?.metadata[0]?.metadata).not.toHaveProperty("cdc");
  });

  test("S16: MS_Description of the table and its columns stand in the schema", async () => {
    const orders = (await streams())["Sales-Orders"];

    expect(orders?.schema.description).toBe("Orders of customers.");
    expect(orders?.schema.properties["Total"]).toMatchObject({
      description: "Sum of the lines, in euro.",
    });
  });

  test("S19: column sets and encrypted columns are listed with a reason, hidden ones left out, and the rest is read", async () => {
    const odd = (await streams())["Sales-Odd"];
    const result = await runTap({ config: server.config({ filter_tables: ["Sales.Odd"] }) });

    const reasons = odd?.metadata.map(({ breadcrumb, metadata }) => [
      breadcrumb[1],
      metadata["inclusion"],
      metadata["unsupported-reason"],
    ]);
    expect(reasons).toEqual([
      [undefined, "available", undefined],
      ["ID", "automatic", undefined],
      ["Sparse", "unsupported", expect.stringContaining("column set")],
      ["Secret", "unsupported", expect.stringContaining("Always Encrypted")],
    ]);
    expect(recordsOf(result, "Sales-Odd")).toEqual([{ ID: 1 }]);
    expect(result.stderr.match(/column_unsupported/g)).toHaveLength(2);
  });
});

test("S13: a forced replication method wins over the one that is set", async () => {
  const { stdout } = await runTap({ config: server.config(), args: ["--discover"] });
  const catalog = JSON.parse(stdout);
  for (const stream of catalog.streams)
    Object.assign(stream.metadata[0].metadata, {
      selected: stream.tap_stream_id === "Sales-Orders",
      "selected-by-default": false,
      "replication-method": "LOG_BASED",
      "forced-replication-method": "FULL_TABLE",
    });

  const result = await runTap({ config: server.config(), catalog });

  expect(result.exitCode).toBe(0);
  expect(lastState(result)?.bookmarks["Sales-Orders"]).toEqual({
    version: expect.any(Number),
    initial_full_table_complete: true,
  });
});

test("S39: the default replication method is for streams that name none and can follow it", async () => {
  const result = await runTap({
    config: server.config({
      filter_tables: ["Sales.Orders", "Sales.Coupons"],
      default_replication_method: "INCREMENTAL",
      default_replication_keys: ["At"],
    }),
  });

  expect(lastState(result)?.bookmarks).toEqual({
    "Sales-Coupons": { version: expect.any(Number), initial_full_table_complete: true },
    "Sales-Orders": {
      replication_key: "At",
      replication_key_value: "2024-01-01T00:00:00.0000002Z",
    },
  });
});

describe("a login that may see little", () => {
  test("S18 S71: catalog views that are hidden or missing, as on Synapse and Fabric, leave the tables readable", async () => {
    hiddenViews = /extended_properties|sys\.partitions|sys\.synonyms|change_tracking|is_tracked/;
    const result = await runTap({ config: server.config({ filter_tables: ["Sales.Orders"] }) });
    hiddenViews = undefined;

    expect(result.exitCode).toBe(0);
    expect(recordsOf(result, "Sales-Orders")).toHaveLength(2);
    expect(result.stderr.match(/catalog_view_hidden/g)).toHaveLength(5);
  });
});

test("S17: ten thousand tables are discovered in a handful of constant statements in the catalog's own case", async () => {
  const many = new ChangingDatabase({
    name: "Many",
    tables: Array.from({ length: 10_000 }, (_, index) => ({
      name: `dbo.T${index}`,
      columns: { ID: "int not null", Name: "nvarchar(50)" },
      primaryKey: ["ID"],
    })),
  });
  const large = await startChangingServer(many);

  const found = await streams(large.config());
  await large.close();

  expect(Object.keys(found)).toHaveLength(10_000);
  expect(found["dbo-T9999"]?.key_properties).toEqual(["ID"]);
  expect(large.statements.length).toBeLessThan(20);
  expect(large.statements.join(" ")).not.toMatch(/T9999|SYS\.|Sys\./);
}, 30_000);

describe("several databases", () => {
  const other = new ChangingDatabase({
    name: "Archive",
    tables: [
      {
        name: "Sales.Orders",
        columns: { ID: "int not null" },
        primaryKey: ["ID"],
        rows: [{ ID: 7 }],
      },
    ],
  });

  test("S3: their tables are streams of one run, and one that cannot be opened is passed over", async () => {
    const both = await startChangingServer(database, undefined, { moreDatabases: [other] });
    const config = both.config({
      databases: ["Shop", "Closed", "Archive"],
      filter_tables: ["Sales.Orders"],
      connect_retries: 0,
    });

    const result = await runTap({ config });
    await both.close();

    expect(result.exitCode).toBe(0);
    expect(result.stderr).toMatch(/database_skipped.*Closed/);
    expect(recordsOf(result, "Shop-Sales-Orders")).toHaveLength(2);
    expect(recordsOf(result, "Archive-Sales-Orders")).toEqual([{ ID: 7 }]);
  });
});
