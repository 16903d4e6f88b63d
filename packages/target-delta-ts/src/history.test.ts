import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  activateVersion,
  createWorkspace,
  record,
  schema,
  state,
  type Workspace,
} from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const text = { type: ["null", "string"] };
const time = { type: ["null", "string"], format: "date-time" };
const columns = { id: { type: "integer" }, name: text, at: time, _sdc_deleted_at: time };
const people = schema("people", columns, { keys: ["id"] });
const config = { load_method: "history", valid_from_column: "at" };
const second = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
const ms = (seconds: number) => Date.UTC(2026, 0, 1, 0, 0, seconds);
const change = (id: number, name: string, at: number) =>
  record("people", { id, name, at: second(at) });
const deletion = (id: number, at: number) =>
  record("people", { id, name: null, at: null, _sdc_deleted_at: second(at) });

/** Every version as one line: key, name, start and end in seconds. */
async function versions(): Promise<readonly string[]> {
  const rows = (await workspace.rows("people")) as Record<string, number | string | boolean>[];
  const seconds = (value: unknown) =>
    value === null ? "now" : Math.round((Number(value) - ms(0)) * 1000) / 1e6;
  return rows
    .map((row) => {
      const to = row["_sdc_valid_to"] ?? null;
      expect(row["_sdc_is_current"]).toBe(to === null);
      return `${row["id"]} ${row["name"]} ${seconds(row["_sdc_valid_from"])}–${seconds(to)}`;
    })
    .toSorted();
}

test("T16: history keeps every version of a key, several changes of one batch in order, in one commit", async () => {
  const run = await workspace.load(
    [people, change(1, "Ann", 1), change(2, "Bob", 1), change(1, "Anna", 2), change(1, "Anne", 3)],
    { config },
  );

  expect(run.code).toBe(0);
  expect((await workspace.table("people")).version).toBe(0);
  expect(await versions()).toEqual(["1 Ann 1–2", "1 Anna 2–3", "1 Anne 3–now", "2 Bob 1–now"]);
  const { fields } = (await workspace.table("people")).schema;
  expect(fields.map(({ name }) => name)).not.toContain("_sdc_deleted_at");
});

test("T16: a change in a later run ends the version before it, an equal row adds none, a deletion ends the last one", async () => {
  const same = { valid_from_column: "at", load_method: "history" };
  await workspace.load([people, change(1, "Ann", 1), change(2, "Bob", 1)], { config: same });

  const run = await workspace.load(
    [people, change(1, "Ann", 1), change(2, "Rob", 5), deletion(1, 6), deletion(9, 6)],
    { config: same },
  );
  await workspace.load([people, change(1, "Ann", 9)], { config: same });

  expect(run.code).toBe(0);
  expect(await versions()).toEqual(["1 Ann 1–6", "1 Ann 9–now", "2 Bob 1–5", "2 Rob 5–now"]);
});

test("T16: rows that come again after a lost STATE add no version", async () => {
  const script = [
    people,
    change(1, "Ann", 1),
    change(1, "Anna", 2),
    state({ bookmarks: { people: { at: 2 } } }),
    change(1, "Ann", 3),
    deletion(1, 4),
    change(2, "Bob", 5),
    state({ bookmarks: { people: { at: 5 } } }),
  ];
  await workspace.load(script, { config: { ...config, batch_size_rows: 2 } });
  const before = await versions();

  const again = await workspace.load(
    [...script, change(2, "Rob", 6), state({ bookmarks: { people: { at: 6 } } })],
    { config: { ...config, batch_size_rows: 3 } },
  );

  expect(again.code).toBe(0);
  expect(before).toEqual(["1 Ann 1–2", "1 Ann 3–4", "1 Anna 2–3", "2 Bob 5–now"]);
  expect(await versions()).toEqual([
    "1 Ann 1–2",
    "1 Ann 3–4",
    "1 Anna 2–3",
    "2 Bob 5–6",
    "2 Rob 6–now",
  ]);
});

test("T16: a key that goes back to an earlier content has a new version, run by run", async () => {
  const plain = schema("people", { id: { type: "integer" }, name: text }, { keys: ["id"] });
  const one = (name: string) => [
    plain,
    record("people", { id: 1, name }),
    state({ bookmarks: { people: { name } } }),
  ];

  for (const name of ["a", "b", "a", "a", "b"])
    await workspace.load(one(name), { config: { load_method: "history" } });

  const rows = (await workspace.rows("people")) as Record<string, number>[];
  const inOrder = rows.toSorted(
    (a, b) => (a["_sdc_valid_from"] ?? 0) - (b["_sdc_valid_from"] ?? 0),
  );
  expect(inOrder.map(({ name }) => name)).toEqual(["a", "b", "a", "b"]);
});

