import { expect, test } from "@jest/globals";
import { RowNumbers } from "./row-numbers.ts";

test("rows are counted as received and as taken, also where some or all of a batch were rejected", () => {
  const numbers = new RowNumbers();
  numbers.add(0, 3, Int32Array.of(0, 2));
  numbers.add(3, 2, Int32Array.of());
  numbers.add(5, 2, Int32Array.of(1));

  expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => numbers.taken(row))).toEqual([
    0, 1, 1, 2, 2, 2, 2, 3,
  ]);
  expect([0, 1, 2, 3].map((row) => numbers.received(row))).toEqual([0, 2, 6, 7]);
});

test("what was forgotten is counted still", () => {
  const numbers = new RowNumbers();
  numbers.add(0, 3, Int32Array.of(0));
  numbers.add(3, 3, Int32Array.of(0, 1));
  numbers.forget(3);

  expect(numbers.taken(2)).toBe(1);
  expect(numbers.received(1)).toBe(3);
  expect(numbers.takenCount).toBe(3);
});
