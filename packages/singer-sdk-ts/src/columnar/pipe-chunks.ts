import { Socket } from "node:net";

/** What a pipe holds at most on Linux, four times over. */
const bufferBytes = 256 * 1024;

/**
 * The chunks of an input. Where it is stdin and a pipe that nobody has read yet, they lie in one buffer that is used again
 * for each: a chunk is then good until the next one is asked for. The 64 KiB that a stream allocates for each read keep the
 * garbage collector busier than reading does: 0.25 instead of 0.45 CPU seconds for 496 MB, and 35 MB less (bench/target).
 */
export function chunksOf(input: AsyncIterable<unknown>): AsyncIterator<unknown> {
  const isPipe = input instanceof Socket && !("isTTY" in input) && Reflect.get(input, "fd") === 0;
  if (!isPipe || input.readableFlowing !== null || input.bytesRead > 0) {
    return input[Symbol.asyncIterator]();
  }
  return new PipeChunks();
}

/** Reads stdin, a pipe, into one buffer. Opened when the first chunk is asked for: an open socket reads at once. */
class PipeChunks implements AsyncIterator<unknown> {
  #socket: Socket | undefined;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #size = 0;
  #isEnded = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  async next(): Promise<IteratorResult<unknown, undefined>> {
    this.#size = 0;
    if (!this.#isEnded && this.#error === undefined) {
      const isWoken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#socket ??= this.#open();
      this.#socket.resume();
      await isWoken;
    }
    if (this.#error !== undefined) throw this.#error;
    if (this.#size === 0) return { done: true, value: undefined };
    return { done: false, value: this.#buffer.subarray(0, this.#size) };
  }

  #open(): Socket {
    const socket = new Socket({
      fd: 0,
      readable: true,
      writable: false,
      onread: {
        buffer: this.#buffer,
        callback: (size) => {
          this.#size = size;
          this.#wake();
          // Reading stops until the chunk was used.
          return false;
        },
      },
    });
    socket.once("end", () => {
      this.#isEnded = true;
      this.#wake();
    });
    socket.once("error", (error) => {
      this.#error = error;
      this.#wake();
    });
    return socket;
  }
}
