import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createWorkspace, record, schema, type Workspace } from "./target-process.test.support.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(async () => {
  await workspace.delete();
});

const integer = { type: "integer" };
const text = { type: ["null", "string"] };
const before = { id: integer, note: text };

/** How a stream drifts from the table of `before`, by its columns; the rows have ids from 2. */
const drifts = {
  new_column: { properties: { ...before, city: text }, values: { note: "b", city: "x" } },
  type_change: { properties: { id: integer, note: integer }, values: { note: 7 } },
  missing_column: { properties: { id: integer }, values: {} },
} as const;
type Kind = keyof typeof drifts;

const row = (id: number, note: string | null) => ({ id, note });
const rejected = (id: number, reason: string, values: object) => ({
  reason: `record 1: ${reason}`,
  message: JSON.stringify({ id, ...values }),
});

/** What becomes of the drifted row 2: loaded rows, or a reject. */
const outcomes: readonly (readonly [Kind, string, object])[] = [
  ["new_column", "evolve", { loaded: [{ id: 2, note: "b", city: "x" }] }],
  ["new_column", "discard", { loaded: [row(2, "b")] }],
  [
    "new_column",
    "reject",
    { rejects: [rejected(2, "column city is not in the table", drifts.new_column.values)] },
  ],
  ["type_change", "discard", { loaded: [row(2, null)] }],
  [
    "type_change",
    "reject",
    { rejects: [rejected(2, "column note has another type than the table's", { note: 7 })] },
  ],
  ["missing_column", "evolve", { loaded: [{ id: 2 }] }],
  ["missing_column", "discard", { loaded: [row(2, null)] }],
  [
    "missing_column",
    "reject",
    { rejects: [rejected(2, "column note of the table is missing", {})] },
  ],
];

const nameOf = (kind: Kind, policy: string): string => `${kind}_${policy}`;
const keysOf = (method: string) => (method === "upsert" ? { keys: ["id"] } : {});

async function loadTables(names: readonly string[], load_method: string): Promise<void> {
  const messages = names.flatMap((name) => [
    schema(name, before, keysOf(load_method)),
    record(name, { id: 1, note: "a" }),
  ]);
  expect((await workspace.load(messages, { config: { load_method } })).code).toBe(0);
}

async function loadDrift(names: readonly (readonly [Kind, string])[], load_method: string) {
  const messages = names.flatMap(([kind, policy]) => {
    const { properties, values } = drifts[kind];
    const name = nameOf(kind, policy);
    return [schema(name, properties, keysOf(load_method)), record(name, { id: 2, ...values })];
  });
  const streams = Object.fromEntries(
    names.map(([kind, policy]) => [nameOf(kind, policy), { schema_contract: { [kind]: policy } }]),
  );
  return await workspace.load(messages, { config: { load_method, streams, max_rejects: 9 } });
}

test.each(["append", "upsert", "overwrite"])(
  "T25, T26, T27: the drift matrix with %s: each kind of drift, evolved, discarded or rejected, and told of",
  async (method) => {
    const names = outcomes.map(([kind, policy]) => [kind, policy] as const);
    await loadTables(
      names.map(([kind, policy]) => nameOf(kind, policy)),
      method,
    );

    const run = await loadDrift(names, method);

    expect(run.stderr).not.toContain("error:");
    expect(run.code).toBe(3);
    const old = method === "overwrite" ? [] : [{ id: 1, note: "a" }];
    for (const [kind, policy, outcome] of outcomes) {
      const name = nameOf(kind, policy);
      const { loaded = [], rejects = [] } = outcome as Record<string, object[]>;
      const rows = await workspace.rows(name);
      expect([name, rows]).toEqual([
        name,
        [...old, ...loaded].map((each): unknown => expect.objectContaining(each)),
      ]);
      expect(run.stderr).toMatch(new RegExp(`schema_drift .*stream=${name} `));
      const listed = rejects.length > 0 ? await workspace.rows(`${name}__rejects`) : [];
      expect(listed).toMatchObject(rejects);
    }
  },
);

test.each(["append", "upsert", "overwrite"])(
  "T26, T27: the drift matrix with %s: frozen columns end the stream, and are named",
  async (method) => {
    const kinds = ["new_column", "type_change", "missing_column"] as const;
    await loadTables(
      kinds.map((kind) => nameOf(kind, "freeze")),
      method,
    );
    const problems: Readonly<Record<Kind, string>> = {
      new_column: "city new",
      type_change: "note of another type",
      missing_column: "note missing",
    };

    for (const kind of kinds) {
      const run = await loadDrift([[kind, "freeze"]], method);

      const name = nameOf(kind, "freeze");
      expect(run.code).toBe(1);
      expect(run.stderr).toContain(
        `error: stream ${name}: \`schema_contract\` freezes columns: ${problems[kind]} (E_CONTRACT)`,
      );
      expect(await workspace.rows(name)).toEqual([{ id: 1, note: "a" }]);
    }
  },
);

test("T27: evolve converts values that all fit, and is an error otherwise", async () => {
  await loadTables(["people"], "append");

  const run = await workspace.load([
    schema("people", { id: integer, note: integer }),
    record("people", { id: 2, note: 7 }),
  ]);

  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    "column note is long, which does not fit the table's string (E_COLUMN_TYPE)",
  );
});

test("T25, T26: records with no value in the new column are loaded, and STATE passes rejects once they are durable", async () => {
  const config = { schema_contract: { new_column: "reject" }, max_rejects: 9, batch_size_rows: 2 };
  await loadTables(["people"], "append");
  const wider = schema("people", { ...before, city: text });
  const rows = [2, 3, 4, 5, 6].map((id) =>
    record("people", { id, note: "n", city: id % 2 === 0 ? null : "x" }),
  );
  const bookmark = { type: "STATE", value: { bookmarks: { people: { id: 6 } } } };

  const run = await workspace.load([wider, ...rows, bookmark], { config });
  const again = await workspace.load([wider, ...rows, bookmark], { config });

  expect([run.code, again.code]).toEqual([3, 3]);
  expect(run.stdout.at(-1)).toBe(JSON.stringify(bookmark.value));
  expect(await workspace.rows("people")).toEqual(
    [1, 2, 4, 6].map((id) => row(id, id === 1 ? "a" : "n")),
  );
  expect(await workspace.rows("people__rejects")).toHaveLength(2);
});

test("T26: a stream's own contract wins", async () => {
  await loadTables(["people"], "append");

  const run = await workspace.load(
    [schema("people", { id: integer }), record("people", { id: 2 })],
    {
      config: {
        schema_contract: { missing_column: "freeze" },
        streams: { people: { schema_contract: { missing_column: "evolve" } } },
      },
    },
  );

  expect(run.code).toBe(0);
});
