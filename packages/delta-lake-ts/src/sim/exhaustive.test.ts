import { expect, test } from "@jest/globals";
import { exploreAll, SCENARIOS } from "./exhaustive.ts";
import type { PlantedBug } from "./planted-store.ts";

test.each(SCENARIOS)(
  "two writers, %s: every order of twelve choices, with each fault at each effect, breaks nothing",
  async (scenario) => {
    const { problems, runCount } = await exploreAll(scenario);

    expect(problems).toEqual([]);
    expect(runCount).toBeGreaterThan(1000);
  },
  300_000,
);

test.each<PlantedBug>(["rename", "noReadback"])(
  "the planted bug %s is found among them",
  async (bug) => {
    expect((await exploreAll("appends", bug)).problems).not.toEqual([]);
  },
  300_000,
);
