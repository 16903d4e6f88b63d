import { expect, test } from "@jest/globals";
import { nearest } from "./nearest.ts";

test.each([
  ["compresion", "compression"],
  ["batch_size", "batch_size_rows"],
  ["path_of_nothing", undefined],
])("P10: of the settings that there are, %s is nearest to %s", (name, expected) => {
  expect(nearest(name, ["path", "compression", "batch_size_rows", "batch_size_bytes"])).toBe(
    expected,
  );
});
