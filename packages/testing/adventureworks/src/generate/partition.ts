import type { Random } from "./random.ts";

/**
 * Splits `total` into `groupCount` counts between `countMin` and `countMax` that add up to it.
 * Each draw is steered by the mean of what is left, so that no tail of groups gets the rest.
 */
export function partition(options: {
  random: Random;
  total: number;
  groupCount: number;
  countMin: number;
  countMax: number;
}): number[] {
  const { random, total, groupCount, countMin, countMax } = options;
  if (total < groupCount * countMin || total > groupCount * countMax) {
    throw new Error(`${total} cannot be split into ${groupCount} of ${countMin} to ${countMax}`);
  }
  const counts: number[] = [];
  let left = total;
  for (let group = groupCount; group > 0; group--) {
    const mean = left / group;
    const lowest = Math.max(countMin, left - (group - 1) * countMax);
    const highest = Math.min(countMax, left - (group - 1) * countMin);
    const spread = Math.min(mean - countMin, countMax - mean);
    const first = Math.max(lowest, Math.floor(mean - spread));
    const last = Math.min(highest, Math.ceil(mean + spread));
    const count = random.between(first, last);
    counts.push(count);
    left -= count;
  }
  return counts;
}

/** `count` different integers from `first` to `last`, ascending. */
export function distinct(random: Random, count: number, first: number, last: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.between(first, last));
  return [...chosen].toSorted((left, right) => left - right);
}
