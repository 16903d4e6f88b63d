import { describe, expect, test } from "@jest/globals";
import { compareCodePoints, tableFacts } from "./column-facts.ts";
import { generate, type SqlValue } from "./generate/index.ts";
import { parseSqlType, tableSchema } from "./schema.ts";

/** The facts of a table with one column. */
function factsOf(type: string, values: readonly SqlValue[]) {
  const column = { name: "c", type: parseSqlType(type), nullable: true, identity: false };
  const schema = { ...tableSchema("Sales", "Currency"), columns: [column] };
  return tableFacts({ schema, rowCount: values.length, columns: [values] }).columns[0];
}

describe("the facts of a column", () => {
  test.each([
    ["int", [3, null, -2], "integer", "-2", "3", "1", null],
    ["money", [50n, null, -12_345n], "decimal", "-1.2345", "0.0050", "-1.2295", null],
    [
      "numeric(38,6)",
      [10n ** 37n, 10n ** 37n],
      "decimal",
      `1${"0".repeat(31)}.000000`,
      `1${"0".repeat(31)}.000000`,
      `2${"0".repeat(31)}.000000`,
      null,
    ],
    ["bit", [true, false], "boolean", "false", "true", null, null],
    ["date", [734_287, 0], "date", "0001-01-01", "2011-05-31", null, null],
    // 1970-01-01 is day 25,567; ticks 1 and 2 show as .003 and .007.
    [
      "datetime",
      [25_567 * 25_920_000 + 2, 25_567 * 25_920_000 + 1],
      "timestamp",
      "3000",
      "7000",
      null,
      null,
    ],
    ["datetime", [25_567 * 25_920_000 - 1], "timestamp", "-3000", "-3000", null, null],
    ["time(7)", [252_000_000_000, 1], "string", "00:00:00.0000001", "07:00:00.0000000", null, "32"],
    ["uniqueidentifier", ["A5", "0F"], "string", "0f", "a5", null, "4"],
    ["nvarchar(9)", ["é", "z", "日本"], "string", "z", "日本", null, "9"],
    ["varbinary(max)", [new Uint8Array(3), null], "binary", null, null, null, "3"],
    ["int", [null], "integer", null, null, null, null],
    ["xml", [null], "string", null, null, null, "0"],
  ] as const)("%s %j", (type, values, kind, min, max, sum, bytes) => {
    const nulls = values.filter((value) => value === null).length;

    expect(factsOf(type, values)).toEqual({ name: "c", kind, nulls, min, max, sum, bytes });
  });

  test("are there for every column of all 71 tables", () => {
    const facts = generate({ scale: 0.01 }).tables.map(tableFacts);

    expect(facts.flatMap((table) => table.columns)).toHaveLength(485);
  });
});

test.each([
  ["\uffff", "💥", -1],
  ["a", "ab", -1],
  ["é", "z", 1],
  ["\ud83d\udca5", "\ud83d\udca6", -1],
  ["same", "same", 0],
])("%j and %j are in the order of their UTF-8 bytes", (left, right, order) => {
  expect(Math.sign(compareCodePoints(left, right))).toBe(order);
  expect(Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)))).toBe(order);
});
