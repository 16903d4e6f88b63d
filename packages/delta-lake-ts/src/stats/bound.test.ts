import { expect, test } from "@jest/globals";
import { string as anyString, assert, property } from "fast-check";
import { compareScalars } from "../scalar.ts";
import { formatBound, truncateMax, truncateMin } from "./bound.ts";

const long = "x".repeat(32);

test.each([
  ["short", "short"],
  [long, long],
  [`${long}y`, `${long}\u007f`],
  [`${long}é`, `${long}\u{10ffff}`],
  [`${long}\u{10ffff}a`, `${long}\u{10ffff}\u007f`],
  [`${long}${"\u{10ffff}".repeat(40)}`, undefined],
])("the greatest text %p becomes %p", (text, bound) => {
  expect(truncateMax(text, 32)).toBe(bound);
});

test("truncation never cuts a code point in two", () => {
  expect(truncateMin("\u{1f600}".repeat(40), 32)).toBe("\u{1f600}".repeat(32));
});

test("bug 24: every text lies between its own bounds", () => {
  assert(
    property(anyString({ unit: "binary", minLength: 0, maxLength: 64 }), (text) => {
      // A text of nothing but the last code point has no bound; this stands above it.
      const max = truncateMax(text, 32) ?? "\u{10ffff}".repeat(64);

      expect(compareScalars(truncateMin(text, 32), text)).toBeLessThanOrEqual(0);
      expect(Array.from(max).length).toBeLessThanOrEqual(64);
      expect(Math.max(0, compareScalars(text, max))).toBe(0);
    }),
  );
});

test.each([
  ["timestamp", 1_709_210_096_123_456n, '"2024-02-29T12:34:56.123Z"', '"2024-02-29T12:34:56.124Z"'],
  ["timestamp_ntz", -1n, '"1969-12-31T23:59:59.999"', '"1970-01-01T00:00:00.000"'],
  ["decimal(38,20)", 10n ** 20n, "1.00000000000000000000", "1.00000000000000000000"],
  ["long", 2n ** 63n - 1n, "9223372036854775807", "9223372036854775807"],
  ["date", 0, '"1970-01-01"', '"1970-01-01"'],
  ["double", Number.POSITIVE_INFINITY, undefined, undefined],
  ["double", -0, "-0.0", "0.0"],
  ["double", 0, "-0.0", "0.0"],
  ["float", Math.fround(0.1), "0.1", "0.1"],
  ["string", null, undefined, undefined],
])("the bounds of a %s %p are %p and %p", (type, value, min, max) => {
  expect(formatBound(type, value, { side: "min", prefixLength: 32 })).toBe(min);
  expect(formatBound(type, value, { side: "max", prefixLength: 32 })).toBe(max);
});
