import type { TableContext } from "../committer.ts";
import { MemoryStore } from "../store/memory.ts";
import { checkPointer, checkTable } from "./check.ts";
import { type FaultRates, FaultyStore, NO_FAULTS } from "./faulty-store.ts";
import { type PlantedBug, PlantedStore } from "./planted-store.ts";
import { Random } from "./random.ts";
import { type Process, Scheduler } from "./scheduler.ts";
import { type Journal, runAppender, runCompactor, runOverwriter, runPipeline } from "./workload.ts";

/** After this many effects nothing goes wrong any more, and everybody must finish. */
const FAULTY_EFFECTS = 400;

/** What one seed showed. */
export interface SimulationResult {
  /** Broken invariants; empty when all is well. */
  readonly problems: readonly string[];
  readonly effectCount: number;
}

/**
 * Runs one simulation: pipelines (one of them twice at once), an overwriter and a compactor on one table, on a store
 * that fails, with processes that die. The seed decides everything; the same seed gives the same run.
 */
export async function simulate(seed: number, bug?: PlantedBug): Promise<SimulationResult> {
  const random = new Random(seed);
  const scheduler = new Scheduler(random);
  const store = new WatchedStore({ now: () => scheduler.nowMs });
  const journal: Journal = { acknowledged: [], bookmarks: new Map() };
  const rates = drawRates(random);
  const killRate = random.pick([0, 0.005, 0.02]);
  const areFaultsOn = (): boolean => scheduler.effectCount < FAULTY_EFFECTS;
  const contextOf = (process: Process): TableContext => {
    const options = { scheduler, process, rates: () => (areFaultsOn() ? rates : NO_FAULTS) };
    const faulty = new FaultyStore(store, options);
    return { store: new PlantedStore(faulty, bug), runtime: scheduler.runtimeOf(process) };
  };
  const spawn = (name: string, run: (context: TableContext) => Promise<void>): void => {
    scheduler.spawn(name, (process) => run(contextOf(process)), { canBeKilled: true });
  };
  spawnAll(spawn, journal, random, bug);
  await scheduler.run(() => (areFaultsOn() ? killRate : 0));
  const problems = [
    ...scheduler.failures.map((failure) => `a process failed: ${String(failure)}`),
    ...store.problems,
    ...(await checkTable(store, journal)),
  ];
  return { problems, effectCount: scheduler.effectCount };
}

function spawnAll(
  spawn: (name: string, run: (context: TableContext) => Promise<void>) => void,
  journal: Journal,
  random: Random,
  bug: PlantedBug | undefined,
): void {
  const shared = { hasTxnCheck: bug !== "noTxnCheck", deletesOnUnknown: bug === "deleteOnUnknown" };
  const pipeline = (name: string, batchCount: number): void =>
    spawn(name, (context) => runPipeline(context, journal, { name, batchCount, ...shared }));
  const batchCount = 2 + random.below(5);
  pipeline("orders", batchCount);
  // The same pipeline once more: an instance that somebody forgot to stop.
  if (random.isTrue(0.5)) pipeline("orders", batchCount);
  pipeline("customers", 2 + random.below(5));
  if (random.isTrue(0.5)) {
    spawn("appender", (context) => runAppender(context, { name: "plain", count: 4 }));
  }
  if (random.isTrue(0.3)) {
    spawn("overwriter", (context) =>
      runOverwriter(context, { name: "swap", count: 1 + random.below(2) }),
    );
  }
  for (let index = random.below(3); index > 0; index -= 1) {
    spawn(`compactor ${index}`, (context) => runCompactor(context, { count: 3 }));
  }
}

/** Each seed has its own mix: some faults absent, some frequent. */
function drawRates(random: Random): FaultRates {
  const draw = (): number => random.pick([0, 0, 0.02, 0.1, 0.3]);
  return {
    lostRequest: draw(),
    lostReply: draw(),
    late: draw(),
    repeated: draw(),
    refused: draw(),
    outage: draw() / 3,
  };
}

/** Looks at the pointer after every change, and keeps commits from being changed. */
class WatchedStore extends MemoryStore {
  readonly problems: string[] = [];

  override async put(path: string, bytes: Uint8Array): Promise<void> {
    if (/_delta_log\/\d{20}\.json$/.test(path) && this.objects.has(path)) {
      this.problems.push(`${path} was overwritten`);
    }
    await super.put(path, bytes);
    const problem = await checkPointer(this);
    if (problem !== undefined) this.problems.push(problem);
  }
}
