import { expect, test } from "@jest/globals";
import { systemRuntime } from "../runtime.ts";
import { loadFullSnapshot } from "../snapshot.ts";
import { MemoryStore } from "../store/memory.ts";
import { schemaOf } from "../table-fixture.test.support.ts";
import { append } from "./append.ts";
import { cleanLog } from "./clean-log.ts";

const schema = schemaOf({ id: "long" });
const DAY_MS = 86_400_000;

/** A table with one commit at each time, and the clock that stands at the last one. */
async function tableOf(days: readonly number[]): Promise<{ store: MemoryStore; nowMs: number }> {
  let nowMs = 0;
  const store = new MemoryStore({ now: () => nowMs });
  for (const [id, day] of days.entries()) {
    nowMs = (100 + day) * DAY_MS;
    const file = { path: `f${id}`, partitionValues: {}, size: 1, modificationTime: 1 };
    await append(store, [{ ...file, dataChange: true }], { createIfMissing: { schema } });
  }
  return { store, nowMs };
}

function runtimeAt(nowMs: number): typeof systemRuntime {
  return { ...systemRuntime, now: () => nowMs };
}

/** 25 commits, one a day: checkpoints at 10 and 20. */
const daily = Array.from({ length: 25 }, (_, day) => day);

test("bug 14: what is older than the retention goes only as far as a checkpoint stands for it", async () => {
  const { store } = await tableOf(daily);
  const runtime = runtimeAt((100 + 15 + 30) * DAY_MS);

  const told = await cleanLog(store, { runtime });
  const left = store.objects.size;
  const done = await cleanLog(store, { runtime, dryRun: false });

  expect(told).toMatchObject({ firstVersion: 10, isDryRun: true });
  // Ten commits with their checksums.
  expect(told.paths.length).toBe(20);
  expect(done.paths).toEqual(told.paths);
  expect(store.objects.size).toBe(left - 20);
  for (const version of [10, 14, 15, 20, 24]) {
    expect((await loadFullSnapshot(store, { version }))?.files.size).toBe(version + 1);
  }
});

test.each([
  ["nothing is old enough", 25],
  ["the clock stands before every commit", -60],
])("bug 14: when %s, nothing goes", async (_what, day) => {
  const { store } = await tableOf(daily);

  const { paths } = await cleanLog(store, { runtime: runtimeAt((100 + day) * DAY_MS) });

  expect(paths).toEqual([]);
});

test("bug 14: an old commit after a young one is kept, since clocks jump", async () => {
  const { store } = await tableOf([...daily.slice(0, 5), 40, ...daily.slice(6)]);

  const { paths } = await cleanLog(store, { runtime: runtimeAt((100 + 65) * DAY_MS) });

  expect(paths).toEqual([]);
});

test("bug 14: a damaged checkpoint stands for nothing", async () => {
  const { store } = await tableOf(daily);
  await store.put("_delta_log/00000000000000000020.checkpoint.parquet", Buffer.from("PAR1"));

  const { firstVersion } = await cleanLog(store, { runtime: runtimeAt(300 * DAY_MS) });

  expect(firstVersion).toBe(10);
});

test("bug 14: the checkpoint that the pointer names is kept", async () => {
  const { store } = await tableOf(daily);
  await store.put("_delta_log/_last_checkpoint", Buffer.from('{"version":10,"size":13}'));

  const { firstVersion } = await cleanLog(store, { runtime: runtimeAt(300 * DAY_MS) });

  expect(firstVersion).toBe(10);
});
