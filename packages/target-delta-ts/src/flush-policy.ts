/** When rows leave memory. */
export interface FlushLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly ageMs: number;
  /** Rows that loads hold, of all streams together. */
  readonly memoryBytes: number;
  /** Rows that wait in the reader, of all streams together. */
  readonly pendingBytes: number;
}

/** What waits of one stream. */
interface Waiting {
  rows: number;
  bytes: number;
  sinceMs: number;
}

/** Keeps count of the rows that are not yet durable and says which streams have to be flushed. */
export class FlushPolicy {
  readonly #limits: FlushLimits;
  readonly #waiting = new Map<string, Waiting>();

  constructor(limits: FlushLimits) {
    this.#limits = limits;
  }

  add(stream: string, rows: number, bytes: number, nowMs: number): void {
    const waiting = this.#waiting.get(stream) ?? { rows: 0, bytes: 0, sinceMs: nowMs };
    waiting.rows += rows;
    waiting.bytes += bytes;
    this.#waiting.set(stream, waiting);
  }

  flushed(stream: string): void {
    this.#waiting.delete(stream);
  }

  isFull(stream: string): boolean {
    const waiting = this.#waiting.get(stream);
    return (
      waiting !== undefined &&
      (waiting.rows >= this.#limits.rows || waiting.bytes >= this.#limits.bytes)
    );
  }

  /** The streams whose oldest waiting row is too old. */
  aged(nowMs: number): readonly string[] {
    return [...this.#waiting]
      .filter(([, waiting]) => nowMs - waiting.sinceMs >= this.#limits.ageMs)
      .map(([stream]) => stream);
  }

  /** Milliseconds until a stream becomes too old; `undefined` when none waits. */
  nextAgeMs(nowMs: number): number | undefined {
    const ages = [...this.#waiting.values()].map(
      (waiting) => waiting.sinceMs + this.#limits.ageMs - nowMs,
    );
    return ages.length === 0 ? undefined : Math.max(0, Math.min(...ages));
  }

  /**
   * The streams whose rows have to leave the reader when too many wait there: the biggest first, until half of what is
   * allowed is left.
   */
  tooManyPending(pending: ReadonlyMap<string, number>): readonly string[] {
    const limit = this.#limits.pendingBytes;
    let total = 0;
    for (const bytes of pending.values()) total += bytes;
    if (total <= limit) return [];
    const chosen: string[] = [];
    for (const [stream, bytes] of [...pending].toSorted(([, a], [, b]) => b - a)) {
      if (total <= limit / 2) break;
      chosen.push(stream);
      total -= bytes;
    }
    return chosen;
  }

  /** The stream that holds most when all together hold more than allowed. */
  biggestOverMemory(held: ReadonlyMap<string, number>): string | undefined {
    let total = 0;
    let biggest: string | undefined;
    for (const [stream, bytes] of held) {
      total += bytes;
      if (bytes > 0 && bytes > (biggest === undefined ? 0 : (held.get(biggest) ?? 0)))
        biggest = stream;
    }
    return total > this.#limits.memoryBytes ? biggest : undefined;
  }
}
