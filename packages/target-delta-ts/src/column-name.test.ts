import { expect, test } from "@jest/globals";
import { columnName, columnNames } from "./column-name.ts";

test.each([
  ["SalesOrderID", "SalesOrderID"],
  ["order id", "order_id"],
  ["a,b;c{d}(e)\n\t=", "a_b_c_d__e____"],
  ["naïve", "naïve"],
  ["nai\u0308ve", "naïve"],
  ["💶", "💶"],
  ["a.b", "a.b"],
  ["", "_"],
])("column %j is called %j", (name, expected) => {
  expect(columnName(name)).toBe(expected);
});

test.each([
  ["Aa", "aA"],
  ["a b", "a_b"],
  ["naïve", "nai\u0308ve"],
])("columns %j and %j collide, and the error names both", (first, second) => {
  expect(() => columnNames("orders", [first, second])).toThrow(
    `stream orders: columns ${JSON.stringify(first)} and ${JSON.stringify(second)}`,
  );
});
