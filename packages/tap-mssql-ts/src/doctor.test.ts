import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, runTap } from "./testing/run-tap.ts";

const database = new ChangingDatabase({
  name: "Shop",
  tables: [
    {
      name: "dbo.Orders",
      columns: { ID: "int not null" },
      primaryKey: ["ID"],
      changeTracking: true,
      rows: [{ ID: 1 }],
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

test("E18: --test writes a line for each thing that a run depends on", async () => {
  const result = await runTap({ config: server.config(), args: ["--test"] });

  const lines = result.stderr.split("\n").filter((line) => line.includes(" check_"));
  expect(result.exitCode).toBe(0);
  expect(lines).toEqual([
    expect.stringMatching(/check_ok check=server found=.*16\.0/),
    expect.stringMatching(/check_failed check=encryption found=off/),
    expect.stringMatching(/check_ok check=rights found=1 selected tables and views may be read/),
    expect.stringMatching(/check_ok check=clock found=the server's clock differs by \d+ s/),
  ]);
});

test("E18: what stands in the way of the next run is named", async () => {
  const config = server.config({
    default_replication_method: "LOG_BASED",
    isolation_level: "SNAPSHOT",
  });
  const state = { bookmarks: { "dbo-Orders": { current_log_version: 0 } } };
  database.commit({ insert: "dbo.Orders", row: { ID: 2 } });
  database.changes.cleanUp();

  const result = await runTap({ config, args: ["--test"], state });

  expect(result.stderr).toMatch(/check_failed check=snapshot found=.*ALLOW_SNAPSHOT_ISOLATION ON/);
  expect(result.stderr).toMatch(/check_ok check=change_tracking_retention found=2 days/);
  expect(result.stderr).toMatch(/check_failed check=position of dbo-Orders/);
  expect(lastState(result)).toBeUndefined();
});

test("E18: what CDC has cleaned up before the last bookmark is named", async () => {
  const captured = new ChangingDatabase({
    name: "Log",
    tables: [
      {
        name: "dbo.Orders",
        columns: { ID: "int not null" },
        primaryKey: ["ID"],
        rows: [{ ID: 1 }],
      },
    ],
  });
  captured.changes.enableCapture({ name: "dbo_Orders", table: "dbo.Orders", columns: ["ID"] });
  captured.commit({ insert: "dbo.Orders", row: { ID: 2 } });
  const log = await startChangingServer(captured);
  const config = log.config({ default_replication_method: "LOG_BASED", log_based: "cdc" });
  const state = lastState(await runTap({ config }));

  const before = await runTap({ config, args: ["--test"], ...(state && { state }) });
  captured.commit({ insert: "dbo.Orders", row: { ID: 3 } });
  captured.commit({ insert: "dbo.Orders", row: { ID: 4 } });
  captured.changes.cleanUp();
  const after = await runTap({ config, args: ["--test"], ...(state && { state }) });
  await log.close();

  expect(before.stderr).toMatch(/check_ok check=cdc found=captured up to a commit at \d{4}-/);
  expect(before.stderr).toMatch(/check_ok check=position of dbo-Orders/);
  expect(after.stderr).toMatch(/check_failed check=position of dbo-Orders found=.*cleaned up/);
});
