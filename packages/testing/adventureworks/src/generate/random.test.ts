import { expect, test } from "@jest/globals";
import { distinct, partition } from "./partition.ts";
import { Random } from "./random.ts";

test("the same seed and name draw the same numbers, on every machine", () => {
  const random = new Random(1, "a");

  expect([random.next(), random.next(), random.next()]).toEqual([
    4_057_073_360, 4_062_650_713, 1_144_742_197,
  ]);
});

test.each([
  ["another seed", new Random(2, "a")],
  ["another name", new Random(1, "b")],
])("%s draws other numbers", (_, other) => {
  expect(other.next()).not.toBe(new Random(1, "a").next());
});

test("below() reaches every number under its limit and none above", () => {
  const random = new Random(7, "below");
  const drawn = new Set(Array.from({ length: 1000 }, () => random.below(10)));

  expect(drawn).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
});

test("between() includes both ends", () => {
  const random = new Random(7, "between");
  const drawn = new Set(Array.from({ length: 100 }, () => random.between(-1, 1)));

  expect(drawn).toEqual(new Set([-1, 0, 1]));
});

test.each([
  [121_317, 31_465, 1, 72],
  [10, 10, 1, 5],
  [50, 10, 1, 5],
  [0, 3, 0, 5],
  [7, 1, 0, 9],
])(
  "%d in %d groups of %d to %d adds up and stays inside",
  (total, groupCount, countMin, countMax) => {
    const counts = partition({ random: new Random(1, "p"), total, groupCount, countMin, countMax });

    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
    expect(counts).toHaveLength(groupCount);
    expect(Math.min(...counts.slice(0, 10_000))).toBeGreaterThanOrEqual(countMin);
    expect(Math.max(...counts.slice(0, 10_000))).toBeLessThanOrEqual(countMax);
  },
);

test("a total that no split reaches is refused", () => {
  expect(() =>
    partition({ random: new Random(1, "p"), total: 4, groupCount: 5, countMin: 1, countMax: 2 }),
  ).toThrow("4 cannot be split into 5 of 1 to 2");
});

test("distinct() gives different integers, ascending", () => {
  expect(distinct(new Random(1, "d"), 5, 3, 7)).toEqual([3, 4, 5, 6, 7]);
});
