import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  activateVersion,
  collect,
  createWorkspace,
  record,
  schema,
  state,
  type Workspace,
} from "./target-process.test.support.ts";

const integer = { type: "integer" };
const text = { type: ["null", "string"] };

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

describe("append", () => {
  test("T12: a stream without keys is appended, run after run", async () => {
    const messages = [
      schema("events", { id: integer, note: text }),
      record("events", { id: 1, note: "a" }),
      record("events", { id: 2, note: null }),
    ];

    const first = await workspace.load([...messages, state({})]);
    await workspace.load(messages);

    expect(first).toMatchObject({ code: 0, stdout: ["{}"] });
    expect(await workspace.rows("events")).toEqual([
      { id: 1, note: "a" },
      { id: 1, note: "a" },
      { id: 2, note: null },
      { id: 2, note: null },
    ]);
  });

  test("a commit names its rows, and the transaction that added them", async () => {
    await workspace.load([
      schema("events", { id: integer, note: text }),
      record("events", { id: 1, note: "a" }),
    ]);

    const [commit] = await (await workspace.table("events")).history(1);
    expect(commit).toMatchObject({
      operation: "WRITE",
      operationParameters: { mode: "Append" },
      singer: {
        appId: expect.stringMatching(/^target-delta\/[0-9a-f]{16}$/),
        links: [
          {
            n: 1,
            h: expect.stringMatching(/^[0-9a-f]{32}$/),
            f: expect.stringMatching(/^[0-9a-f]{32}$/),
            tail: [expect.stringMatching(/^[0-9a-f]{32}$/)],
            end: true,
          },
        ],
      },
    });
  });

  test("T41: rows that come again after a lost STATE are not added again", async () => {
    const events = [1, 2, 3].map((id) => record("events", { id }));
    const head = schema("events", { id: integer }, { bookmarks: ["id"] });
    await workspace.load([head, ...events, state({ bookmarks: { events: { id: 3 } } })]);

    const again = await workspace.load([
      head,
      ...events,
      record("events", { id: 4 }),
      state({ bookmarks: { events: { id: 4 } } }),
    ]);

    expect(again.stdout).toEqual(['{"bookmarks":{"events":{"id":4}}}']);
    expect(await workspace.rows("events")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
  });
});

describe("upsert", () => {
  const head = schema("orders", { id: integer, note: text }, { keys: ["id"] });

  test("T13, T19: the last record of a key wins, inside a batch and across runs", async () => {
    await workspace.load([
      head,
      record("orders", { id: 1, note: "a" }),
      record("orders", { id: 2, note: "b" }),
      record("orders", { id: 1, note: "c" }),
    ]);
    expect(await workspace.rows("orders")).toEqual([
      { id: 1, note: "c" },
      { id: 2, note: "b" },
    ]);

    await workspace.load([
      head,
      record("orders", { id: 2, note: "d" }),
      record("orders", { id: 3, note: null }),
    ]);
    expect(await workspace.rows("orders")).toEqual([
      { id: 1, note: "c" },
      { id: 2, note: "d" },
      { id: 3, note: null },
    ]);
  });

  test("T20: order is kept across a schema change", async () => {
    const wider = schema("orders", { id: integer, note: text, extra: text }, { keys: ["id"] });
    await workspace.load(
      [
        head,
        record("orders", { id: 1, note: "OLD" }),
        wider,
        record("orders", { id: 1, note: "NEW", extra: "x" }),
        record("orders", { id: 2, note: "y" }),
      ],
      { config: { batch_size_rows: 2 } },
    );

    expect(await workspace.rows("orders")).toEqual([
      { id: 1, note: "NEW", extra: "x" },
      { id: 2, note: "y", extra: null },
    ]);
  });

  test("T21: a change of keys applies from there on", async () => {
    const otherKeys = schema("orders", { id: integer, note: text }, { keys: ["id", "note"] });
    await workspace.load([
      head,
      record("orders", { id: 1, note: "a" }),
      record("orders", { id: 1, note: "b" }),
      otherKeys,
      record("orders", { id: 1, note: "c" }),
    ]);

    expect(await workspace.rows("orders")).toEqual([
      { id: 1, note: "b" },
      { id: 1, note: "c" },
    ]);
  });

  test("T15: insert-only keeps the row that is there", async () => {
    const config = { load_method: "insert-only" };
    await workspace.load(
      [head, record("orders", { id: 1, note: "a" }), record("orders", { id: 1, note: "b" })],
      { config },
    );
    await workspace.load(
      [head, record("orders", { id: 1, note: "c" }), record("orders", { id: 2, note: "d" })],
      { config },
    );

    expect(await workspace.rows("orders")).toEqual([
      { id: 1, note: "a" },
      { id: 2, note: "d" },
    ]);
  });

  test("T17: with hard_delete a record with _sdc_deleted_at leaves the table, else it stays marked", async () => {
    const deleting = schema(
      "orders",
      { id: integer, _sdc_deleted_at: { type: ["null", "string"], format: "date-time" } },
      { keys: ["id"] },
    );
    const rows = [
      record("orders", { id: 1, _sdc_deleted_at: null }),
      record("orders", { id: 2, _sdc_deleted_at: null }),
    ];
    const deletion = record("orders", { id: 1, _sdc_deleted_at: "2026-01-02T03:04:05Z" });

    await workspace.load([deleting, ...rows, deletion], { config: { table_path: "soft" } });
    await workspace.load([deleting, ...rows, deletion], {
      config: { table_path: "hard", hard_delete: true },
    });

    expect(await workspace.rows("soft")).toEqual([
      { id: 1, _sdc_deleted_at: Date.UTC(2026, 0, 2, 3, 4, 5) },
      { id: 2, _sdc_deleted_at: null },
    ]);
    expect(await workspace.rows("hard")).toEqual([{ id: 2, _sdc_deleted_at: null }]);
  });
});

describe("overwrite", () => {
  const head = schema("orders", { id: integer }, { keys: ["id"] });
  const load = (version: number, ids: readonly number[]): unknown[] => [
    head,
    ...ids.map((id) => record("orders", { id }, version)),
    activateVersion("orders", version),
  ];

  test("T14, T18: the rows of a version replace the table in one commit when it is activated", async () => {
    await workspace.load(load(1, [1, 2]));
    const { version } = await workspace.table("orders");
    await workspace.load(load(2, [3]));

    expect(await workspace.rows("orders")).toEqual([{ id: 3 }]);
    expect((await workspace.table("orders")).version).toBe(version + 1);
  });

  test("rows of a version that is not active wait in the staging folder, and the next run goes on with it", async () => {
    await workspace.load(load(1, [1]));
    const interrupted = await workspace.load([
      head,
      record("orders", { id: 2 }, 2),
      state({ bookmarks: { orders: { version: 2, last: 2 } } }),
    ]);
    expect(interrupted.stdout).toEqual(['{"bookmarks":{"orders":{"version":2,"last":2}}}']);
    expect(await workspace.rows("orders")).toEqual([{ id: 1 }]);

    await workspace.load(load(2, [2, 3]));
    expect(await workspace.rows("orders")).toEqual([{ id: 2 }, { id: 3 }]);
    expect(await readdir(join(workspace.folder, "orders"))).not.toContain("_staging.tmp");
  });

  test("activating what is live, or nothing, changes nothing", async () => {
    await workspace.load([head, activateVersion("orders", 1)]);
    expect(await workspace.rows("orders")).toEqual([]);

    await workspace.load(load(1, [1]));
    const { version } = await workspace.table("orders");
    await workspace.load([head, activateVersion("orders", 1)]);
    expect((await workspace.table("orders")).version).toBe(version);
  });

  test("a version without rows empties the table at the end", async () => {
    await workspace.load(load(1, [1]));
    await workspace.load([head, activateVersion("orders", 2)]);

    expect(await workspace.rows("orders")).toEqual([]);
  });

  test("a first activation before the rows does not empty the table", async () => {
    await workspace.load(load(1, [1]));
    await workspace.load([
      head,
      activateVersion("orders", 2),
      record("orders", { id: 5 }, 2),
      activateVersion("orders", 2),
    ]);

    expect(await workspace.rows("orders")).toEqual([{ id: 5 }]);
  });

  test("records of the live version are upserted", async () => {
    await workspace.load(load(1, [1, 2]));
    await workspace.load([
      head,
      activateVersion("orders", 1),
      record("orders", { id: 2 }, 1),
      record("orders", { id: 3 }, 1),
    ]);

    expect(await workspace.rows("orders")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  test("without versions load_method overwrite replaces the table at the end, with other columns too", async () => {
    const config = { load_method: "overwrite" };
    await workspace.load([schema("plain", { id: integer }), record("plain", { id: 1 })], {
      config,
    });
    await workspace.load([schema("plain", { id: text }), record("plain", { id: "x" })], { config });
    expect(await workspace.rows("plain")).toEqual([{ id: "x" }]);

    expect(await workspace.load([schema("plain", { id: text })], { config })).toMatchObject({
      code: 0,
    });
    expect(await workspace.rows("plain")).toEqual([]);
  });
});

describe("tables", () => {
  test("T14, T19: of a key that comes twice in one full load the last record is kept", async () => {
    const config = { load_method: "overwrite", batch_size_rows: 2 };

    const { code } = await workspace.load(
      [
        schema("s", { id: integer, note: text }, { keys: ["id"] }),
        ...[1, 2, 3, 4].map((id) => record("s", { id, note: "old" })),
        record("s", { id: 2, note: "new" }),
        record("s", { id: 5, note: "old" }),
        record("s", { id: 5, note: "new" }),
      ],
      { config },
    );

    expect(code).toBe(0);
    expect(await workspace.rows("s")).toEqual([
      { id: 1, note: "old" },
      { id: 2, note: "new" },
      { id: 3, note: "old" },
      { id: 4, note: "old" },
      { id: 5, note: "new" },
    ]);
  });

  test("T21: a change of keys inside a full load keeps its rows and prints its STATE", async () => {
    const { stdout } = await workspace.load(
      [
        schema("s", { id: integer, part: integer }, { keys: ["id"] }),
        record("s", { id: 1, part: 1 }),
        schema("s", { id: integer, part: integer }, { keys: ["id", "part"] }),
        record("s", { id: 1, part: 2 }),
        schema("s", { id: integer, part: integer }, { keys: ["part"] }),
        state({ bookmarks: { s: { done: true } } }),
      ],
      { config: { load_method: "overwrite" } },
    );

    expect(stdout).toEqual(['{"bookmarks":{"s":{"done":true}}}']);
    expect(await workspace.rows("s")).toEqual([
      { id: 1, part: 1 },
      { id: 1, part: 2 },
    ]);
  });

  test("a stream without rows has an empty table", async () => {
    await workspace.load([schema("Sales-Empty", { id: integer, note: text })]);

    const table = await workspace.table("Sales/Empty");
    expect(table.schema.fields.map((field) => [field.name, field.type])).toEqual([
      ["id", "long"],
      ["note", "string"],
    ]);
  });

  test("T31: names that Delta refuses are sanitised, and comments tell", async () => {
    await workspace.load([
      schema("s", { "order id": { type: "integer", description: "The order." } }),
      record("s", { "order id": 7 }),
    ]);

    const { schema: columns } = await workspace.table("s");
    expect(columns.fields).toEqual([
      {
        name: "order_id",
        type: "long",
        nullable: true,
        metadata: { comment: "The order. Source column: order id" },
      },
    ]);
    expect(await workspace.rows("s")).toEqual([{ order_id: 7 }]);
  });

  test("T26: a new column is added in the commit of its rows", async () => {
    await workspace.load([schema("s", { id: integer }), record("s", { id: 1 })]);
    await workspace.load([
      schema("s", { ID: integer, note: text }),
      record("s", { ID: 2, note: "x" }),
    ]);

    expect(await workspace.rows("s")).toEqual([
      { id: 1, note: null },
      { id: 2, note: "x" },
    ]);
    expect((await workspace.table("s")).version).toBe(1);
  });

  test("T23: with add_record_metadata rows tell when they came, else those columns are left out", async () => {
    const messages = [
      schema("s", { id: integer, _sdc_sequence: integer, _sdc_deleted_at: text }),
      {
        type: "RECORD",
        stream: "s",
        record: { id: 1, _sdc_sequence: 5 },
        time_extracted: "2026-01-02T03:04:05Z",
      },
    ];
    const startMs = Date.now();
    await workspace.load(messages, { config: { add_record_metadata: true, table_path: "with" } });
    await workspace.load(messages, { config: { table_path: "without" } });

    const [row] = (await workspace.rows("with")) as readonly Record<string, number | null>[];
    expect(row).toEqual({
      id: 1,
      _sdc_deleted_at: null,
      _sdc_extracted_at: Date.UTC(2026, 0, 2, 3, 4, 5),
      _sdc_received_at: expect.any(Number),
      _sdc_batched_at: row?.["_sdc_received_at"],
      _sdc_sequence: row?.["_sdc_received_at"],
      _sdc_table_version: null,
      _sdc_sync_started_at: expect.any(Number),
    });
    expect(row?.["_sdc_received_at"]).toBeGreaterThanOrEqual(startMs);
    expect(await workspace.rows("without")).toEqual([{ id: 1, _sdc_deleted_at: null }]);
  });

  test("T1: format parquet writes files without a log", async () => {
    const result = await workspace.load([schema("s", { id: integer }), record("s", { id: 1 })], {
      config: { format: "parquet" },
    });

    expect(result.code).toBe(0);
    const files = await readdir(join(workspace.folder, "s"));
    expect(files.filter((file) => file.endsWith(".parquet"))).toHaveLength(1);
    expect(files).not.toContain("_delta_log");
  });
});

describe("bad input", () => {
  const orders = schema("orders", { id: integer }, { keys: ["id"] });

  test.each<[string, readonly unknown[], RegExp, number]>([
    ["a malformed line", [orders, '{"type":"RECORD",'], /E_MESSAGE/, 1],
    [
      "RECORD before SCHEMA",
      [record("orders", { id: 1 })],
      /stream orders.*E_RECORD_BEFORE_SCHEMA|orders.*E_RECORD_BEFORE_SCHEMA/,
      1,
    ],
    [
      "a key that is null",
      [
        schema("orders", { id: { type: ["null", "integer"] } }, { keys: ["id"] }),
        record("orders", { id: 1 }),
        record("orders", { id: null }),
      ],
      /stream orders: key column id is null in record 2/,
      1,
    ],
    [
      "a key that is no column",
      [schema("orders", { id: integer }, { keys: ["no"] }), record("orders", { id: 1 })],
      /stream orders: key property no/,
      1,
    ],
    [
      "a value out of range",
      [orders, record("orders", { id: "12345678901234567890123" })],
      /stream orders: line 2: column id/,
      1,
    ],
    ["columns that collide", [schema("orders", { Aa: integer, aA: integer })], /"Aa" and "aA"/, 1],
  ])("%s is one line with the stream", async (_fact, messages, message, code) => {
    const result = await workspace.load(messages);

    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  test("a folder that cannot be written is named, and what was committed stays", async () => {
    await workspace.load([orders, record("orders", { id: 1 })]);
    const result = await workspace.load([orders, record("orders", { id: 2 })], {
      config: { path: join(workspace.folder, "config.json") },
    });

    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/stream orders: cannot write table orders/);
    expect(await workspace.rows("orders")).toEqual([{ id: 1 }]);
  });

  test("an unknown setting is exit 2 with the nearest name", async () => {
    const result = await workspace.load([], { config: { batch_size_row: 5 } });

    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/batch_size_rows/);
  });
});

describe("STATE", () => {
  test("T40: STATE leaves with the flush, not at the end of the input", async () => {
    const child = await workspace.start({ config: { batch_size_rows: 2 } });
    const result = collect(child);
    const lines = [
      schema("orders", { id: integer }, { keys: ["id"] }),
      record("orders", { id: 1 }),
      state({ bookmarks: { orders: { id: 1 } } }),
      record("orders", { id: 2 }),
      state({ bookmarks: { orders: { id: 2 } } }),
    ];
    const firstState = new Promise<string>((resolve) =>
      child.stdout.once("data", (data) => resolve(String(data))),
    );
    child.stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

    expect(await firstState).toMatch(/^\{"bookmarks":\{"orders":\{"id":[12]\}\}\}\n/);
    child.stdin.end();
    expect((await result).stdout.at(-1)).toBe('{"bookmarks":{"orders":{"id":2}}}');
  });

  test("SIGTERM makes what was received durable and prints its STATE", async () => {
    const child = await workspace.start();
    const result = collect(child);
    const lines = [
      schema("orders", { id: integer }, { keys: ["id"] }),
      state({ bookmarks: {} }),
      record("orders", { id: 1 }),
      state({ bookmarks: { orders: { id: 1 } } }),
    ];
    const firstState = new Promise((resolve) => child.stdout.once("data", resolve));
    child.stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await firstState;
    child.kill("SIGTERM");

    expect(await result).toMatchObject({
      code: 143,
      stdout: ['{"bookmarks":{}}', '{"bookmarks":{"orders":{"id":1}}}'],
    });
    expect(await workspace.rows("orders")).toEqual([{ id: 1 }]);
  });
});
