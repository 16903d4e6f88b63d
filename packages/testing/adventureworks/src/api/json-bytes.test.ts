import { expect, test } from "@jest/globals";
import type { SqlValue } from "../generate/index.ts";
import { parseSqlType } from "../schema.ts";
import { jsonBytesMax, jsonWriter } from "./json-bytes.ts";

test.each<[string, SqlValue, string]>([
  ["int", 0, "0"],
  ["int", 2_147_483_647, "2147483647"],
  ["int", -2_147_483_648, "-2147483648"],
  ["tinyint", 10, "10"],
  ["bit", true, "true"],
  ["money", 0n, "0.0000"],
  ["money", 9_999n, "0.9999"],
  ["money", 10_000n, "1.0000"],
  ["money", -80_600n, "-8.0600"],
  ["money", 9_223_372_036_854_775_807n, "922337203685477.5807"],
  ["numeric(38,6)", 10n ** 38n - 1n, `${"9".repeat(32)}.999999`],
  ["numeric(38,6)", -1n, "-0.000001"],
  ["decimal(9,2)", 55_000n, "550.00"],
  ["datetime", 25_567 * 25_920_000 + 1, '"1970-01-01T00:00:00.003"'],
  [
    "uniqueidentifier",
    "0F2C9A3E-7B11-4C5D-8E6F-AABBCCDDEEFF",
    '"0f2c9a3e-7b11-4c5d-8e6f-aabbccddeeff"',
  ],
  ["nvarchar(20)", "", '""'],
  ["nvarchar(20)", "plain ASCII ~", '"plain ASCII ~"'],
  ["nvarchar(20)", 'say "no"\\\n', '"say \\"no\\"\\\\\\n"'],
  ["nvarchar(20)", "Größe 王 💥", '"Größe 王 💥"'],
  ["nvarchar(20)", "\u0001".repeat(20), `"${"\\u0001".repeat(20)}"`],
])("%s %p is %s", (declaration, value, text) => {
  const type = parseSqlType(declaration);
  const buffer = Buffer.alloc(3 + jsonBytesMax(type));

  const end = jsonWriter(type)(buffer, 3, value);

  expect(buffer.toString("utf8", 3, end)).toBe(text);
});

test("a type without a bound is refused", () => {
  expect(() => jsonBytesMax(parseSqlType("nvarchar(max)"))).toThrow("nvarchar has no bound");
});
