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

/** A table of id and note, then a stream that drops note, adds city, and makes id a text. */
async function drift(contract: unknown, load_method: string) {
  const keys = load_method === "upsert" ? { keys: ["id"] } : {};
  await workspace.load(
    [schema("people", { id: integer, note: text }, keys), record("people", { id: 1, note: "a" })],
    { config: { load_method } },
  );
  return (properties: Record<string, unknown>, values: unknown) =>
    workspace.load([schema("people", properties, keys), record("people", values)], {
      config: { load_method, schema_contract: contract },
    });
}

const methods = ["append", "upsert", "overwrite"];

test.each(methods)(
  "T26: %s with new_column freeze ends the stream and names the column",
  async (method) => {
    const load = await drift({ new_column: "freeze" }, method);

    const run = await load(
      { id: integer, note: text, city: text },
      { id: 2, note: "b", city: "x" },
    );

    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "error: stream people: `schema_contract` freezes columns: city new (E_CONTRACT)",
    );
    expect(await workspace.rows("people")).toEqual([{ id: 1, note: "a" }]);
  },
);

test.each(methods)("T26: %s with new_column discard leaves the column out", async (method) => {
  const load = await drift({ new_column: "discard" }, method);

  const run = await load({ id: integer, note: text, city: text }, { id: 2, note: "b", city: "x" });

  expect(run.code).toBe(0);
  const kept = method === "overwrite" ? [] : [{ id: 1, note: "a" }];
  expect(await workspace.rows("people")).toEqual([...kept, { id: 2, note: "b" }]);
});

test("T26: evolve, the default, adds the column", async () => {
  const load = await drift({ type_change: "freeze" }, "append");

  await load({ id: integer, note: text, city: text }, { id: 2, note: "b", city: "x" });

  expect(await workspace.rows("people")).toContainEqual({ id: 2, note: "b", city: "x" });
});

test.each(methods)(
  "T27: %s with type_change freeze ends the stream and names the column",
  async (method) => {
    const freeze = await drift({ type_change: "freeze" }, method);
    const properties = { id: integer, note: integer };

    const run = await freeze(properties, { id: 2, note: 7 });

    expect(run.code).toBe(1);
    expect(run.stderr).toContain("note of another type (E_CONTRACT)");
  },
);

test("T27: with type_change discard the other columns are loaded", async () => {
  const load = await drift({ type_change: "discard" }, "append");

  const run = await load({ id: integer, note: integer }, { id: 2, note: 7 });

  expect(run.code).toBe(0);
  expect(await workspace.rows("people")).toEqual([
    { id: 1, note: "a" },
    { id: 2, note: null },
  ]);
});

test("T26: missing_column freeze names what the stream lost; a stream's own contract wins", async () => {
  const load = await drift({ missing_column: "freeze" }, "append");

  const run = await load({ id: integer }, { id: 2 });
  const other = await workspace.load(
    [schema("people", { id: integer }), record("people", { id: 2 })],
    {
      config: {
        schema_contract: { missing_column: "freeze" },
        streams: { people: { schema_contract: { missing_column: "evolve" } } },
      },
    },
  );

  expect(run.stderr).toContain("note missing (E_CONTRACT)");
  expect(other.code).toBe(0);
});
