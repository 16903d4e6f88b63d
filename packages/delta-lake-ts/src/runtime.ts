import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** Time and chance as arguments, so that the same code runs under the simulator. */
export interface Runtime {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  uuid(): string;
  sleep(ms: number): Promise<void>;
  /** Told of trouble that fails nothing: a checkpoint that could not be written. */
  warn?(event: string, error: unknown): void;
}

/** The real clock and the real dice. */
export const systemRuntime: Runtime = {
  now: () => Date.now(),
  random: () => Math.random(),
  uuid: () => randomUUID(),
  sleep: (ms) => sleep(ms),
};
