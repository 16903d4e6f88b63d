import { expect, test } from "@jest/globals";
import { string as anyString, assert, property } from "fast-check";
import {
  decodePath,
  encodePath,
  formatPartitionValue,
  hiveFolder,
  parsePartitionValue,
} from "./partition.ts";

test("one value has four forms", () => {
  const values = { p: formatPartitionValue("string", "a/b c%") };
  const key = `${hiveFolder(["p"], values)}part-0.parquet`;

  expect(values).toEqual({ p: "a/b c%" });
  expect(key).toBe("p=a%2Fb c%25/part-0.parquet");
  expect(encodePath(key)).toBe("p=a%252Fb%20c%2525/part-0.parquet");
  expect(decodePath(encodePath(key))).toBe(key);
});

test.each([
  ["decimal(10,2)", 150n, "1.50"],
  ["boolean", true, "true"],
  ["date", 19_782, "2024-02-29"],
  ["timestamp", 1_709_210_096_123_456n, "2024-02-29T12:34:56.123456Z"],
  ["timestamp_ntz", 1_709_210_096_123_456n, "2024-02-29 12:34:56.123456"],
  ["long", -(2n ** 63n), "-9223372036854775808"],
  ["double", 1e10, "1.0E10"],
  ["integer", -5, "-5"],
])("a %s partition value is written %p → %p and read back", (type, value, text) => {
  expect(formatPartitionValue(type, value)).toBe(text);
  expect(parsePartitionValue(type, text)).toBe(value);
});

test("null and the empty string share the default folder", () => {
  expect(formatPartitionValue("string", "")).toBeNull();
  expect(formatPartitionValue("string", null)).toBeNull();
  expect(hiveFolder(["p"], { p: null })).toBe("p=__HIVE_DEFAULT_PARTITION__/");
});

test("a NUL character is refused", () => {
  expect(() => formatPartitionValue("string", "a\u0000b")).toThrow("NUL");
});

test("bug 17: any text survives the way into a path and back", () => {
  const text = anyString({ unit: "grapheme", minLength: 1 }).filter(
    (value) => !value.includes("\u0000"),
  );
  assert(
    property(text, (value) => {
      const key = hiveFolder(["p"], { p: value });

      expect(key.slice(0, -1)).not.toContain("/");
      expect(decodePath(encodePath(key))).toBe(key);
      expect(decodeURIComponent(key.slice(2, -1))).toBe(value);
    }),
  );
});
