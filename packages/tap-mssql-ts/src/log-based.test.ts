import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ChangingDatabase } from "adventureworks/sqlserver";
import { type ChangingServer, startChangingServer } from "./testing/changing-server.ts";
import { lastState, recordsOf, runTap, type TapResult } from "./testing/run-tap.ts";

const STREAM = "dbo-Orders";
let database: ChangingDatabase;
let server: ChangingServer;
/** What happens before the next statement that matches. */
let interrupt: { readonly pattern: RegExp; readonly run: () => void } | undefined;

function newDatabase(): ChangingDatabase {
  return new ChangingDatabase({
    name: "Shop",
    isSnapshotAllowed: true,
    tables: [
      {
        name: "dbo.Orders",
        columns: { ID: "int not null", Name: "nvarchar(20) not null", Twice: "int computed" },
        primaryKey: ["ID"],
        changeTracking: true,
        rows: [
          { ID: 1, Name: "one", Twice: 2 },
          { ID: 2, Name: "two", Twice: 4 },
          { ID: 3, Name: "three", Twice: 6 },
        ],
      },
      { name: "dbo.Plain", columns: { ID: "int not null" }, primaryKey: ["ID"] },
    ],
  });
}

beforeEach(() => {
  interrupt = undefined;
});

async function start(): Promise<void> {
  database = newDatabase();
  server = await startChangingServer(database, (sql) => {
    if (interrupt?.pattern.test(sql) !== true) return;
    const { run } = interrupt;
    interrupt = undefined;
    run();
  });
}

function config(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return server.config({
    default_replication_method: "LOG_BASED",
    filter_tables: ["dbo.Orders"],
    ...more,
  });
}

/** The rows that a target which upserts by ID, and drops deleted rows, has after these runs. */
function loaded(...results: readonly TapResult[]): Record<string, unknown> {
  const rows = new Map<unknown, unknown>();
  for (const result of results)
    for (const row of recordsOf(result, STREAM)) {
      if (typeof row["_sdc_deleted_at"] === "string") rows.delete(row["ID"]);
      else rows.set(row["ID"], row["Name"]);
    }
  return Object.fromEntries(rows);
}

function inTable(): Record<string, unknown> {
  const [ids = [], names = []] = database.table("dbo", "Orders").columns;
  return Object.fromEntries(ids.map((id, row) => [id, names[row]]));
}

const update = (id: number, name: string) =>
  ({ update: "dbo.Orders", key: [id], set: { Name: name } }) as const;
const insert = (id: number, name: string) =>
  ({ insert: "dbo.Orders", row: { ID: id, Name: name, Twice: id * 2 } }) as const;
const remove = (id: number) => ({ delete: "dbo.Orders", key: [id] }) as const;

