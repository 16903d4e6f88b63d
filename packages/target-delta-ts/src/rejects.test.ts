import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
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

const orders = schema("orders", { id: { type: "integer" } }, { keys: ["id"] });
const messages = [
  orders,
  record("orders", { id: 1 }),
  record("orders", { id: "two" }),
  record("orders", { id: 3 }),
  record("orders", { id: "two" }),
  state({ bookmarks: { orders: { id: 3 } } }),
];
const config = { max_rejects: 10 };

test("T25: good records are loaded, bad ones are listed with reason, text and line, and the exit code is 3", async () => {
  const run = await workspace.load(messages, { config });

  expect(run.code).toBe(3);
  expect(run.stdout).toEqual(['{"bookmarks":{"orders":{"id":3}}}']);
  expect(run.stderr).toContain("rejects=2");
  expect(await workspace.rows("orders")).toEqual([{ id: 1 }, { id: 3 }]);
  const rejects = await workspace.rows("orders__rejects");
  expect(rejects).toHaveLength(2);
  expect(rejects).toEqual(
    expect.arrayContaining(
      [3, 5].map((line) =>
        expect.objectContaining({
          line_number: line,
          message: JSON.stringify(record("orders", { id: "two" })),
          reason: expect.stringContaining("column id"),
        }),
      ),
    ),
  );
});

test("T25: a record that is sent again is listed once", async () => {
  await workspace.load(messages, { config });

  const run = await workspace.load(messages, { config });

  expect(run.code).toBe(3);
  expect(await workspace.rows("orders__rejects")).toHaveLength(2);
});

test("T25: one reject too many ends the run, and those before it are listed", async () => {
  const run = await workspace.load(messages, { config: { max_rejects: 1 } });

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("error: stream orders: line 5: ");
  expect(run.stderr).toContain("(E_REJECTS)");
  expect(run.stdout).toEqual([]);
  expect(await workspace.rows("orders__rejects")).toHaveLength(1);
});

test("T25: without max_rejects the first bad record ends the run", async () => {
  const run = await workspace.load(messages);

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("error: stream orders: line 3: column id");
  expect(run.stderr).toContain("(E_RECORD)");
});

test("T25: rejects of plain Parquet lie in a folder of files", async () => {
  const run = await workspace.load(messages, { config: { ...config, format: "parquet" } });

  expect(run.code).toBe(3);
  expect(run.stderr).toContain("rejects=2");
});

test.each(["upsert", "insert-only", "history"])(
  "T22, T25: with load method %s records whose key is null are listed, and without rejects they end the run",
  async (load_method) => {
    const people = schema(
      "people",
      { id: { type: ["null", "integer"] }, name: { type: "string" } },
      { keys: ["id"] },
    );
    const sent = [
      people,
      record("people", { id: 1, name: "one" }),
      record("people", { id: null, name: "nobody" }),
      record("people", { id: 3, name: "three" }),
      state({ bookmarks: { people: { id: 3 } } }),
    ];

    const listing = await workspace.load(sent, { config: { ...config, load_method } });
    const strict = await workspace.load(sent, { config: { load_method, table_path: "strict" } });

    expect([listing.code, strict.code]).toEqual([3, 1]);
    expect(listing.stdout).toEqual(['{"bookmarks":{"people":{"id":3}}}']);
    expect(strict.stdout).toEqual([]);
    expect(await workspace.rows("people")).toEqual([
      expect.objectContaining({ id: 1, name: "one" }),
      expect.objectContaining({ id: 3, name: "three" }),
    ]);
    expect(await workspace.rows("people__rejects")).toEqual([
      expect.objectContaining({
        reason: "record 2: key column id is null",
        message: '{"id":null,"name":"nobody"}',
      }),
    ]);
  },
);
