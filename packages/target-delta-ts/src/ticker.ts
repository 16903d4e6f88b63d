/** Wakes a waiting loop at intervals, and at once when the signal aborts. */
export class Ticker {
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#fire();
  #resolve: (() => void) | undefined;
  #tick: Promise<void>;

  constructor(intervalMs: number, signal: AbortSignal) {
    this.#signal = signal;
    this.#tick = this.#renew();
    this.#timer = setInterval(() => this.#fire(), intervalMs);
    signal.addEventListener("abort", this.#onAbort);
  }

  /** Resolves at the next tick; a fresh promise each time, so that races on it leave nothing behind. */
  get tick(): Promise<void> {
    return this.#signal.aborted ? Promise.resolve() : this.#tick;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#signal.removeEventListener("abort", this.#onAbort);
  }

  #fire(): void {
    const resolve = this.#resolve;
    this.#tick = this.#renew();
    resolve?.();
  }

  #renew(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}
