import type { ByteSource } from "./byte-source.ts";

/** Bytes that are expected to come again, such as a member's name with the spaces around it. */
export interface Spelling {
  readonly words: Int32Array;
  /** The last bytes, fewer than four, and which bits of a word they are. */
  readonly lastWord: number;
  readonly lastMask: number;
  readonly length: number;
  /** How many times these bytes were learned anew. */
  readonly lessons: number;
}

/** Learns `text`. */
export function spell(text: Uint8Array, lessons: number): Spelling {
  const padded = new Uint8Array((text.length + 7) & ~3);
  padded.set(text);
  const view = new DataView(padded.buffer);
  const count = text.length >> 2;
  const words = new Int32Array(count);
  for (let i = 0; i < count; i++) words[i] = view.getInt32(4 * i, true);
  const lastMask = (1 << (8 * (text.length & 3))) - 1;
  return {
    words,
    lastWord: view.getInt32(4 * count, true),
    lastMask,
    length: text.length,
    lessons,
  };
}

/** Compares four bytes a step: the position after the spelling when it stands at `position`, else -1. */
export function matchSpelling(spelling: Spelling, source: ByteSource, position: number): number {
  const { words } = spelling;
  const { view } = source;
  // Past the end of a line there is a newline, which no spelling has: the words before it differ.
  if (position + spelling.length + 4 > view.byteLength) return -1;
  let p = position;
  for (let i = 0; i < words.length; i++, p += 4) {
    if (view.getInt32(p, true) !== words[i]) return -1;
  }
  if ((view.getInt32(p, true) & spelling.lastMask) !== spelling.lastWord) return -1;
  return position + spelling.length;
}
