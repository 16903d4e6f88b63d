import { isUtf8 } from "node:buffer";
import { INCOMPLETE, skipName, skipSeparator, skipValue, skipWhitespace } from "./scan.ts";

/** Records that lie whole in `body`, which is used again for the next ones: they must be done with by then. */
export interface CutRecords {
  readonly body: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Why a body can't be cut; `position` counts bytes from its start. */
export class CutError extends Error {
  readonly why: "malformed" | "early end" | "absent" | "not UTF-8";
  readonly position: number;

  constructor(why: CutError["why"], position: number) {
    super(`${why} at byte ${position}`);
    this.why = why;
    this.position = position;
  }
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const NULL_LETTER = 0x6e;
const byteOrderMark = Buffer.from("\ufeff");

/** Bytes looked at together; more only while one value is longer. */
const windowBytes = 1 << 20;

/**
 * Cuts the records at `path` (member names from the root, as JSON writes them) out of a JSON body of any length, checking
 * the whole body on the way. Memory is that of a window, or of the longest value. Throws CutError.
 */
export async function* cutStream(
  chunks: AsyncIterable<Uint8Array>,
  path: readonly Uint8Array[],
): AsyncGenerator<CutRecords> {
  const window = new Window(chunks[Symbol.asyncIterator]());
  await window.skipByteOrderMark();
  await window.skipBlank();
  const found = yield* walk(window, path, 0);
  await window.skipBlank();
  if (window.position < window.end) throw window.error("malformed");
  if (!found) throw window.error("absent");
}

/** Cuts a body of JSON values with nothing but white space between them: JSON Lines. Throws CutError. */
export async function* cutLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CutRecords> {
  const window = new Window(chunks[Symbol.asyncIterator]());
  for (;;) {
    await window.skipBlank();
    if (window.position >= window.end) return;
    const { isAtEnd } = window;
    const { starts, ends } = wholeLines(window);
    if (starts.length > 0) yield window.records(starts, ends);
    else if (!(await window.fill()) && isAtEnd) throw window.error("early end");
  }
}

/** The lines that end inside the window; at the end of the body also the last one, which need not have a line break. */
function wholeLines(window: Window): { readonly starts: number[]; readonly ends: number[] } {
  const { bytes, end } = window;
  const [starts, ends]: [number[], number[]] = [[], []];
  while (window.position < end) {
    const valueEnd = skipValue(bytes, window.position, end);
    if (valueEnd === INCOMPLETE || (valueEnd === end && !window.isAtEnd)) break;
    if (valueEnd < 0) throw window.error("malformed", -2 - valueEnd);
    starts.push(window.position);
    ends.push(valueEnd);
    window.position = skipWhitespace(bytes, valueEnd, end);
  }
  return { starts, ends };
}

/** Goes through the value at the window's position; true when `path` led to records in it. */
async function* walk(
  window: Window,
  path: readonly Uint8Array[],
  level: number,
): AsyncGenerator<CutRecords, boolean> {
  const name = path[level];
  if (name === undefined) {
    yield* collect(window);
    return true;
  }
  if (!window.isAt(OPEN_OBJECT)) {
    await window.skip(skipValue);
    return false;
  }
  let isFound = false;
  window.position++;
  await window.skipBlank();
  while (!window.isAt(CLOSE_OBJECT)) {
    const isMatch = (await window.skip(skipName, name)) && !isFound;
    await window.skipBlank();
    if (isMatch) isFound = yield* walk(window, path, level + 1);
    else await window.skip(skipValue);
    await window.skip((bytes, at, end) => skipSeparator(bytes, at, end, CLOSE_OBJECT));
  }
  window.position++;
  return isFound;
}

/** The elements of the array at the window's position; another value is one record, null is none. */
async function* collect(window: Window): AsyncGenerator<CutRecords> {
  if (!window.isAt(OPEN_ARRAY)) {
    const isNull = window.isAt(NULL_LETTER);
    await window.skip(skipValue);
    if (!isNull) yield window.records([window.kept], [window.position]);
    return;
  }
  window.position++;
  await window.skipBlank();
  while (!window.isAt(CLOSE_ARRAY)) {
    const { starts, ends } = wholeElements(window);
    if (starts.length > 0) yield window.records(starts, ends);
    else if (!(await window.fill())) throw window.error("early end");
  }
  window.position++;
}

function wholeElements(window: Window): { readonly starts: number[]; readonly ends: number[] } {
  const { bytes, end } = window;
  const [starts, ends]: [number[], number[]] = [[], []];
  while (bytes[window.position] !== CLOSE_ARRAY) {
    const valueEnd = skipValue(bytes, window.position, end);
    const next = valueEnd < 0 ? valueEnd : skipSeparator(bytes, valueEnd, end, CLOSE_ARRAY);
    if (next === INCOMPLETE) break;
    if (next < 0) throw window.error("malformed", -2 - next);
    starts.push(window.position);
    ends.push(valueEnd);
    window.position = next;
  }
  return { starts, ends };
}

/** The part of the body that is looked at. */
class Window {
  readonly #chunks: AsyncIterator<Uint8Array>;
  bytes = Buffer.allocUnsafeSlow(windowBytes);
  position = 0;
  end = 0;
  isAtEnd = false;
  /** Where the last value that was skipped whole starts. */
  kept = 0;
  /** Bytes of the body before the window. */
  #before = 0;

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.#chunks = chunks;
  }