describe("Change Tracking", () => {
  beforeAll(start);
  afterAll(async () => {
    await server.close();
  });

  test("S40 S42: a full load, then each changed row once, and deletes with their time", async () => {
    const first = await runTap({ config: config() });
    database.commit(update(1, "uno"));
    database.commit(update(1, "eins"), insert(4, "four"));
    database.commit(remove(2));
    const second = await runTap({ config: config(), state: lastState(first) });
    const third = await runTap({ config: config(), state: lastState(second) });

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
    expect(loaded(first, second)).toEqual(inTable());
  });

  test("S42: columns that a delete does not carry may be null in the schema", async () => {
    const result = await runTap({ config: config() });

    const schema = result.messages.find(({ type }) => type === "SCHEMA")?.schema?.properties;
    expect(schema?.["Name"]).toMatchObject({ type: ["null", "string"] });
    expect(schema?.["_sdc_deleted_at"]).toMatchObject({ format: "date-time" });
  });

  test("S48: what changes while the full load runs comes behind it", async () => {
    interrupt = {
      pattern: /^SELECT \[ID\], \[Name\]/,
      run: () => database.commit(update(3, "drei"), insert(9, "nine"), remove(1)),
    };

    const result = await runTap({ config: config() });

    expect(result.exitCode).toBe(0);
    expect(loaded(result)).toEqual(inTable());
  });

  test("S54 S55: under SNAPSHOT the load shows one moment, and the next run has the rest", async () => {
    const settings = config({ isolation_level: "SNAPSHOT" });
    const before = inTable();
    interrupt = {
      pattern: /^SELECT \[ID\], \[Name\]/,
      run: () => database.commit(update(3, "trois"), insert(10, "ten")),
    };

    const first = await runTap({ config: settings });
    const second = await runTap({ config: settings, state: lastState(first) });

    expect(first.exitCode).toBe(0);
    expect(loaded(first)).toEqual(before);
    expect(loaded(first, second)).toEqual(inTable());
  });

  test("S48: a full load that was stopped goes on, then sends what changed since it began", async () => {
    database.commit(insert(20, "twenty"), insert(21, "twenty-one"));
    const position = database.changes.version;
    database.commit(update(20, "changed behind the stop"));
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

    const result = await runTap({ config: config(), state });

    expect(recordsOf(result, STREAM).map((row) => [row["ID"], row["Name"]])).toEqual([
      [21, "twenty-one"],
      [20, "changed behind the stop"],
    ]);
    expect(result.messages.findLast(({ type }) => type === "ACTIVATE_VERSION")?.version).toBe(17);
  });

  test("S47: an expired position is an error, or a new full load with a new version", async () => {
    const first = await runTap({ config: config() });
    database.commit(update(3, "tres"));
    database.changes.cleanUp();

    const failed = await runTap({ config: config(), state: lastState(first) });
    const resynced = await runTap({
      config: config({ expired_position: "resync" }),
      state: lastState(first),
    });

    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("E_LOG_POSITION");
    expect(recordsOf(failed, STREAM)).toEqual([]);
    expect(resynced.exitCode).toBe(0);
    expect(resynced.stderr).toContain("position_expired");
    expect(loaded(resynced)).toEqual(inTable());
    const versions = resynced.messages.filter(({ type }) => type === "ACTIVATE_VERSION");
    expect(versions.at(-1)?.version).toBeGreaterThan(
      Number(lastState(first)?.bookmarks[STREAM]?.["version"]),
    );
  });

  test("S49: deletes carry the time of their commit", async () => {
    const first = await runTap({ config: config() });
    database.commit(remove(3));
    const committedAt = database.changes.committedAt(database.changes.version);
    const second = await runTap({ config: config(), state: lastState(first) });

    const [row] = recordsOf(second, STREAM);
    const differenceMs =
      Date.parse(String(row?.["_sdc_deleted_at"])) - (committedAt?.getTime() ?? 0);
    expect(Math.abs(differenceMs)).toBeLessThan(10);
  });

  test("S50: a database without a new version is not asked for changes", async () => {
    const first = await runTap({ config: config() });
    const before = server.statements.length;
    await runTap({ config: config(), state: lastState(first) });

    expect(server.statements.slice(before).some((sql) => sql.includes("CHANGETABLE"))).toBe(false);
  });

  test("S51: a column that the table lost fails the stream", async () => {
    const discovered = await runTap({ config: config(), args: ["--discover"] });
    const catalog = JSON.parse(discovered.stdout.replaceAll('"Name"', '"Renamed"'));

    const result = await runTap({ config: config(), catalog });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("E_COLUMN");
  });

  test("S40: a table without Change Tracking is an error that says how to turn it on", async () => {
    const text = (await runTap({ config: server.config(), args: ["--discover"] })).stdout;
    const catalog = JSON.parse(text);
    for (const stream of catalog.streams) stream.replication_method = "LOG_BASED";

    const result = await runTap({ config: server.config(), catalog });

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("E_LOG_BASED");
    expect(result.stderr).toContain("ENABLE CHANGE_TRACKING");
  });
});

