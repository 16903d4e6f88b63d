/** Work that is taken from both ends until they meet. */
export class TwoEndedQueue<T> {
  readonly #items: readonly T[];
  #start = 0;
  #end: number;

  constructor(items: readonly T[]) {
    this.#items = items;
    this.#end = items.length;
  }

  first(): { index: number; item: T } | undefined {
    return this.#at(this.#start, () => (this.#start += 1));
  }

  last(): { index: number; item: T } | undefined {
    return this.#at(this.#end - 1, () => (this.#end -= 1));
  }

  /** Nothing is handed out any more. */
  stop(): void {
    this.#end = this.#start;
  }

  #at(index: number, take: () => void): { index: number; item: T } | undefined {
    const item = this.#items[index];
    if (this.#start >= this.#end || item === undefined) return undefined;
    take();
    return { index, item };
  }
}

/** A lane that fails keeps the other ones from going on. */
export async function stopping<T>(lane: Promise<void>, queue: TwoEndedQueue<T>): Promise<void> {
  try {
    await lane;
  } catch (error) {
    queue.stop();
    throw error;
  }
}
