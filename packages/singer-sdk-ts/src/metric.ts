import type { Log } from "./log.ts";

/** A count is told when its stream ends, and no later than this, in milliseconds. */
const intervalMs = 60_000;

/** Counts the records of the stream that is being written, and tells them as `record_count` metrics. */
export class RecordCounter {
  readonly #log: Log;
  #stream: string | undefined;
  #rows = 0;
  #since = performance.now();

  constructor(log: Log) {
    this.#log = log;
  }

  add(stream: string, rows: number): void {
    const isNext = stream !== this.#stream;
    if (isNext || performance.now() - this.#since > intervalMs) this.end();
    this.#stream = stream;
    this.#rows += rows;
  }

  /** Tells what was counted since the last time. */
  end(): void {
    if (this.#stream !== undefined) {
      this.#log.metric({
        type: "counter",
        metric: "record_count",
        value: this.#rows,
        tags: { stream: this.#stream },
      });
    }
    this.#stream = undefined;
    this.#rows = 0;
    this.#since = performance.now();
  }
}
