import { expect, test } from "@jest/globals";
import type { DeltaType, StructType } from "delta-lake-ts";
import { evolve, fits } from "./evolution.ts";
import { EVOLVE } from "./schema-contract.ts";

function struct(columns: Readonly<Record<string, DeltaType>>): StructType {
  const fields = Object.entries(columns).map(([name, type]) => ({
    name,
    type,
    nullable: true,
    metadata: {},
  }));
  return { type: "struct", fields };
}

test("new columns come at the end, and the table's spelling wins", () => {
  const { schema, isChanged, targets } = evolve(
    "s",
    struct({ Id: "long", note: "string" }),
    struct({ extra: "date", ID: "long" }),
  );

  expect(schema).toEqual(struct({ Id: "long", note: "string", extra: "date" }));
  expect(isChanged).toBe(true);
  expect([...targets].map(([name, field]) => [name, field.name])).toEqual([
    ["extra", "extra"],
    ["ID", "Id"],
  ]);
});

test("known columns change nothing", () => {
  const table = struct({ id: "long", note: "string" });

  expect(evolve("s", table, struct({ note: "string" }))).toMatchObject({
    schema: table,
    isChanged: false,
  });
});

test("every column that does not fit is named with both types", () => {
  const table = struct({ total: "decimal(18,2)", at: "date", ok: "long" });
  const incoming = struct({ total: "decimal(38,10)", at: "string", ok: "long" });

  expect(() => evolve("orders", table, incoming)).toThrow(
    "stream orders: column total is decimal(38,10), which does not fit the table's decimal(18,2); column at is string, which does not fit the table's date",
  );
});

const list = (elementType: DeltaType): DeltaType => ({
  type: "array",
  elementType,
  containsNull: true,
});

test.each<[DeltaType, DeltaType, boolean]>([
  ["long", "long", true],
  ["decimal(10,2)", "decimal(12,4)", true],
  ["decimal(10,2)", "decimal(12,5)", false],
  ["decimal(10,2)", "decimal(12,1)", false],
  ["long", "decimal(19,0)", true],
  ["long", "decimal(21,2)", true],
  ["long", "decimal(20,2)", false],
  ["long", "double", false],
  ["float", "double", true],
  ["double", "float", false],
  ["date", "timestamp", false],
  ["string", "long", false],
  [list("long"), list("long"), true],
  [list("long"), list("string"), false],
  [struct({ a: "long" }), struct({ a: "long" }), true],
  [struct({ a: "long" }), "string", false],
])("%j fits %j: %s", (source, target, expected) => {
  expect(fits(source, target)).toBe(expected);
});

test("T27: a column is widened where the table can, unless the contract freezes types", () => {
  const table = struct({ id: "integer", total: "decimal(7,2)" });
  const incoming = struct({ id: "long", total: "decimal(7,2)" });
  const widen = () => "long";

  const { schema, isChanged, targets } = evolve("s", table, incoming, EVOLVE, widen);

  expect(schema).toEqual(incoming);
  expect(isChanged).toBe(true);
  expect(targets.get("id")?.type).toBe("long");
  const frozen = { ...EVOLVE, type_change: "freeze" as const };
  expect(() => evolve("s", table, incoming, frozen, widen)).toThrow("freezes columns");
});
