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
const price = { type: "number", multipleOf: 0.01, minimum: -999, maximum: 999 };
const longPrice = { type: "number", multipleOf: 0.0001, minimum: -99999, maximum: 99999 };

/** The digits of a decimal column, unscaled, by id. */
async function prices(table: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const batch of (await workspace.table(table)).read())
    for (const row of batch) found.push(`${row["id"]}: ${String(row["price"])}`);
  return found.toSorted();
}

const loads = ["append", "upsert", "history"];

test.each(loads)(
  "T27: with type_widening a %s table's column takes more digits, and old rows keep their values",
  async (load_method) => {
    const keys = load_method === "append" ? {} : { keys: ["id"] };
    const config = { load_method, type_widening: true };
    await workspace.load(
      [schema("orders", { id: integer, price }, keys), record("orders", { id: 1, price: 1.25 })],
      { config },
    );

    const run = await workspace.load(
      [
        schema("orders", { id: integer, price: longPrice }, keys),
        record("orders", { id: 2, price: 12345.6789 }),
      ],
      { config },
    );

    expect(run.stderr).not.toContain("error:");
    expect(run.code).toBe(0);
    const table = await workspace.table("orders");
    expect(table.schema.fields.find(({ name }) => name === "price")?.type).toBe("decimal(9,4)");
    expect(await prices("orders")).toEqual(["1: 12500", "2: 123456789"]);
  },
);

test("T27: without it the wider type is an error that names the column, and says what to set", async () => {
  await workspace.load([
    schema("orders", { id: integer, price }),
    record("orders", { id: 1, price: 1 }),
  ]);

  const run = await workspace.load([
    schema("orders", { id: integer, price: longPrice }),
    record("orders", { id: 2, price: 1 }),
  ]);

  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    "column price is decimal(9,4), which does not fit the table's decimal(5,2) (E_COLUMN_TYPE)",
  );
  expect(run.stderr).toContain("set `type_widening` where the new type is wider");
});
