/** How many buffers wait to be used again: one for the page being read, one being written, one being compared with. */
const waitingMax = 3;

/**
 * Buffers for response bodies, used again once a page is done with: memory stays flat however long a stream is, instead
 * of growing until the garbage collector notices bytes outside its heap.
 */
export class BodyPool {
  readonly #waiting: Buffer[] = [];
  readonly #own = new WeakSet<ArrayBufferLike>();

  /** Collects a body; the result is a view of a pooled buffer, the caller's own until `release`. */
  async collect(body: AsyncIterable<Uint8Array>, lengthExpected: number): Promise<Buffer> {
    let buffer = this.#take(lengthExpected);
    let length = 0;
    for await (const chunk of body) {
      if (length + chunk.length > buffer.length) {
        const grown = this.#allocate(Math.max(length + chunk.length, buffer.length * 2));
        buffer.copy(grown, 0, 0, length);
        buffer = grown;
      }
      buffer.set(chunk, length);
      length += chunk.length;
    }
    return buffer.subarray(0, length);
  }

  /** Gives a collected body back; nobody may read it any more. A buffer from elsewhere is left alone. */
  release(body: Buffer): void {
    if (!this.#own.has(body.buffer) || this.#waiting.length >= waitingMax) return;
    this.#waiting.push(Buffer.from(body.buffer));
  }

  #allocate(sizeBytes: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(sizeBytes);
    this.#own.add(buffer.buffer);
    return buffer;
  }

  #take(lengthMin: number): Buffer {
    const index = this.#waiting.findIndex(({ length }) => length >= lengthMin);
    const [found] = index < 0 ? [] : this.#waiting.splice(index, 1);
    // A buffer that is too small would only stay in the way of a larger one.
    if (found === undefined) this.#waiting.shift();
    return found ?? this.#allocate(Math.max(64 * 1024, lengthMin));
  }
}
