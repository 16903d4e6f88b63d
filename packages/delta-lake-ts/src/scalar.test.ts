import { expect, test } from "@jest/globals";
import {
  formatDecimal,
  formatFloat,
  formatTimestamp,
  parseDecimalText,
  parseTimestamp,
} from "./scalar.ts";

test.each([
  [0n, 0, "0"],
  [0n, 2, "0.00"],
  [150n, 2, "1.50"],
  [-5n, 2, "-0.05"],
  [10n ** 38n - 1n, 38, `0.${"9".repeat(38)}`],
])("the decimal %p with scale %p is written %p", (unscaled, scale, text) => {
  expect(formatDecimal(unscaled, scale)).toBe(text);
  expect(parseDecimalText(text, scale)).toBe(unscaled);
});

test.each([
  ["1e3", 2, 100_000n],
  ["0E-16", 4, 0n],
  [".5", 1, 5n],
  ["1.234", 2, undefined],
  ["abc", 2, undefined],
])("the decimal text %p with scale %p reads as %p", (text, scale, unscaled) => {
  expect(parseDecimalText(text, scale)).toBe(unscaled);
});

test.each([
  [1.5, "1.5"],
  [0, "0.0"],
  [-0, "-0.0"],
  [100, "100.0"],
  [1e7, "1.0E7"],
  [1.234e-5, "1.234E-5"],
  [0.001, "0.001"],
  [Number.NaN, "NaN"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
])("the double %p is written as Java does: %p", (value, text) => {
  expect(formatFloat(value, false)).toBe(text);
});

test("a float is written at its own precision", () => {
  expect(formatFloat(Math.fround(0.1), true)).toBe("0.1");
});

test.each([
  [0n, "1970-01-01T00:00:00.000000"],
  [-1n, "1969-12-31T23:59:59.999999"],
  [-62_135_596_800_000_000n, "0001-01-01T00:00:00.000000"],
  [253_402_300_799_999_999n, "9999-12-31T23:59:59.999999"],
])("the timestamp %p µs is written %p", (micros, text) => {
  expect(formatTimestamp(micros, "T")).toBe(text);
  expect(parseTimestamp(`${text}Z`)).toBe(micros);
});

test("a timestamp after the year 9999 has no text", () => {
  expect(formatTimestamp(253_402_300_800_000_000n, "T")).toBeUndefined();
});

test.each([
  ["2024-02-29 12:34:56.1", 1_709_210_096_100_000n],
  ["2024-02-29T12:34:56.123456Z", 1_709_210_096_123_456n],
  ["2024-02-29T12:34:56+02:00", 1_709_202_896_000_000n],
  ["2024-02-29", 1_709_164_800_000_000n],
  ["yesterday", undefined],
])("the timestamp text %p reads as %p", (text, micros) => {
  expect(parseTimestamp(text)).toBe(micros);
});
