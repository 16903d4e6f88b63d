import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, recordsOf, runTap } from "./testing/run-tap.ts";

const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "dbo.Orders",
      columns: { ID: "int not null", At: "datetime2(7)" },
      primaryKey: ["ID"],
      changeTracking: true,
      rows: [
        { ID: 1, At: "2024-01-01T00:00:00" },
        { ID: 2, At: "2024-01-02T00:00:00" },
        { ID: 3, At: "2024-01-03T00:00:00" },
      ],
    },
  ],
});
let server: ChangingServer;

beforeAll(async () => {
  database.commit({ update: "dbo.Orders", key: [2], set: { At: "2024-01-02T00:00:00" } });
  server = await startChangingServer(database);
});
afterAll(async () => {
  await server.close();
});

const incremental = {
  default_replication_method: "INCREMENTAL",
  default_replication_keys: ["At"],
};

test.each([
  [
    "wintersrd",
    {
      currently_syncing: null,
      bookmarks: {
        "dbo-Orders": {
          replication_key: "At",
          replication_key_value: "2024-01-03T00:00:00.000000",
          version: 1_700_000_000_000,
        },
      },
    },
  ],
  [
    "singer-io",
    {
      bookmarks: {
        Shop_dbo_Orders: {
          replication_key_name: "At",
          replication_key_value: "2024-01-03T00:00:00.0000000Z",
          version: 1_700_000_000_000,
        },
      },
    },
  ],
  [
    "BuzzCutNorman",
    {
      bookmarks: {
        "dbo-orders": {
          replication_key: "At",
          replication_key_value: "2024-01-03T00:00:00",
          starting_replication_value: null,
        },
      },
    },
  ],
])("E21: an incremental stream goes on with the state of %s", async (_peer, state) => {
  const result = await runTap({ config: server.config(incremental), state });

  expect(result.exitCode).toBe(0);
  expect(recordsOf(result, "dbo-Orders").map((row) => row["ID"])).toEqual([3]);
});

test("E21: a full load goes on with the state of singer-io", async () => {
  const state = {
    currently_syncing: "Shop_dbo_Orders",
    bookmarks: {
      Shop_dbo_Orders: {
        version: 1_700_000_000_000,
        max_pk_values: { ID: 3 },
        last_pk_fetched: { ID: 1 },
      },
    },
  };

  const result = await runTap({ config: server.config(), state });

  expect(recordsOf(result, "dbo-Orders").map((row) => row["ID"])).toEqual([2, 3]);
  expect(result.messages.findLast(({ type }) => type === "ACTIVATE_VERSION")?.version).toBe(
    1_700_000_000_000,
  );
});

test("E21: Change Tracking goes on at the version of singer-io", async () => {
  const state = {
    bookmarks: {
      Shop_dbo_Orders: {
        current_log_version: 0,
        initial_full_table_complete: true,
        version: 1_700_000_000_000,
      },
    },
  };
  const config = server.config({ default_replication_method: "LOG_BASED" });

  const result = await runTap({ config, state });

  expect(recordsOf(result, "dbo-Orders").map((row) => row["ID"])).toEqual([2]);
});

test("E21: the setting names of the peers are understood, or accepted with one warning", async () => {
  const { host, user, ...rest } = server.config();

  const result = await runTap({
    config: {
      ...rest,
      server: host,
      username: user,
      filter_dbs: "dbo",
      cursor_array_size: 1000,
      tds_version: "7.3",
      characterset: "utf8",
      use_singer_decimal: true,
    },
  });

  expect(result.exitCode).toBe(0);
  expect(recordsOf(result, "dbo-Orders")).toHaveLength(3);
  expect(result.stderr.match(/cursor_array_size/g)).toHaveLength(1);
});

test("S27: a bookmark of another replication key is dropped, and the stream is read from its start", async () => {
  const state = {
    bookmarks: { "dbo-Orders": { replication_key: "Changed", replication_key_value: 7 } },
  };

  const result = await runTap({ config: server.config(incremental), state });

  expect(recordsOf(result, "dbo-Orders").map((row) => row["ID"])).toEqual([1, 2, 3]);
  expect(lastState(result)?.bookmarks["dbo-Orders"]).toMatchObject({ replication_key: "At" });
});
