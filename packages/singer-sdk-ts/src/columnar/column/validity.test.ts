import { expect, test } from "@jest/globals";
import { Validity } from "./validity.ts";

test("many rows with a value after the last null are all valid", () => {
  const validity = new Validity(true);
  validity.addNull(false);
  // More than the bits that are there at first, without a null among them.
  validity.length = 100_000;

  const { length, nullCount, nullBitmap } = validity.take();

  expect({ length, nullCount, bytes: nullBitmap?.length }).toEqual({
    length: 100_000,
    nullCount: 1,
    bytes: 12_500,
  });
  expect(nullBitmap?.[0]).toBe(0xfe);
  expect(nullBitmap?.subarray(1).every((byte) => byte === 0xff)).toBe(true);
});

test("a null far beyond the first bits is kept", () => {
  const validity = new Validity(true);
  validity.length = 50_000;
  validity.addNull(false);

  expect(validity.isNull(50_000)).toBe(true);
  expect(validity.take().nullBitmap?.[6250]).toBe(0xfe);
});
