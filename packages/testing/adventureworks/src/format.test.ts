import { expect, test } from "@jest/globals";
import { formatDatetime, formatDecimal } from "./format.ts";
import { datetime, timeOfDay } from "./generate/date.ts";

test.each([
  [80_600n, 4, "8.0600"],
  [0n, 4, "0.0000"],
  [-5n, 4, "-0.0005"],
  [9_223_372_036_854_775_807n, 4, "922337203685477.5807"],
  [12n, 0, "12"],
  [1n, 6, "0.000001"],
])("%s with scale %d is %s", (unscaled, scale, text) => {
  expect(formatDecimal(unscaled, scale)).toBe(text);
});

test.each([
  [datetime(2011, 5, 31), "2011-05-31T00:00:00"],
  [datetime(2011, 5, 31) + timeOfDay(23, 59, 59, 299), "2011-05-31T23:59:59.997"],
  [datetime(2014, 2, 8) + timeOfDay(10, 1, 36, 1), "2014-02-08T10:01:36.003"],
  [datetime(2014, 2, 8) + timeOfDay(10, 1, 36, 2), "2014-02-08T10:01:36.007"],
  [datetime(2014, 2, 8) + timeOfDay(10, 1, 36, 3), "2014-02-08T10:01:36.010"],
  [datetime(1753, 1, 1), "1753-01-01T00:00:00"],
  [datetime(1899, 12, 31) + 1, "1899-12-31T00:00:00.003"],
])("datetime %d is %s", (ticks, text) => {
  expect(formatDatetime(ticks)).toBe(text);
});
