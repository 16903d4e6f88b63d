import { expect, test } from "@jest/globals";
import { simulateMerges } from "./merge-simulation.ts";
import type { PlantedBug } from "./planted-store.ts";
import { simulate } from "./simulate.ts";

const SEED_COUNT = 500;
/** Within so many seeds every planted bug must be found. */
const PLANTED_SEED_COUNT = 200;
const MERGE_SEED_COUNT = 25;

test("no seed of 500 breaks an invariant", async () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= SEED_COUNT; seed += 1) {
    const { problems } = await simulate(seed);
    if (problems.length > 0) broken.push(`replay with simulate(${seed}): ${problems.join("; ")}`);
  }

  expect(broken).toEqual([]);
}, 300_000);

test("no seed of 25 loses or doubles a merged key", async () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= MERGE_SEED_COUNT; seed += 1) {
    const { problems } = await simulateMerges(seed);
    if (problems.length > 0)
      broken.push(`replay with simulateMerges(${seed}): ${problems.join("; ")}`);
  }

  expect(broken).toEqual([]);
}, 300_000);

test("the same seed gives the same run", async () => {
  expect(await simulate(7)).toEqual(await simulate(7));
});

test.each<PlantedBug>([
  "rename",
  "deleteOnUnknown",
  "noReadback",
  "noTxnCheck",
  "pointerFirst",
  "noDeleteDelete",
])(
  "the planted bug %s is found within 200 seeds",
  async (bug) => {
    const seed = await firstSeedThatFinds(bug);

    expect(seed).toBeLessThanOrEqual(PLANTED_SEED_COUNT);
  },
  300_000,
);

async function firstSeedThatFinds(bug: PlantedBug): Promise<number> {
  for (let seed = 1; seed <= PLANTED_SEED_COUNT; seed += 1) {
    const { problems } = await simulate(seed, bug);
    if (problems.length > 0) return seed;
  }
  return Number.POSITIVE_INFINITY;
}
