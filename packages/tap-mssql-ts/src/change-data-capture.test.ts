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
import { lastState, recordsOf, runTap, type TapResult } from "./testing/run-tap.ts";

let orders: LoggedOrders;

describe("CDC", () => {
  const captured = { name: "dbo_Orders", table: "dbo.Orders", columns: ["ID", "Name"] };

  beforeAll(async () => {
    orders = await startLoggedOrders();
    orders.database.changes.enableCapture(captured);
    orders.database.commit(insert(100, "first captured"));
  });
  afterAll(async () => {
    await orders.server.close();
  });

  test("S41 S43: every change in the order of commits, with operation, time and LSN", async () => {
    const settings = orders.config({ log_columns: true });
    const first = await runTap({ config: settings });
    orders.database.commit(insert(5, "five"), update(5, "fünf"));
    orders.database.commit(remove(5), update(1, "uno"));
    const second = await runTap({ config: settings, state: lastState(first) });
    const third = await runTap({ config: settings, state: lastState(second) });

    const rows = recordsOf(second, STREAM);
    expect(first.exitCode).toBe(0);
    expect(lastState(first)?.bookmarks[STREAM]?.["lsn"]).toMatch(/^0x[\dA-F]{20}$/);
    expect(rows.map((row) => [row["ID"], row["Name"], row["_sdc_operation_type"]])).toEqual([
      [5, "five", "I"],
      [5, "fünf", "U"],
      [5, "fünf", "D"],
      [1, "uno", "U"],
    ]);
    expect(rows.map((row) => typeof row["_sdc_deleted_at"])).toEqual([
      "object",
      "object",
      "string",
      "object",
    ]);
    const lsns = rows.map((row) => String(row["_sdc_lsn_value"]));
    expect(lsns).toEqual(lsns.toSorted());
    expect(recordsOf(third, STREAM)).toEqual([]);
    expect(loaded(first, second)).toEqual(orders.inTable());
  });

  test("S44: the changes of one transaction come in its own order, not in that of the log", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.commit(
      { ...update(1, "older"), sequence: 2 },
      { ...update(1, "newer"), sequence: 1 },
      { ...update(1, "newest"), sequence: 0 },
    );
    const second = await runTap({ config: orders.config(), state: lastState(first) });

    expect(recordsOf(second, STREAM).map((row) => row["Name"])).toEqual([
      "older",
      "newer",
      "newest",
    ]);
    expect(loaded(first, second)).toEqual(orders.inTable());
  });

  test("S44: a login without the change table reads through the functions, and is told so", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.commit(update(1, "by function"));
    orders.onStatement = (sql) =>
      sql.includes("_CT]") ? { type: "error", number: 229 } : undefined;
    const second = await runTap({ config: orders.config(), state: lastState(first) });
    orders.onStatement = () => undefined;

    expect(second.exitCode).toBe(0);
    expect(second.stderr).toContain("change_table_hidden");
    expect(recordsOf(second, STREAM).map((row) => row["Name"])).toEqual(["by function"]);
  });

  test("S45: net changes send each row once, with its last change", async () => {
    const settings = orders.config({ net_changes: true, log_columns: true });
    const first = await runTap({ config: settings });
    orders.database.commit(insert(30, "thirty"), update(1, "one"));
    orders.database.commit(update(30, "dreißig"), update(1, "eins"), insert(31, "gone"));
    orders.database.commit(remove(31));
    const second = await runTap({ config: settings, state: lastState(first) });

    const rows = recordsOf(second, STREAM);
    expect(rows.map((row) => [row["ID"], row["Name"], row["_sdc_operation_type"]])).toEqual([
      [30, "dreißig", "I"],
      [1, "eins", "U"],
    ]);
    expect(loaded(first, second)).toEqual(orders.inTable());
  });

  test("S52: with log_columns every version of a row comes with its commit time, so that its history can be kept", async () => {
    const settings = orders.config({ log_columns: true });
    const first = await runTap({ config: settings });
    orders.database.commit(update(1, "a"));
    orders.database.commit(update(1, "b"));
    orders.database.commit(update(1, "c"));
    const second = await runTap({ config: settings, state: lastState(first) });

    const rows = recordsOf(second, STREAM);
    expect(rows.map((row) => row["Name"])).toEqual(["a", "b", "c"]);
    for (const row of rows)
      expect(String(row["_sdc_lsn_commit_timestamp"])).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test("S53: a run stops after so many changes at the end of a transaction, the next goes on there", async () => {
    const settings = orders.config({ log_max_rows: 3 });
    const first = await runTap({ config: settings });
    orders.database.commit(update(1, "a"), update(2, "b"));
    orders.database.commit(update(1, "c"), update(2, "d"));
    orders.database.commit(update(1, "e"));
    const second = await runTap({ config: settings, state: lastState(first) });
    const third = await runTap({ config: settings, state: lastState(second) });

    const names = (result: TapResult) => recordsOf(result, STREAM).map((row) => row["Name"]);
    expect(names(second)).toEqual(["a", "b", "c", "d"]);
    expect(second.stderr).toContain("log_limit_reached");
    expect(names(third)).toEqual(["e"]);
    expect(loaded(first, second, third)).toEqual(orders.inTable());
  });

  test("a STATE follows every part of a long batch of changes, at the end of a transaction", async () => {
    const first = await runTap({ config: orders.config() });
    for (let round = 0; round < 5; round++)
      orders.database.commit(update(1, `a${round}`), update(2, `b${round}`));
    const second = await runTap({
      config: orders.config({ state_interval_rows: 3 }),
      state: lastState(first),
    });

    const positions = second.messages.flatMap(({ type, value }) =>
      type === "STATE" ? [value?.bookmarks[STREAM]?.["lsn"]] : [],
    );
    expect(recordsOf(second, STREAM)).toHaveLength(10);
    expect(new Set(positions).size).toBeGreaterThanOrEqual(4);
  });

  test("S15: computed columns, which CDC does not capture, are left out", async () => {
    const result = await runTap({ config: orders.config() });

    const schema = result.messages.find(({ type }) => type === "SCHEMA")?.schema?.properties;
    expect(Object.keys(schema ?? {})).toEqual(["ID", "Name", "_sdc_deleted_at"]);
  });

  test("log_based: change_tracking wins over a capture instance when it is asked for", async () => {
    const result = await runTap({ config: orders.config({ log_based: "change_tracking" }) });

    expect(lastState(result)?.bookmarks[STREAM]).toHaveProperty("current_log_version");
  });

  test("S48: what changes while the full load runs comes behind it", async () => {
    orders.interrupt = {
      pattern: /^SELECT \[ID\], \[Name\] FROM \[dbo\]/,
      run: () => orders.database.commit(update(3, "drei"), insert(9, "nine"), remove(100)),
    };

    const result = await runTap({ config: orders.config() });

    expect(loaded(result)).toEqual(orders.inTable());
  });

  test("S46: a second capture instance takes over where it begins", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.commit(update(1, "old instance"));
    orders.database.changes.enableCapture({ ...captured, name: "dbo_Orders_2" });
    orders.database.commit(update(2, "new instance"));
    const before = orders.server.statements.length;
    const second = await runTap({ config: orders.config(), state: lastState(first) });

    const asked = orders.server.statements
      .slice(before)
      .flatMap((sql) => /\[(\w+)_CT\]/.exec(sql)?.[1] ?? []);
    expect([...new Set(asked)]).toEqual(["dbo_Orders", "dbo_Orders_2"]);
    expect(recordsOf(second, STREAM).map((row) => row["Name"])).toEqual([
      "old instance",
      "new instance",
    ]);
  });

  test("S51: a selected column that is not captured fails the stream", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.changes.enableCapture({ ...captured, name: "narrow", columns: ["ID"] });
    orders.database.commit(update(1, "unseen"));
    const second = await runTap({ config: orders.config(), state: lastState(first) });
    orders.database.changes.enableCapture({ ...captured, name: "wide" });
    orders.database.commit(update(1, "seen"));

    expect(second.exitCode).toBe(1);
    expect(second.stderr).toContain("E_SCHEMA_DRIFT");
    expect(second.stderr).toContain("capture instance narrow does not have Name");
  });

  test("S47: changes that cleanup removed are an error, or a new full load", async () => {
    const first = await runTap({ config: orders.config() });
    orders.database.commit(update(1, "lost"));
    orders.database.changes.cleanUp();
    orders.database.commit(update(2, "kept"));

    const failed = await runTap({ config: orders.config(), state: lastState(first) });
    const resynced = await runTap({
      config: orders.config({ expired_position: "resync" }),
      state: lastState(first),
    });

    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("E_LOG_POSITION");
    expect(loaded(resynced)).toEqual(orders.inTable());
  });
});
