import { expect, test } from "@jest/globals";
import { zoneSuffix } from "./zone.ts";

/** Days from 0001-01-01 to the date. */
function daysOf(date: string): number {
  return Date.parse(date) / 86_400_000 + 719_162;
}

test("UTC and none are fixed suffixes", () => {
  expect(zoneSuffix("UTC")).toBe("Z");
  expect(zoneSuffix("none")).toBe("");
});

test("an unknown zone is undefined", () => {
  expect(zoneSuffix("Mars/Olympus")).toBeUndefined();
});

test.each([
  ["America/New_York", "2024-01-15", 12 * 3600, "-05:00"],
  ["America/New_York", "2024-07-15", 12 * 3600, "-04:00"],
  ["America/New_York", "2024-03-10", 3600, "-05:00"],
  ["America/New_York", "2024-03-10", 3 * 3600, "-04:00"],
  ["Asia/Kolkata", "2024-01-15", 0, "+05:30"],
])("%s at %s has the offset of its local time", (zone, date, seconds, expected) => {
  const suffix = zoneSuffix(zone);

  expect(typeof suffix === "function" && suffix(daysOf(date), seconds)).toBe(expected);
});