  isAt(byte: number): boolean {
    return this.position < this.end && this.bytes[this.position] === byte;
  }

  async skipByteOrderMark(): Promise<void> {
    while (this.end < byteOrderMark.length && (await this.fill()));
    if (this.bytes.subarray(0, Math.min(this.end, byteOrderMark.length)).equals(byteOrderMark))
      this.position = byteOrderMark.length;
  }

  error(why: CutError["why"], position = this.position): CutError {
    return new CutError(why, this.#before + position);
  }

  records(starts: readonly number[], ends: readonly number[]): CutRecords {
    const body = this.bytes.subarray(0, this.end);
    const first = starts[0] ?? 0;
    if (!isUtf8(body.subarray(first, ends.at(-1)))) throw this.error("not UTF-8", first);
    return { body, starts, ends };
  }

  /** Moves past white space, to the next byte that says something or to the end. */
  async skipBlank(): Promise<void> {
    do this.position = skipWhitespace(this.bytes, this.position, this.end);
    while (this.position >= this.end && (await this.fill()));
  }

  /** Moves past what `skip` skips; with a `name`, says whether it was skipped. */
  async skip(
    skip: (bytes: Uint8Array, position: number, end: number) => number,
    name?: Uint8Array,
  ): Promise<boolean> {
    for (;;) {
      const next = skip(this.bytes, this.position, this.end);
      if (next < INCOMPLETE) throw this.error("malformed", -2 - next);
      // What touches the window's end, a number for example, may go on.
      if ((next === INCOMPLETE || next === this.end) && (await this.fill())) continue;
      if (next === INCOMPLETE) throw this.error("early end");
      this.kept = this.position;
      this.position = next;
      return name !== undefined && startsWithName(this.bytes, this.kept, name);
    }
  }

  /** Reads on, from `position` at the window's start; false at the end of the body. */
  async fill(): Promise<boolean> {
    if (this.isAtEnd) return false;
    const { done, value } = await this.#chunks.next();
    if (done === true) {
      this.isAtEnd = true;
      return false;
    }
    const rest = this.end - this.position;
    let target = this.bytes;
    if (rest + value.length > target.length)
      target = Buffer.allocUnsafeSlow(Math.max(rest + value.length, target.length * 2));
    this.bytes.copy(target, 0, this.position, this.end);
    target.set(value, rest);
    this.bytes = target;
    this.#before += this.position;
    this.position = 0;
    this.end = rest + value.length;
    return true;
  }
}

function startsWithName(bytes: Uint8Array, position: number, name: Uint8Array): boolean {
  const start = position + 1;
  if (bytes[start + name.length] !== 0x22) return false;
  return name.every((byte, index) => bytes[start + index] === byte);
}
