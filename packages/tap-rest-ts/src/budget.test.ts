import { expect, test } from "@jest/globals";
import { budgetWait } from "./budget.ts";

const now = 1_700_000_000_000;

test.each([
  [{ ratelimit: '"default";r=0;t=30' }, 30_000],
  [{ ratelimit: '"default";r=5;t=30' }, undefined],
  [{ "ratelimit-remaining": "0", "ratelimit-reset": "7" }, 7000],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000012" }, 12_000],
  [{ "x-rate-limit-remaining": "1", "x-rate-limit-reset": "7" }, undefined],
  [{ "ratelimit-remaining": "0" }, undefined],
  [{}, undefined],
])("R65: %j is a wait of %p ms", (headers, wait) => {
  expect(budgetWait(headers, now)).toBe(wait);
});
