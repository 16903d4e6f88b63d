import { setImmediate } from "node:timers/promises";
import type { Runtime } from "../runtime.ts";
import type { Random } from "./random.ts";

/** Virtual time starts here, 2026-01-01, so that retention periods have a past. */
const START_MS = 1_767_225_600_000;
/** An effect takes up to this long. */
const EFFECT_MS_MAX = 40;
/** More effects than this mean that some process never ends. */
const EFFECTS_MAX = 100_000;

/** One simulated process: a life that can end at any await. */
export interface Process {
  readonly name: string;
  readonly main: (process: Process) => Promise<void>;
  readonly canBeKilled: boolean;
  /** Effects that it waits for. */
  pending: number;
  state: "running" | "done" | "dead";
}

interface Effect {
  /** Undefined for effects that outlive their sender, such as a late request. */
  readonly process: Process | undefined;
  readonly dueMs: number;
  readonly run: () => Promise<void>;
}

/** Runs processes one effect at a time, in an order that the seed decides, on a clock that only effects move. */
export class Scheduler {
  nowMs = START_MS;
  effectCount = 0;
  readonly random: Random;
  readonly failures: unknown[] = [];
  #effects: Effect[] = [];
  readonly #processes = new Set<Process>();

  constructor(random: Random) {
    this.random = random;
  }

  spawn(name: string, main: Process["main"], options: { canBeKilled: boolean }): Process {
    const process: Process = { name, main, ...options, pending: 0, state: "running" };
    this.#processes.add(process);
    main(process).then(
      () => this.#end(process),
      (error: unknown) => {
        if (process.state !== "dead") this.failures.push(error);
        this.#end(process);
      },
    );
    return process;
  }

  /** Waits until the scheduler picks the effect, then runs it. A dead process never hears of it. */
  effect<T>(process: Process, run: () => Promise<T>, delayMs = 0): Promise<T> {
    process.pending += 1;
    return new Promise<T>((resolve, reject) => {
      this.#effects.push({
        process,
        dueMs: this.nowMs + Math.ceil(delayMs),
        run: async () => {
          const settle = await run().then(
            (value) => () => resolve(value),
            (error: unknown) => () => reject(error),
          );
          process.pending -= 1;
          settle();
        },
      });
    });
  }

  /** An effect that happens on its own, whoever dies meanwhile. */
  later(run: () => Promise<void>, delayMs: number): void {
    this.#effects.push({ process: undefined, dueMs: this.nowMs + Math.ceil(delayMs), run });
  }

  /** Ends a process where it stands and starts it anew after a while. */
  kill(process: Process): void {
    process.state = "dead";
    this.#effects = this.#effects.filter((effect) => effect.process !== process);
    const { name, main, canBeKilled } = process;
    this.later(async () => {
      this.spawn(name, main, { canBeKilled });
    }, this.random.below(5000));
  }

  /** Runs until nothing is left to do. `killRate` is the chance of a kill at each effect, asked anew each time. */
  async run(killRate: () => number): Promise<void> {
    for (;;) {
      await this.#settle();
      if (this.#effects.length === 0) return;
      this.effectCount += 1;
      if (this.effectCount > EFFECTS_MAX) throw new Error("the simulation does not end");
      const victims = [...this.#processes].filter(
        ({ canBeKilled, state }) => canBeKilled && state === "running",
      );
      if (victims.length > 0 && this.random.isTrue(killRate())) {
        this.kill(this.random.pick(victims));
        continue;
      }
      await this.#step();
    }
  }

  /** The clock, the dice and the sleep of one process. */
  runtimeOf(process: Process): Runtime {
    return {
      now: () => this.nowMs,
      random: () => this.random.next(),
      uuid: () => this.random.uuid(),
      sleep: (ms) => this.effect(process, async () => undefined, ms),
    };
  }

  async #step(): Promise<void> {
    const due = this.#effects.filter(({ dueMs }) => dueMs <= this.nowMs);
    const next =
      due.length > 0
        ? this.random.pick(due)
        : this.#effects.reduce((first, effect) => (effect.dueMs < first.dueMs ? effect : first));
    this.#effects.splice(this.#effects.indexOf(next), 1);
    this.nowMs = Math.max(this.nowMs, next.dueMs) + this.random.below(EFFECT_MS_MAX);
    await next.run();
  }

  /** Lets promises run until every process waits for an effect or has ended. */
  async #settle(): Promise<void> {
    do await setImmediate();
    while ([...this.#processes].some(({ state, pending }) => state === "running" && pending === 0));
  }

  #end(process: Process): void {
    if (process.state === "running") process.state = "done";
    this.#processes.delete(process);
  }
}
