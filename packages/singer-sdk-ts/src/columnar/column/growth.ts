import { giveBuffer, takeBytes, takeWords } from "./array-pool.ts";
/** A copy of `words` with room for at least `length`, doubling; `words` must not be used any more. */
export function grownWords(
  words: Int32Array<ArrayBuffer>,
  length: number,
): Int32Array<ArrayBuffer> {
  const grown = takeWords(Math.max(words.length * 2, length));
  grown.set(words);
  giveBuffer(words.buffer);
  return grown;
}

/** A copy of `bytes` with room for at least `length`, doubling; `bytes` must not be used any more. */
export function grownBytes(
  bytes: Uint8Array<ArrayBuffer>,
  length: number,
): Uint8Array<ArrayBuffer> {
  const grown = takeBytes(Math.max(bytes.length * 2, length));
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
