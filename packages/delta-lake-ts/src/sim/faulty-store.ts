import { DeltaError } from "../error.ts";
import type { ObjectMeta, ObjectStore } from "../store.ts";
import type { Process, Scheduler } from "./scheduler.ts";

/** How often each trouble happens, as shares of the operations it can happen to. */
export interface FaultRates {
  /** The request never arrives, and the sender gets no answer. */
  readonly lostRequest: number;
  /** The request is carried out, and the sender gets no answer. */
  readonly lostReply: number;
  /** The sender gives up, and the request is carried out afterwards. */
  readonly late: number;
  /** The client repeats a request whose reply was lost, and sees its own object as another's. */
  readonly repeated: number;
  /** The store refuses, saying that nothing happened. */
  readonly refused: number;
  /** The request is carried out, and then the process hears nothing for up to a minute. */
  readonly outage: number;
}

export const NO_FAULTS: FaultRates = {
  lostRequest: 0,
  lostReply: 0,
  late: 0,
  repeated: 0,
  refused: 0,
  outage: 0,
};

const LATE_MS_MAX = 60_000;
const OUTAGE_MS_MAX = 60_000;

/** A store as one process sees it: every operation is an effect, and some go wrong. */
export class FaultyStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #rates: () => FaultRates;
  #outageEndMs = 0;

  constructor(
    store: ObjectStore,
    options: { scheduler: Scheduler; process: Process; rates: () => FaultRates },
  ) {
    this.#store = store;
    this.#scheduler = options.scheduler;
    this.#process = options.process;
    this.#rates = options.rates;
  }

  get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#store.get(path, range));
  }

  head(path: string): Promise<ObjectMeta | undefined> {
    return this.#read(() => this.#store.head(path));
  }

  list(prefix: string, startAfter?: string): Promise<readonly ObjectMeta[]> {
    return this.#read(() => this.#store.list(prefix, startAfter));
  }

  put(path: string, bytes: Uint8Array): Promise<void> {
    return this.#change(() => this.#store.put(path, bytes));
  }

  putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    return this.#change(async () => {
      const outcome = await this.#store.putIfAbsent(path, bytes);
      return this.#scheduler.random.isTrue(this.#rates().repeated) ? "exists" : outcome;
    });
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    const bytes = Buffer.concat(parts);
    await this.#change(() => this.#store.put(path, bytes));
    return bytes.length;
  }

  delete(path: string): Promise<void> {
    return this.#change(() => this.#store.delete(path));
  }

  move(from: string, to: string): Promise<void> {
    return this.#change(() => this.#store.move(from, to));
  }

  #read<T>(run: () => Promise<T>): Promise<T> {
    return this.#scheduler.effect(this.#process, async () => {
      if (this.#isOut() || this.#scheduler.random.isTrue(this.#rates().lostRequest))
        throw noAnswer();
      return run();
    });
  }

  #change<T>(run: () => Promise<T>): Promise<T> {
    const { random } = this.#scheduler;
    return this.#scheduler.effect(this.#process, async () => {
      const rates = this.#rates();
      if (random.isTrue(rates.refused)) throw new DeltaError("E_STORE", "the store refused");
      if (this.#isOut() || random.isTrue(rates.lostRequest)) throw noAnswer();
      if (random.isTrue(rates.late)) {
        this.#scheduler.later(async () => void (await run()), random.below(LATE_MS_MAX));
        throw noAnswer();
      }
      const result = await run();
      if (random.isTrue(rates.outage)) {
        this.#outageEndMs = this.#scheduler.nowMs + random.below(OUTAGE_MS_MAX);
        throw noAnswer();
      }
      if (random.isTrue(rates.lostReply)) throw noAnswer();
      return result;
    });
  }

  #isOut(): boolean {
    return this.#scheduler.nowMs < this.#outageEndMs;
  }
}

function noAnswer(): Error {
  return new Error("the store does not answer");
}
