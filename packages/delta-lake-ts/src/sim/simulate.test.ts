import { expect, test } from "@jest/globals";
import type { PlantedBug } from "./planted-store.ts";
import { simulate } from "./simulate.ts";

const SEED_COUNT = 200;

test("no seed of 200 breaks an invariant", async () => {
  const broken: string[] = [];
  for (let seed = 1; seed <= SEED_COUNT; seed += 1) {
    const { problems } = await simulate(seed);
    if (problems.length > 0) broken.push(`replay with simulate(${seed}): ${problems.join("; ")}`);
  }

  expect(broken).toEqual([]);
}, 120_000);

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

    expect(seed).toBeLessThanOrEqual(SEED_COUNT);
  },
  120_000,
);

async function firstSeedThatFinds(bug: PlantedBug): Promise<number> {
  for (let seed = 1; seed <= SEED_COUNT; seed += 1) {
    const { problems } = await simulate(seed, bug);
    if (problems.length > 0) return seed;
  }
  return Number.POSITIVE_INFINITY;
}
