import { allocateSource, type ByteSource, slackBytes } from "./byte-source.ts";
import { chunksOf } from "./pipe-chunks.ts";

/** Room for a few reads of a pipe (64 KiB each) and the carried tail. */
const capacityAtFirst = 256 * 1024;

/**
 * Bytes of an input as blocks of whole lines in one reused buffer. A line of any length is carried
 * until its newline comes, up to `lineBytesMax`; a longer one is dropped, except its beginning.
 */
export class LineReader {
  readonly #chunks: AsyncIterator<unknown>;
  readonly #lineBytesMax: number;
  source: ByteSource = allocateSource(capacityAtFirst);
  /** The whole lines that were read last: every one ends with a newline. */
  start = 0;
  end = 0;
  /** Bytes in use, the carried tail included. */
  #used = 0;
  #isDropping = false;
  #isEnded = false;
  /** The beginning of a line that was too long, until it is taken. */
  #droppedText: string | undefined;

  constructor(input: AsyncIterable<unknown>, lineBytesMax: number) {
    this.#chunks = chunksOf(input);
    this.#lineBytesMax = lineBytesMax;
  }

  /**
   * Reads on: the block before it is gone. False at the end of the input.
   * A last line without a newline gets one.
   */
  async read(): Promise<boolean> {
    this.source.bytes.copyWithin(0, this.end, this.#used);
    this.#used -= this.end;
    this.start = 0;
    this.end = 0;
    while (this.end === 0 && this.#droppedText === undefined) {
      if (this.#isEnded) return false;
      const result = await this.#chunks.next();
      if (result.done === true) this.#finish();
      else this.#add(toBytes(result.value));
    }
    return true;
  }

  /** The first bytes of a line that was longer than allowed, once; it lies before the block. */
  takeDropped(): string | undefined {
    const text = this.#droppedText;
    this.#droppedText = undefined;
    return text;
  }

  #finish(): void {
    this.#isEnded = true;
    if (this.#used > 0 || this.#isDropping) this.#add(Buffer.of(10));
  }

  #add(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#isDropping) {
      const newline = bytes.indexOf(10);
      if (newline < 0) return;
      this.#isDropping = false;
      bytes = bytes.subarray(newline + 1);
    }
    const from = this.#used;
    this.#reserve(from + bytes.length);
    this.source.bytes.set(bytes, from);
    this.#used = from + bytes.length;
    const last = this.source.buffer.subarray(from, this.#used).lastIndexOf(10);
    this.end = last < 0 ? 0 : from + last + 1;
    if (this.end === 0 && this.#used > this.#lineBytesMax) this.#drop();
  }

  #drop(): void {
    this.#droppedText = this.source.buffer.toString("utf8", 0, droppedTextBytes);
    this.#isDropping = true;
    this.#used = 0;
  }

  #reserve(size: number): void {
    const capacity = this.source.bytes.length - slackBytes;
    if (size <= capacity) return;
    const grown = allocateSource(Math.max(size, 2 * capacity));
    grown.bytes.set(this.source.bytes.subarray(0, this.#used));
    this.source = grown;
  }
}

/** How much of a line that is too long is kept to name it. */
const droppedTextBytes = 4096;

function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === "string") return Buffer.from(chunk, "utf8");
  throw new Error("the input is not a stream of bytes");
}
