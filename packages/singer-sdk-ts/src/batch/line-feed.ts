/** An input that is given block by block, and tells when a reader has read all of it. */
export class LineFeed implements AsyncIterable<Buffer>, AsyncIterator<Buffer> {
  #block: Buffer | undefined;
  #answer: ((block: IteratorResult<Buffer>) => void) | undefined;
  #hungry: () => void = () => undefined;
  /** A reader's call that went on after the block before: it is answered by the next one. */
  #pending: Promise<unknown> | undefined;

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this;
  }

  /** Gives the reader its next block. */
  give(block: Buffer): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined) this.#block = block;
    else answer({ done: false, value: block });
  }

  next(): Promise<IteratorResult<Buffer>> {
    const block = this.#block;
    this.#block = undefined;
    if (block !== undefined) return Promise.resolve({ done: false, value: block });
    this.#hungry();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  /** What `read` gives, or undefined when it waits for another block; it then goes on in the next call. */
  async until<T>(read: () => Promise<T>): Promise<T | undefined> {
    const hungry = new Promise<undefined>((resolve) => {
      this.#hungry = () => resolve(undefined);
    });
    // The same reader is read each time, so the call that waits gives what this one would.
    const call = (this.#pending ?? read()) as Promise<T>;
    this.#pending = call;
    call.catch(() => undefined);
    const result = await Promise.race([call.then((value) => ({ value })), hungry]);
    if (result === undefined) return undefined;
    this.#pending = undefined;
    return result.value;
  }
}
