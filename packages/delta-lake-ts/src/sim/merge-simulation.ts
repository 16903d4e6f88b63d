import { buildBatch } from "../arrow/build.ts";
import { deltaToArrow } from "../arrow/type.ts";
import type { TableContext } from "../committer.ts";
import { hasCode } from "../error.ts";
import { append } from "../operation/append.ts";
import { merge } from "../operation/merge.ts";
import { optimize } from "../operation/optimize.ts";
import type { StructType } from "../schema.ts";
import { MemoryStore } from "../store/memory.ts";
import { DeltaTable } from "../table.ts";
import { type FaultRates, FaultyStore, NO_FAULTS } from "./faulty-store.ts";
import { Random } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import type { SimulationResult } from "./simulate.ts";

/** After this many effects nothing goes wrong any more. */
const FAULTY_EFFECTS = 300;
/** Keys that one upserter owns. */
const KEYS_EACH = 6;

const schema: StructType = {
  type: "struct",
  fields: [
    { name: "key", type: "long", nullable: true, metadata: {} },
    { name: "turn", type: "long", nullable: true, metadata: {} },
  ],
};

/** Key → the last turn whose merge was acknowledged. Survives kills. */
type Bookmarks = Map<number, number>;

/**
 * Runs upserters with real data files, copy-on-write or by deletion vectors, beside an optimizer, on a store that fails,
 * with processes that die. Each upserter owns its keys; afterwards each key is there once, with its last turn.
 */
export async function simulateMerges(seed: number): Promise<SimulationResult> {
  const random = new Random(seed);
  const scheduler = new Scheduler(random);
  const store = new MemoryStore({ now: () => scheduler.nowMs });
  const draw = (): number => random.pick([0, 0, 0.02, 0.1]);
  const rates: FaultRates = {
    ...NO_FAULTS,
    lostRequest: draw(),
    lostReply: draw(),
    late: draw(),
    repeated: draw(),
    refused: draw(),
  };
  const killRate = random.pick([0, 0.005, 0.02]);
  const areFaultsOn = (): boolean => scheduler.effectCount < FAULTY_EFFECTS;
  await append(store, [], {
    createIfMissing: { schema },
    configuration: {
      "delta.checkpointInterval": "3",
      ...(random.isTrue(0.5) ? { "delta.enableDeletionVectors": "true" } : {}),
    },
  });
  const bookmarks: Bookmarks = new Map();
  const spawn = (name: string, run: (context: TableContext) => Promise<void>): void => {
    const main = (process: Parameters<Scheduler["kill"]>[0]): Promise<void> =>
      run({
        store: new FaultyStore(store, {
          scheduler,
          process,
          rates: () => (areFaultsOn() ? rates : NO_FAULTS),
        }),
        runtime: scheduler.runtimeOf(process),
      });
    scheduler.spawn(name, main, { canBeKilled: true });
  };
  const turnCount = 2 + random.below(2);
  for (let owner = 0; owner < 2; owner += 1) {
    spawn(`upserter ${owner}`, (context) => runUpserter(context, bookmarks, { owner, turnCount }));
  }
  if (random.isTrue(0.5)) spawn("optimizer", runOptimizer);
  await scheduler.run(() => (areFaultsOn() ? killRate : 0));
  const problems = [
    ...scheduler.failures.map((failure) => `a process failed: ${String(failure)}`),
    ...(await checkKeys(store, bookmarks)),
  ];
  return { problems, effectCount: scheduler.effectCount };
}

async function runUpserter(
  context: TableContext,
  bookmarks: Bookmarks,
  { owner, turnCount }: { owner: number; turnCount: number },
): Promise<void> {
  const keys = Array.from({ length: KEYS_EACH }, (_, index) => owner * KEYS_EACH + index);
  for (let turn = 1; turn <= turnCount; turn += 1) {
    // Every turn takes a part of the keys, by its number: a repeated turn takes the same.
    const chosen = keys.filter((key) => turn === 1 || (key + turn) % 2 === 0);
    if (chosen.every((key) => (bookmarks.get(key) ?? 0) >= turn)) continue;
    const rows = chosen.map((key) => ({ key, turn }));
    const source = [buildBatch(deltaToArrow(schema), rows)];
    await untilDone(context, () =>
      merge(context.store, { source, keys: ["key"], mode: "upsert", runtime: context.runtime }),
    );
    for (const key of chosen) bookmarks.set(key, turn);
  }
}

async function runOptimizer(context: TableContext): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) {
    await context.runtime.sleep(context.runtime.random() * 2000);
    await untilDone(context, () => optimize(context.store, { runtime: context.runtime }));
  }
}

/** An error is waited over, as the next run of a pipeline would. Our own mistakes are not. */
async function untilDone(context: TableContext, run: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await run();
      return;
    } catch (error) {
      if (hasCode(error, "E_INVALID_COMMIT") || hasCode(error, "E_CORRUPT_LOG")) throw error;
      await context.runtime.sleep(1000);
    }
  }
}

async function checkKeys(store: MemoryStore, bookmarks: Bookmarks): Promise<string[]> {
  const table = await DeltaTable.open(store);
  const found = new Map<number, number[]>();
  for await (const batch of table?.read() ?? []) {
    const [keys, turns] = batch.data.children;
    for (let row = 0; row < batch.numRows; row += 1) {
      const key = Number(keys?.values[row]);
      found.set(key, [...(found.get(key) ?? []), Number(turns?.values[row])]);
    }
  }
  return [...bookmarks].flatMap(([key, turn]) => {
    const turns = found.get(key) ?? [];
    return turns.length === 1 && turns[0] === turn
      ? []
      : [`key ${key} stands at [${turns.join()}], its last turn was ${turn}`];
  });
}
