import { expect, test } from "@jest/globals";
import { FlushPolicy } from "./flush-policy.ts";

const limits = { rows: 10, bytes: 1000, ageMs: 5000, memoryBytes: 2000, pendingBytes: 100 };

test("a stream is full by rows or by bytes", () => {
  const policy = new FlushPolicy(limits);
  policy.add("rows", 9, 10, 0);
  policy.add("bytes", 1, 999, 0);
  expect([policy.isFull("rows"), policy.isFull("bytes"), policy.isFull("none")]).toEqual([
    false,
    false,
    false,
  ]);

  policy.add("rows", 1, 10, 0);
  policy.add("bytes", 1, 1, 0);
  expect([policy.isFull("rows"), policy.isFull("bytes")]).toEqual([true, true]);
});

test("a stream ages from its oldest waiting row", () => {
  const policy = new FlushPolicy(limits);
  expect(policy.nextAgeMs(0)).toBeUndefined();
  policy.add("a", 1, 1, 1000);
  policy.add("a", 1, 1, 4000);
  policy.add("b", 1, 1, 4000);

  expect(policy.nextAgeMs(4000)).toBe(2000);
  expect(policy.aged(6000)).toEqual(["a"]);
  policy.flushed("a");
  expect(policy.aged(6000)).toEqual([]);
  expect(policy.nextAgeMs(10_000)).toBe(0);
});

test("of too many pending rows the biggest streams leave the reader, until half is left", () => {
  const policy = new FlushPolicy(limits);
  const sizes = (...bytes: number[]) =>
    new Map(bytes.map((size, index) => [String(index), size] as const));

  expect(policy.tooManyPending(sizes(40, 60))).toEqual([]);
  expect(policy.tooManyPending(sizes(40, 61))).toEqual(["1"]);
  expect(policy.tooManyPending(sizes(20, 30, 21, 31, 22))).toEqual(["3", "1", "4"]);
});

test("over the memory limit the biggest stream goes first", () => {
  const policy = new FlushPolicy(limits);

  expect(
    policy.biggestOverMemory(
      new Map([
        ["a", 900],
        ["b", 1100],
      ]),
    ),
  ).toBeUndefined();
  expect(
    policy.biggestOverMemory(
      new Map([
        ["a", 900],
        ["b", 1101],
      ]),
    ),
  ).toBe("b");
  expect(policy.biggestOverMemory(new Map())).toBeUndefined();
});