test("T16, T18: a full load ends the versions of rows that it does not have, in one commit", async () => {
  const plain = schema("people", { id: { type: "integer" }, name: text }, { keys: ["id"] });
  const row = (id: number, name: string, version: number) =>
    record("people", { id, name }, version);
  const history = { config: { load_method: "history" } };
  await workspace.load(
    [plain, row(1, "Ann", 1), row(2, "Bob", 1), row(3, "Cy", 1), activateVersion("people", 1)],
    history,
  );
  const before = (await workspace.table("people")).version;

  const load = [
    plain,
    row(1, "Ann", 2),
    row(3, "Sy", 2),
    row(4, "Di", 2),
    activateVersion("people", 2),
  ];
  const run = await workspace.load(load, history);
  const { version } = await workspace.table("people");
  await workspace.load(load, history);

  expect(run.code).toBe(0);
  expect(version).toBe(before + 1);
  const rows = (await workspace.rows("people")) as Record<string, string>[];
  expect(
    rows.map((each) => `${each["id"]} ${each["name"]} ${each["_sdc_is_current"]}`).toSorted(),
  ).toEqual(["1 Ann true", "2 Bob false", "3 Cy false", "3 Sy true", "4 Di true"]);
});

test("T16: periods of one key never overlap and are never empty, also when times stand still or go back", async () => {
  await workspace.load(
    [
      people,
      change(1, "a", 5),
      change(1, "b", 5),
      change(1, "c", 1),
      deletion(1, 2),
      change(1, "d", 3),
    ],
    { config },
  );

  expect(await versions()).toEqual([
    "1 a 5–5.000001",
    "1 b 5.000001–5.000002",
    "1 c 5.000002–5.000003",
    "1 d 5.000003–now",
  ]);
});

test("T16: a history needs keys, a time column that is one, and a Delta table", async () => {
  const keyless = await workspace.load([schema("people", columns), change(1, "a", 1)], { config });
  const notTime = await workspace.load([people, change(1, "a", 1)], {
    config: { ...config, valid_from_column: "name" },
  });
  const files = await workspace.load([people, change(1, "a", 1)], {
    config: { ...config, format: "parquet" },
  });

  expect(keyless.stderr).toContain(
    "stream people: load method history needs key properties, and its SCHEMA has none (E_KEY)",
  );
  expect(notTime.stderr).toContain("`valid_from_column` is name, which is no date or date-time");
  expect(files.stderr).toContain("load method history needs a Delta table");
});

test("T16: a new column is null in the versions before it, and --verify compares the current rows", async () => {
  await workspace.load([people, change(1, "Ann", 1), change(2, "Bob", 1)], { config });
  const wider = schema("people", { ...columns, city: text }, { keys: ["id"] });
  const row = record("people", { id: 1, name: "Ann", at: second(1), city: "Rome" });
  const load = [wider, row, change(2, "Bob", 1)];
  await workspace.load(load, { config });

  const verified = await workspace.load(load, { config, args: ["--verify"] });

  expect(verified.code).toBe(0);
  expect(await workspace.rows("people")).toHaveLength(3);
});

test("T16: rows that a table had before its history hold since a time that nobody knows, and other methods leave a history alone", async () => {
  const plain = schema("people", { id: { type: "integer" }, name: text }, { keys: ["id"] });
  const one = (name: string) => [plain, record("people", { id: 1, name })];
  await workspace.load(one("Ann"), { config: { load_method: "upsert" } });

  const run = await workspace.load(one("Anna"), { config: { load_method: "history" } });
  const rows = await workspace.rows("people");
  const refused = [];
  for (const load_method of ["upsert", "insert-only", "append"])
    refused.push(await workspace.load(one("Anne"), { config: { load_method } }));

  expect(run.code).toBe(0);
  expect(rows).toEqual([
    expect.objectContaining({ name: "Ann", _sdc_valid_from: null, _sdc_is_current: false }),
    expect.objectContaining({ name: "Anna", _sdc_valid_to: null, _sdc_is_current: true }),
  ]);
  for (const { code, stderr } of refused) {
    expect(code).toBe(2);
    expect(stderr).toContain(
      "error: stream people: its table keeps a history, in which load method",
    );
  }
  expect(await workspace.rows("people")).toEqual(rows);
});
