import { expect, test } from "@jest/globals";
import { widened } from "./widening.ts";

test.each([
  ["integer", "long", "long"],
  ["byte", "integer", "integer"],
  ["float", "double", "double"],
  ["short", "double", "double"],
  ["date", "timestamp_ntz", "timestamp_ntz"],
  ["decimal(7,2)", "decimal(9,4)", "decimal(9,4)"],
  ["decimal(10,2)", "decimal(6,4)", "decimal(12,4)"],
  ["decimal(10,2)", "long", "decimal(22,2)"],
  ["integer", "decimal(5,2)", "decimal(12,2)"],
  ["long", "decimal(30,5)", "decimal(30,5)"],
])("T27: a column of %s becomes wide enough for %s", (table, source, expected) => {
  expect(widened(table, source)).toBe(expected);
});

test.each([
  ["long", "double"],
  ["long", "integer"],
  ["double", "float"],
  ["string", "long"],
  ["date", "timestamp"],
  ["timestamp_ntz", "date"],
  ["decimal(38,0)", "decimal(38,1)"],
])("T27: a column of %s does not become %s", (table, source) => {
  expect(widened(table, source)).toBeUndefined();
});

test("nested types are not widened", () => {
  const list = { type: "array", elementType: "integer", containsNull: true } as const;

  expect(widened(list, { ...list, elementType: "long" })).toBeUndefined();
});
