import { setImmediate } from "node:timers/promises";
import { type AddFile, decodeActions } from "../action.ts";
import type { TableContext } from "../committer.ts";
import { commitPath } from "../log-path.ts";
import { append } from "../operation/append.ts";
import { overwrite } from "../operation/overwrite.ts";
import { MemoryStore } from "../store/memory.ts";
import type { ObjectStore } from "../store.ts";
import { type PlantedBug, PlantedStore } from "./planted-store.ts";

/** Choices beyond this one are no longer tried both ways (delta.md §5.5). */
const DEPTH_MAX = 12;

/** What goes wrong, once, at one effect: the request or its reply is lost, it comes late, or the writer dies there. */
const FAULTS = ["lostRequest", "lostReply", "late", "killBefore", "killAfter"] as const;
type Fault = (typeof FAULTS)[number];

/** What the two writers do: append, overwrite the table, or commit for one and the same application. */
export const SCENARIOS = ["appends", "overwrites", "sameApplication"] as const;
type Scenario = (typeof SCENARIOS)[number];

/** What was tried, and what went wrong: each problem names its run. */
export interface ExhaustiveResult {
  readonly runCount: number;
  readonly problems: readonly string[];
}

/**
 * Two writers on one table, every order of their first twelve choices, without a fault and with each fault at each effect.
 * Stops at the first run that breaks an invariant.
 */
export async function exploreAll(scenario: Scenario, bug?: PlantedBug): Promise<ExhaustiveResult> {
  let runCount = 0;
  for (const fault of [undefined, ...FAULTS]) {
    for (let place = 0; place < (fault === undefined ? 1 : DEPTH_MAX); place += 1) {
      let choices: number[] | undefined = [];
      while (choices !== undefined) {
        const run = new Run(choices, fault === undefined ? undefined : { fault, place });
        const problems = await runScenario(run, scenario, bug);
        runCount += 1;
        if (problems.length > 0) {
          const where = fault === undefined ? "no fault" : `${fault} at effect ${place}`;
          const name = `${scenario}, ${where}, choices ${choices.join("")}`;
          return { runCount, problems: problems.map((problem) => `${name}: ${problem}`) };
        }
        choices = nextChoices(run);
      }
    }
  }
  return { runCount, problems: [] };
}

/** Depth first: the last choice that has another way left is taken the other way. */
function nextChoices({ taken, widths }: Run): number[] | undefined {
  for (let index = Math.min(taken.length, DEPTH_MAX) - 1; index >= 0; index -= 1) {
    const choice = (taken[index] ?? 0) + 1;
    if (choice < (widths[index] ?? 0)) return [...taken.slice(0, index), choice];
  }
  return undefined;
}

interface Waiting {
  readonly writer: string;
  readonly run: () => Promise<void>;
}

/** One order of effects: waits for every living writer to ask for one, then picks the next. */
class Run {
  /** What was picked where there was a choice, and among how many. */
  readonly taken: number[] = [];
  readonly widths: number[] = [];
  readonly dead = new Set<string>();
  readonly #choices: readonly number[];
  readonly #fault: { readonly fault: Fault; readonly place: number } | undefined;
  readonly #waiting: Waiting[] = [];
  #effectCount = 0;

  constructor(
    choices: readonly number[],
    fault: { readonly fault: Fault; readonly place: number } | undefined,
  ) {
    this.#choices = choices;
    this.#fault = fault;
  }

  effect<T>(writer: string, run: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (): Promise<void> => run().then(resolve, reject);
      this.#waiting.push({ writer, run: () => this.#carryOut(writer, settle, reject) });
    });
  }

  async finish(): Promise<void> {
    for (;;) {
      await setImmediate();
      if (this.#waiting.length === 0) return;
      const [next] = this.#waiting.splice(this.#pick(), 1);
      if (next !== undefined && !this.dead.has(next.writer)) await next.run();
    }
  }

  #pick(): number {
    const width = this.#waiting.length;
    if (width === 1) return 0;
    const choice = this.#choices[this.taken.length] ?? 0;
    this.taken.push(choice);
    this.widths.push(width);
    return choice;
  }

  async #carryOut(
    writer: string,
    run: () => Promise<void>,
    reject: (error: Error) => void,
  ): Promise<void> {
    const isHere = this.#effectCount++ === this.#fault?.place;
    const fault = isHere ? this.#fault?.fault : undefined;
    if (fault === "killBefore" || fault === "killAfter") this.dead.add(writer);
    if (fault === "lostRequest" || fault === "lostReply" || fault === "late") {
      reject(new Error("the store does not answer"));
    }
    if (fault === "late") this.#waiting.push({ writer: "the network", run });
    else if (fault !== "lostRequest" && fault !== "killBefore") await run();
  }
}

