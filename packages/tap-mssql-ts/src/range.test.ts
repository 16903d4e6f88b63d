import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, recordsOf, runTap } from "./testing/run-tap.ts";

const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "dbo.Events",
      columns: { ID: "int not null", At: "datetime2(7)", Version: "rowversion not null" },
      primaryKey: ["ID"],
      rows: [
        { ID: 1, At: "2024-01-01T00:00:00" },
        { ID: 2, At: "2024-01-02T00:00:00.0000001" },
        { ID: 3, At: "2024-01-02T00:00:00.0000002" },
        { ID: 4, At: "2024-01-03T00:00:00" },
      ],
    },
  ],
});
let server: ChangingServer;

beforeAll(async () => {
  server = await startChangingServer(database);
});
afterAll(async () => {
  await server.close();
});

function incremental(
  key: string,
  options: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return server.config({
    default_replication_method: "INCREMENTAL",
    default_replication_keys: [key],
    streams: { "dbo-Events": options },
    ...more,
  });
}

async function idsOf(config: Record<string, unknown>, state?: unknown): Promise<unknown[]> {
  const result = await runTap({ config, state });
  expect(result.exitCode).toBe(0);
  return recordsOf(result, "dbo-Events").map((row) => row["ID"]);
}

test("S28: without a bookmark start_date is where the stream starts", async () => {
  const config = incremental("At", {}, { start_date: "2024-01-02T00:00:00.0000002Z" });

  expect(await idsOf(config)).toEqual([3, 4]);
});

test("S28: a bookmark wins over start_value", async () => {
  const config = incremental("At", { start_value: "2024-01-01T00:00:00" });
  const state = {
    bookmarks: {
      "dbo-Events": { replication_key: "At", replication_key_value: "2024-01-03T00:00:00Z" },
    },
  };

  expect(await idsOf(config, state)).toEqual([4]);
});

test("S29: a lookback moves the bookmark back", async () => {
  const config = incremental("At", { lookback_seconds: 86_400 });
  const state = {
    bookmarks: {
      "dbo-Events": { replication_key: "At", replication_key_value: "2024-01-03T00:00:00Z" },
    },
  };

  expect(await idsOf(config, state)).toEqual([2, 3, 4]);
});

test("S30 S31: a range is closed at start_value and open at end_value, 100 ns apart", async () => {
  const config = incremental("At", {
    start_value: "2024-01-02T00:00:00.0000001",
    end_value: "2024-01-02T00:00:00.0000002",
  });

  expect(await idsOf(config)).toEqual([2]);
});

test("S33: a rowversion is a replication key, and the next run sends only what changed", async () => {
  const first = await runTap({ config: incremental("Version") });
  database.commit({ update: "dbo.Events", key: [1], set: { At: "2024-02-01T00:00:00" } });
  const second = await runTap({ config: incremental("Version"), state: lastState(first) });

  expect(recordsOf(first, "dbo-Events")).toHaveLength(4);
  expect(recordsOf(second, "dbo-Events").map((row) => row["ID"])).toEqual([4, 1]);
});

test("S36: rows above an open transaction's row version wait for it, so that none is lost", async () => {
  const config = incremental("Version");
  const before = await runTap({ config });
  const commitLate = database.begin({ update: "dbo.Events", key: [2], set: { At: null } });
  database.commit({ update: "dbo.Events", key: [3], set: { At: null } });

  const during = await runTap({ config, state: lastState(before) });
  commitLate();
  const after = await runTap({ config, state: lastState(during) });

  const ids = (result: typeof during) => recordsOf(result, "dbo-Events").map((row) => row["ID"]);
  expect(ids(during)).not.toContain(3);
  expect(ids(after)).toEqual(expect.arrayContaining([2, 3]));
});
