import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  insert,
  type LoggedOrders,
  loaded,
  remove,
  STREAM,
  startLoggedOrders,
  update,
} from "./testing/logged-orders.ts";
import { lastState, recordsOf, runTap } from "./testing/run-tap.ts";

let orders: LoggedOrders;

describe("Change Tracking", () => {
  beforeAll(async () => {
    orders = await startLoggedOrders();
  });
  afterAll(async () => {
    await orders.server.close();
  });

  test("S40 S42: a full load, then each changed row once, and deletes with their time", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.commit(update(1, "uno"));
    orders.database.commit(update(1, "eins"), insert(4, "four"));
    orders.database.commit(remove(2));
    const second = await runTap({ config: orders.config(), state: lastState(first) });
    const third = await runTap({ config: orders.config(), state: lastState(second) });

    expect(first.exitCode).toBe(0);
    expect(recordsOf(first, STREAM)).toHaveLength(3);
    expect(lastState(first)?.bookmarks[STREAM]).toMatchObject({
      current_log_version: 0,
      initial_full_table_complete: true,
    });
    expect(recordsOf(second, STREAM)).toEqual([
      { ID: 1, Name: "eins", Twice: 2, _sdc_deleted_at: null },
      { ID: 4, Name: "four", Twice: 8, _sdc_deleted_at: null },
      { ID: 2, _sdc_deleted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/) },
    ]);
    expect(second.messages.some(({ type }) => type === "ACTIVATE_VERSION")).toBe(false);
    expect(recordsOf(third, STREAM)).toEqual([]);
    expect(loaded(first, second)).toEqual(orders.inTable());
  });

  test("S42: columns that a delete does not carry may be null in the schema", async () => {
    const result = await runTap({ config: orders.config() });

    const schema = result.messages.find(({ type }) => type === "SCHEMA")?.schema?.properties;
    expect(schema?.["Name"]).toMatchObject({ type: ["null", "string"] });
    expect(schema?.["_sdc_deleted_at"]).toMatchObject({ format: "date-time" });
  });

  test("S48: what changes while the full load runs comes behind it", async () => {
    orders.interrupt = {
      pattern: /^SELECT \[ID\], \[Name\]/,
      run: () => orders.database.commit(update(3, "drei"), insert(9, "nine"), remove(1)),
    };

    const result = await runTap({ config: orders.config() });

    expect(result.exitCode).toBe(0);
    expect(loaded(result)).toEqual(orders.inTable());
  });

  test("S54 S55: under SNAPSHOT the load shows one moment, and the next run has the rest", async () => {
    const settings = orders.config({ isolation_level: "SNAPSHOT" });
    const before = orders.inTable();
    orders.interrupt = {
      pattern: /^SELECT \[ID\], \[Name\]/,
      run: () => orders.database.commit(update(3, "trois"), insert(10, "ten")),
    };

    const first = await runTap({ config: settings });
    const second = await runTap({ config: settings, state: lastState(first) });

    expect(first.exitCode).toBe(0);
    expect(loaded(first)).toEqual(before);
    expect(loaded(first, second)).toEqual(orders.inTable());
  });

  test("S48: a full load that was stopped goes on, then sends what changed since it began", async () => {
    orders.database.commit(insert(20, "twenty"), insert(21, "twenty-one"));
    const position = orders.database.changes.version;
    orders.database.commit(update(20, "changed behind the stop"));
    const state = {
      bookmarks: {
        [STREAM]: {
          version: 17,
          current_log_version: position,
          max_pk_values: { ID: 21 },
          last_pk_fetched: { ID: 20 },
        },
      },
    };

    const result = await runTap({ config: orders.config(), state });

    expect(recordsOf(result, STREAM).map((row) => [row["ID"], row["Name"]])).toEqual([
      [21, "twenty-one"],
      [20, "changed behind the stop"],
    ]);
    expect(result.messages.findLast(({ type }) => type === "ACTIVATE_VERSION")?.version).toBe(17);
  });

  test("S47: an expired position is an error, or a new full load with a new version", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.commit(update(3, "tres"));
    orders.database.changes.cleanUp();

    const failed = await runTap({ config: orders.config(), state: lastState(first) });
    const resynced = await runTap({
      config: orders.config({ expired_position: "resync" }),
      state: lastState(first),
    });

    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("E_LOG_POSITION");
    expect(recordsOf(failed, STREAM)).toEqual([]);
    expect(resynced.exitCode).toBe(0);
    expect(resynced.stderr).toContain("position_expired");
    expect(loaded(resynced)).toEqual(orders.inTable());
    const versions = resynced.messages.filter(({ type }) => type === "ACTIVATE_VERSION");
    expect(versions.at(-1)?.version).toBeGreaterThan(
      Number(lastState(first)?.bookmarks[STREAM]?.["version"]),
    );
  });

  test("S53: Change Tracking stops after so many changes, and goes on there", async () => {
    const settings = orders.config({ log_max_rows: 2 });
    const first = await runTap({ config: settings });
    for (const id of [40, 41, 42]) orders.database.commit(insert(id, `n${id}`));
    orders.database.commit(remove(40));
    const second = await runTap({ config: settings, state: lastState(first) });
    const third = await runTap({ config: settings, state: lastState(second) });

    expect(second.stderr).toContain("log_limit_reached");
    expect(recordsOf(second, STREAM).map((row) => row["ID"])).toEqual([41, 42]);
    expect(loaded(first, second, third)).toEqual(orders.inTable());
  });

  test("S49: deletes carry the time of their commit", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.commit(remove(3));
    const committedAt = orders.database.changes.committedAt(orders.database.changes.version);
    const second = await runTap({ config: orders.config(), state: lastState(first) });

    const [row] = recordsOf(second, STREAM);
    const differenceMs =
      Date.parse(String(row?.["_sdc_deleted_at"])) - (committedAt?.getTime() ?? 0);
    expect(Math.abs(differenceMs)).toBeLessThan(10);
  });

  test("S50: a database without a new version is not asked for changes", async () => {
    const first = await runTap({ config: orders.config() });
    const before = orders.server.statements.length;
    await runTap({ config: orders.config(), state: lastState(first) });

    expect(orders.server.statements.slice(before).some((sql) => sql.includes("CHANGETABLE"))).toBe(
      false,
    );
  });

  test("S51: a column that the table lost fails the stream", async () => {
    const discovered = await runTap({ config: orders.config(), args: ["--discover"] });
    const catalog = JSON.parse(discovered.stdout.replaceAll('"Name"', '"Renamed"'));

    const result = await runTap({ config: orders.config(), catalog });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("E_COLUMN");
  });

  test("S40: a table without Change Tracking is an error that says how to turn it on", async () => {
    const text = (await runTap({ config: orders.server.config(), args: ["--discover"] })).stdout;
    const catalog = JSON.parse(text);
    for (const stream of catalog.streams) stream.replication_method = "LOG_BASED";

    const result = await runTap({ config: orders.server.config(), catalog });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("E_LOG_BASED");
    expect(result.stderr).toContain("ENABLE CHANGE_TRACKING");
  });
});
