import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type AdventureWorksServer, openAdventureWorks } from "./testing/adventure-works.ts";
import { lastState, recordsOf, runTap } from "./testing/run-tap.ts";

// What a SQL Server with AdventureWorks and our double answer alike: `pnpm test:sqlserver` runs it on a real one.
let server: AdventureWorksServer;
beforeAll(async () => {
  server = await openAdventureWorks();
});
afterAll(() => server.close());

describe("values, as text to the last digit", () => {
  test.each([
    [
      "CAST('12345678901234567890.0123456789' AS decimal(38,10))",
      "12345678901234567890.0123456789",
    ],
    [
      "CAST('-0.00000000000000000000000000000000000001' AS decimal(38,38))",
      "-0.00000000000000000000000000000000000001",
    ],
    ["CAST('922337203685477.5807' AS money)", "922337203685477.5807"],
    ["CAST('9223372036854775807' AS bigint)", "9223372036854775807"],
    ["CAST('0001-01-01' AS date)", '"0001-01-01"'],
    ["CAST('23:59:59.9999999' AS time(7))", '"23:59:59.9999999"'],
    ["CAST('2024-02-29T12:34:56.1234567' AS datetime2(7))", '"2024-02-29T12:34:56.1234567Z"'],
    ["CAST('2024-02-29T12:34:56.997' AS datetime)", '"2024-02-29T12:34:56.997Z"'],
    [
      "CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier)",
      '"6f9619ff-8b86-d011-b42d-00c04fc964ff"',
    ],
    ["CAST(N'Ærø 王 🚲' AS nvarchar(20))", '"Ærø 王 🚲"'],
    ["CAST(0x00FF AS varbinary(2))", '"AP8="'],
    ["CAST(1 AS bit)", "true"],
    ["CAST(NULL AS int)", "null"],
  ])("%s", async (expression, text) => {
    const queries = { one: { sql: `SELECT ${expression} AS value` } };

    const { exitCode, stdout } = await runTap({
      config: server.config({ filter_tables: ["!*"], queries }),
    });

    expect(exitCode).toBe(0);
    expect(stdout).toContain(`"record":{"value":${text}}`);
  });
});

describe("AdventureWorks", () => {
  const tables = { filter_tables: ["Sales.SalesTerritory", "Sales.SalesReason"] };

  test("a table gives as many rows as the server counts", async () => {
    const queries = { counted: { sql: "SELECT COUNT(*) AS row_total FROM Sales.SalesTerritory" } };

    const result = await runTap({ config: server.config({ ...tables, queries }) });

    const [counted] = recordsOf(result, "counted");
    expect(recordsOf(result, "Sales-SalesTerritory")).toHaveLength(Number(counted?.["row_total"]));
  });

  test("a second run sends only ties of the bookmark", async () => {
    const config = server.config({
      ...tables,
      default_replication_method: "INCREMENTAL",
      default_replication_keys: ["ModifiedDate"],
    });

    const first = await runTap({ config });
    const second = await runTap({ config, state: lastState(first) });

    const dates = recordsOf(first, "Sales-SalesReason").map((record) =>
      String(record["ModifiedDate"]),
    );
    const last = dates.toSorted().at(-1);
    expect(dates).not.toEqual([]);
    expect(recordsOf(second, "Sales-SalesReason").map((record) => record["ModifiedDate"])).toEqual(
      dates.filter((date) => date === last),
    );
  });
});
