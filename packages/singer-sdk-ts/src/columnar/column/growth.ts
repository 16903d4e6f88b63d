import { giveBuffer, takeBytes, takeWords } from "./array-pool.ts";
/**
 * What a column has after its rows were taken: a stream that rests holds no memory. The first row makes room for as many
 * as there were the last time.
 */
export const noBytes = new Uint8Array(0);
export const noWords = new Int32Array(0);

/** A copy of `words` with room for at least `length`, and for `room`, doubling; `words` must not be used any more. */
export function grownWords(
  words: Int32Array<ArrayBuffer>,
  length: number,
  room = 0,
): Int32Array<ArrayBuffer> {
  const grown = takeWords(Math.max(words.length * 2, length, room));
  grown.set(words);
  giveBuffer(words.buffer);
  return grown;
}

/** A copy of `bytes` with room for at least `length`, and for `room`, doubling; `bytes` must not be used any more. */
export function grownBytes(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
  room = 0,
): Uint8Array<ArrayBuffer> {
  const grown = takeBytes(Math.max(bytes.length * 2, length, room));
  grown.set(bytes);
  giveBuffer(bytes.buffer);
  return grown;
}

/** `words`, or a grown copy when it is shorter than `length`. */
export function roomForWords(
  words: Int32Array<ArrayBuffer>,
  length: number,
): Int32Array<ArrayBuffer> {
  return length <= words.length ? words : grownWords(words, length);
}

/** `bytes`, or a grown copy when it is shorter than `length`. */
export function roomForBytes(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
): Uint8Array<ArrayBuffer> {
  return length <= bytes.length ? bytes : grownBytes(bytes, length);
}
