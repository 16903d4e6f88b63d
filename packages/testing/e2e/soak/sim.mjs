// The seeded simulator of delta-lake-ts, for as many seeds as wanted: `--count N` (or `--seeds N`) from `--seed S`.
// Every tenth seed also runs merges with real data files.
import { parseArgs } from "node:util";
import { simulate, simulateMerges } from "delta-lake-ts/sim";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, count: { type: "string" }, seeds: { type: "string" } },
});
const first = Number(values.seed);
const count = Number(values.seeds ?? values.count ?? 10_000);
let passed = 0;
let failed = 0;

for (let seed = first; seed < first + count; seed += 1) {
  const runs = seed % 10 === 0 ? [simulate, simulateMerges] : [simulate];
  for (const run of runs) {
    const { problems } = await run(seed);
    if (problems.length === 0) passed += 1;
    else {
      failed += 1;
      process.stdout.write(`failed: ${run.name}(${seed}): ${problems.join("; ")}\nto replay: pnpm soak sim --seed ${seed} --count 1\n`);
    }
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