async function runScenario(
  run: Run,
  scenario: Scenario,
  bug: PlantedBug | undefined,
): Promise<string[]> {
  const store = new MemoryStore();
  const schema = { type: "struct", fields: [] } as const;
  const setup = { createIfMissing: { schema }, runtime: runtimeOf("setup") };
  await append(store, [fileOf("old")], setup);
  const acknowledged = new Set<string>();
  const writers = ["a", "b"].map(async (name) => {
    const gated = new GatedStore(store, run, name);
    const context = { store: new PlantedStore(gated, bug), runtime: runtimeOf(name, run) };
    await write(context, name, scenario);
    acknowledged.add(name);
  });
  const outcomes = Promise.allSettled(writers);
  await run.finish();
  // A dead writer never answers; the others have ended when nothing is left to do.
  if (run.dead.size === 0) await outcomes;
  return findProblems(store, scenario, acknowledged);
}

async function write(
  { store, runtime }: TableContext,
  name: string,
  scenario: Scenario,
): Promise<void> {
  const files = [fileOf(name)];
  if (scenario === "overwrites") await overwrite(store, files, { runtime });
  else if (scenario === "appends") await append(store, files, { runtime });
  else await append(store, files, { runtime, appTransaction: { appId: "app", version: 1 } });
}

function fileOf(name: string): AddFile {
  return { path: name, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
}

/** Versions without a gap; what was acknowledged is there once, nothing twice; of overwrites the last one alone is left. */
function findProblems(
  store: MemoryStore,
  scenario: Scenario,
  acknowledged: ReadonlySet<string>,
): string[] {
  const added = new Map<string, number>();
  const live = new Set<string>();
  let last = "";
  const commitCount = [...store.objects.keys()].filter((path) => path.endsWith(".json")).length;
  for (let version = 0; version < commitCount; version += 1) {
    const bytes = store.objects.get(commitPath(version))?.bytes;
    if (bytes === undefined) return [`version ${version} is missing`];
    for (const action of decodeActions(new TextDecoder().decode(bytes), version)) {
      if (action.type === "remove" && !live.delete(action.remove.path)) {
        return [`version ${version} removes a file that is not live`];
      }
      if (action.type !== "add") continue;
      last = action.add.path;
      live.add(last);
      added.set(last, (added.get(last) ?? 0) + 1);
    }
  }
  const problems = [...added]
    .filter(([, count]) => count > 1)
    .map(([name]) => `${name} is committed twice`);
  for (const name of acknowledged) {
    if (!added.has(name)) problems.push(`${name} was acknowledged and is not there`);
  }
  if (scenario === "overwrites" && [...live].join() !== last)
    problems.push("two overwrites are live");
  if (scenario === "sameApplication" && added.has("a") && added.has("b")) {
    problems.push("both instances committed");
  }
  return problems;
}

function runtimeOf(name: string, run?: Run): TableContext["runtime"] {
  let count = 0;
  return {
    now: () => 0,
    random: () => 0,
    uuid: () => `${name}-${count++}`,
    sleep: async () => (run === undefined ? undefined : run.effect(name, async () => undefined)),
  };
}

/** A store whose commits and listings are effects; the rest, which only saves time, happens at once. */
class GatedStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #gate: <T>(path: string, work: () => Promise<T>) => Promise<T>;

  constructor(store: ObjectStore, run: Run, writer: string) {
    this.#store = store;
    this.#gate = (path, work) =>
      /\.json$|\/$|\d{20}$/.test(path) ? run.effect(writer, work) : work();
  }

  get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    return this.#gate(path, () => this.#store.get(path, range));
  }

  head(path: string): ReturnType<ObjectStore["head"]> {
    return this.#store.head(path);
  }

  list(prefix: string, startAfter?: string): ReturnType<ObjectStore["list"]> {
    return this.#gate(prefix, () => this.#store.list(prefix, startAfter));
  }

  put(path: string, bytes: Uint8Array): Promise<void> {
    return this.#gate(path, () => this.#store.put(path, bytes));
  }

  putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    return this.#gate(path, () => this.#store.putIfAbsent(path, bytes));
  }

  write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#store.write(path, chunks);
  }

  delete(path: string): Promise<void> {
    return this.#store.delete(path);
  }

  move(from: string, to: string): Promise<void> {
    return this.#store.move(from, to);
  }
}
