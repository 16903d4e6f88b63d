import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ChangingDatabase, type StatementFault } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, recordsOf, runTap } from "./testing/run-tap.ts";

const ROWS = 5000;
const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "dbo.Orders",
      columns: { ID: "int not null", Name: "nvarchar(100)" },
      primaryKey: ["ID"],
      rows: Array.from({ length: ROWS }, (_, index) => ({ ID: index, Name: "x".repeat(60) })),
    },
    { name: "dbo.Other", columns: { ID: "int not null" }, primaryKey: ["ID"], rows: [{ ID: 1 }] },
  ],
});
const READ = /^SELECT \[ID\], \[Name\]/;
let server: ChangingServer;
/** What goes wrong with the reads of the table, one after the other. */
let faults: StatementFault[] = [];
/** Errors of the next logins. */
let loginErrors: number[] = [];

beforeAll(async () => {
  server = await startChangingServer(database, undefined, {
    faults: {
      onStatement: (sql) => (READ.test(sql) ? faults.shift() : undefined),
      onLogin: () => {
        const number = loginErrors.shift();
        return number === undefined ? undefined : { number };
      },
    },
  });
});
beforeEach(() => {
  faults = [];
  loginErrors = [];
});
afterAll(async () => {
  await server.close();
});

function config(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return server.config({ filter_tables: ["dbo.Orders"], ...more });
}

describe("S68: what can pass is tried again, and every row comes once", () => {
  test.each<readonly [string, StatementFault[]]>([
    ["a connection dropped in mid-row", [{ type: "drop", afterRows: 2000 }]],
    ["a deadlock before the first row", [{ type: "error", number: 1205 }]],
    [
      "a deadlock in mid-row, twice",
      [
        { type: "error", number: 1205, afterRows: 3000 },
        { type: "error", number: 1205, afterRows: 1000 },
      ],
    ],
    ["Azure's 40613 in mid-row", [{ type: "error", number: 40_613, afterRows: 100 }]],
    ["Azure's 40197 in mid-row", [{ type: "error", number: 40_197, afterRows: 4999 }]],
    ["a slow drip", [{ type: "drip", rows: 1000, waitMs: 20 }]],
  ])("%s", async (_what, wanted) => {
    faults = [...wanted];

    const result = await runTap({ config: config() });

    const ids = recordsOf(result, "dbo-Orders").map((row) => row["ID"]);
    expect(faults).toEqual([]);
    expect(result.exitCode).toBe(0);
    expect(ids).toEqual(Array.from({ length: ROWS }, (_, index) => index));
  });

  test.each([
    ["Azure's 40613", [40_613]],
    ["a login throttle, twice", [10_928, 10_928]],
  ])("S68: %s at login", async (_what, wanted) => {
    loginErrors = [...wanted];

    const result = await runTap({ config: config() });

    expect(loginErrors).toEqual([]);
    expect(result.exitCode).toBe(0);
    expect(recordsOf(result, "dbo-Orders")).toHaveLength(ROWS);
  });

  test("S68: an error that stays fails its stream only, and the run says so at its end", async () => {
    faults = Array.from({ length: 4 }, () => ({ type: "error", number: 1205 }));

    const result = await runTap({
      config: server.config({ stream_retries: 1 }),
    });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("error 1205");
    expect(recordsOf(result, "dbo-Other")).toHaveLength(1);
  });
});

describe("S69: every wait has a limit", () => {
  test("S69: a statement that does not answer is E_TIMEOUT", async () => {
    faults = [{ type: "stall", waitMs: 5000 }];

    const result = await runTap({
      config: config({ query_timeout_seconds: 1, stream_retries: 0 }),
    });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("E_TIMEOUT");
    expect(result.stderr).toContain("query_timeout_seconds");
  });

  test("S69: a host that takes the connection and says nothing is E_TIMEOUT", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : 0;

    const result = await runTap({
      config: config({ port, connect_timeout_seconds: 1, connect_retries: 0 }),
    });
    silent.close();

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("E_TIMEOUT");
    expect(result.stderr).toContain("connect_timeout_seconds");
  });
});

describe("S74: one table by key ranges", () => {
  const ranges = { streams: { "dbo-Orders": { parallelism: 3 } } };

  test("S74: three ranges at once give every row once", async () => {
    const result = await runTap({ config: config(ranges) });

    const ids = recordsOf(result, "dbo-Orders").map((row) => Number(row["ID"]));
    expect(result.exitCode).toBe(0);
    expect(ids.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: ROWS }, (_, index) => index),
    );
    expect(lastState(result)?.bookmarks["dbo-Orders"]).toEqual({
      version: expect.any(Number),
      initial_full_table_complete: true,
    });
  });

  test("S74: a run that was stopped goes on in each range with the same version", async () => {
    faults = [
      { type: "drip", rows: 600, waitMs: 5 },
      { type: "drop", afterRows: 900 },
      { type: "drip", rows: 600, waitMs: 5 },
    ];
    const settings = config({ ...ranges, stream_retries: 0, state_interval_rows: 200 });

    const stopped = await runTap({ config: settings });
    const resumed = await runTap({ config: settings, state: lastState(stopped) });

    const sent = [stopped, resumed].flatMap((run) =>
      recordsOf(run, "dbo-Orders").map((row) => row["ID"]),
    );
    expect(stopped.exitCode).toBe(1);
    expect(lastState(stopped)?.bookmarks["dbo-Orders"]?.["key_ranges"]).not.toEqual([]);
    expect(recordsOf(resumed, "dbo-Orders").length).toBeLessThan(ROWS);
    expect(new Set(sent).size).toBe(ROWS);
    expect(resumed.messages.findLast(({ type }) => type === "ACTIVATE_VERSION")?.version).toBe(
      stopped.messages.find(({ type }) => type === "ACTIVATE_VERSION")?.version,
    );
  });

  test("S74: a range that loses its connection is tried again, and every row comes once", async () => {
    faults = [{ type: "drop", afterRows: 500 }];

    const result = await runTap({ config: config(ranges) });

    const ids = recordsOf(result, "dbo-Orders").map((row) => row["ID"]);
    expect(result.exitCode).toBe(0);
    expect(new Set(ids).size).toBe(ROWS);
  });
});