describe("CDC", () => {
  const captured = { name: "dbo_Orders", table: "dbo.Orders", columns: ["ID", "Name"] };

  beforeAll(async () => {
    await start();
    database.changes.enableCapture(captured);
    database.commit(insert(100, "first captured"));
  });
  afterAll(async () => {
    await server.close();
  });

  test("S41 S43: every change in the order of commits, with operation, time and LSN", async () => {
    const settings = config({ log_columns: true });
    const first = await runTap({ config: settings });
    database.commit(insert(5, "five"), update(5, "fünf"));
    database.commit(remove(5), update(1, "uno"));
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
    const lsns = rows.map((row) =>
      JSON.stringify([row["_sdc_lsn_value"], row["_sdc_lsn_seq_value"]]),
    );
    expect(lsns).toEqual(lsns.toSorted());
    expect(recordsOf(third, STREAM)).toEqual([]);
    expect(loaded(first, second)).toEqual(inTable());
  });

  test("S15: computed columns, which CDC does not capture, are left out", async () => {
    const result = await runTap({ config: config() });

    const schema = result.messages.find(({ type }) => type === "SCHEMA")?.schema?.properties;
    expect(Object.keys(schema ?? {})).toEqual(["ID", "Name", "_sdc_deleted_at"]);
  });

  test("log_based: change_tracking wins over a capture instance when it is asked for", async () => {
    const result = await runTap({ config: config({ log_based: "change_tracking" }) });

    expect(lastState(result)?.bookmarks[STREAM]).toHaveProperty("current_log_version");
  });

  test("S48: what changes while the full load runs comes behind it", async () => {
    interrupt = {
      pattern: /^SELECT \[ID\], \[Name\] FROM \[dbo\]/,
      run: () => database.commit(update(3, "drei"), insert(9, "nine"), remove(100)),
    };

    const result = await runTap({ config: config() });

    expect(loaded(result)).toEqual(inTable());
  });

  test("S46: a second capture instance takes over where it begins", async () => {
    const first = await runTap({ config: config() });
    database.commit(update(1, "old instance"));
    database.changes.enableCapture({ ...captured, name: "dbo_Orders_2" });
    database.commit(update(2, "new instance"));
    const before = server.statements.length;
    const second = await runTap({ config: config(), state: lastState(first) });

    const asked = server.statements
      .slice(before)
      .flatMap((sql) => /fn_cdc_get_all_changes_(\w+)/.exec(sql)?.[1] ?? []);
    expect(asked).toEqual(["dbo_Orders", "dbo_Orders_2"]);
    expect(recordsOf(second, STREAM).map((row) => row["Name"])).toEqual([
      "old instance",
      "new instance",
    ]);
  });

  test("S51: a selected column that is not captured fails the stream", async () => {
    const first = await runTap({ config: config() });
    database.changes.enableCapture({ ...captured, name: "narrow", columns: ["ID"] });
    database.commit(update(1, "unseen"));
    const second = await runTap({ config: config(), state: lastState(first) });
    database.changes.enableCapture({ ...captured, name: "wide" });
    database.commit(update(1, "seen"));

    expect(second.exitCode).toBe(1);
    expect(second.stderr).toContain("E_SCHEMA_DRIFT");
    expect(second.stderr).toContain("capture instance narrow does not have Name");
  });

  test("S47: changes that cleanup removed are an error, or a new full load", async () => {
    const first = await runTap({ config: config() });
    database.commit(update(1, "lost"));
    database.changes.cleanUp();
    database.commit(update(2, "kept"));

    const failed = await runTap({ config: config(), state: lastState(first) });
    const resynced = await runTap({
      config: config({ expired_position: "resync" }),
      state: lastState(first),
    });

    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toContain("E_LOG_POSITION");
    expect(loaded(resynced)).toEqual(inTable());
  });
});
