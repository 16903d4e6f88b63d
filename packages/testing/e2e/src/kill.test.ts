import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { makeProjectFolder } from "./project-folder.ts";
import { StartRun } from "./start-run.ts";

const killCount = 10;

test("a target killed at ten random moments leaves every stream to match after the next start", async () => {
  const folder = await makeProjectFolder();

  // Each run goes on where the killed one before it stopped.
  for (const delayMs of moments({ count: killCount - 1, longestMs: 6000, seed: 20261123 })) {
    const run = new StartRun(folder);
    process.kill(await targetAfter(run, delayMs), "SIGKILL");
    run.kill();
    await run.result;
  }
  const last = new StartRun(folder);
  process.kill(await targetAfter(last, 1500), "SIGKILL");
  expect(await last.result).toMatchObject({ code: 1 });

  const { code, output } = await new StartRun(folder).result;

  expect(output).toContain("75 of 75 streams match");
  expect(code).toBe(0);
  await rm(folder, { recursive: true });
}, 900_000);

/** The target that runs `delayMs` after the first one began, or the next one if that moment falls between two. */
async function targetAfter(run: StartRun, delayMs: number): Promise<number> {
  await nextTarget(run);
  await sleep(delayMs);
  return nextTarget(run);
}

async function nextTarget(run: StartRun): Promise<number> {
  const hasEnded = run.result.then(() => true);
  for (;;) {
    const pid = await run.targetPid();
    if (pid !== undefined) return pid;
    if (await Promise.race([hasEnded, sleep(20, false)]))
      throw new Error("the run ended before its target was killed");
  }
}

/** Pseudo-random moments (Lehmer's generator, minimal standard), so that a failure can be run again. */
function* moments(options: { count: number; longestMs: number; seed: number }): Generator<number> {
  let state = options.seed;
  for (let index = 0; index < options.count; index += 1) {
    state = (state * 48271) % 2147483647;
    yield Math.round((state / 2147483647) * options.longestMs);
  }
}
