import { expect, test } from "@jest/globals";
import { addDuration, formatBookmark, parseDuration, timeWindows } from "./date-format.ts";

const bookmark = "2024-02-29T23:59:58.1234567Z";

test.each([
  ["as_is", bookmark],
  ["iso", "2024-02-29T23:59:58.123Z"],
  ["date", "2024-02-29"],
  ["epoch_seconds", "1709251198"],
  ["epoch_milliseconds", "1709251198123"],
  ["%d.%m.%Y %H:%M:%S,%f%z", "29.02.2024 23:59:58,123+0000"],
])("R52: a bookmark is written as %s", (format, text) => {
  expect(formatBookmark(bookmark, format)).toBe(text);
});

test.each([
  ["1709251198", "2024-02-29T23:59:58.000Z"],
  ["1709251198123", "2024-02-29T23:59:58.123Z"],
  ["2024-03-01T01:59:58+02:00", "2024-02-29T23:59:58.000Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
])("R52: the bookmark %s is understood", (value, iso) => {
  expect(formatBookmark(value, "iso")).toBe(iso);
});

test("a month later keeps the day where it exists", () => {
  const month = parseDuration("P1M", "step");

  expect(new Date(addDuration(Date.parse("2024-01-31"), month)).toISOString()).toBe(
    "2024-02-29T00:00:00.000Z",
  );
  expect(new Date(addDuration(Date.parse("2024-03-31"), month, -1)).toISOString()).toBe(
    "2024-02-29T00:00:00.000Z",
  );
});

test("windows cover the time without a gap, the last one is shorter", () => {
  const windows = [...timeWindows(0, 25 * 3_600_000, parseDuration("PT12H", "step"))];

  expect(windows.map(({ start, end }) => [start / 3_600_000, end / 3_600_000])).toEqual([
    [0, 12],
    [12, 24],
    [24, 25],
  ]);
});

test.each(["", "P", "1D", "PT", "P0D"])("%p is no duration", (text) => {
  expect(() => parseDuration(text, "incremental.step")).toThrow(
    expect.objectContaining({ code: "E_SETTING" }),
  );
});
