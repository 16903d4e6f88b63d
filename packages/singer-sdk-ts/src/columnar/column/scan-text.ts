import type { ByteSource } from "../byte-source.ts";
import { backslash, hexCode, quote } from "../token.ts";
import type { ByteColumn } from "./bytes.ts";

/** Bytes that every position in the run must have ahead: a copy writes four at a time, an escape at most four. */
const ahead = 8;

/**
 * Reads a string into a new row of `column`: returns the position after it, or -1.
 * Copies four bytes at a time until one of them is a quote, a backslash or a control character
 * (the has-zero-byte test of "Bit Twiddling Hacks"). Whether the bytes are UTF-8 is checked for
 * whole blocks of lines, before.
 */
export function scanText(column: ByteColumn, source: ByteSource, position: number): number {
  const { bytes, view } = source;
  if (bytes[position] !== quote) return -1;
  let p = position + 1;
  let q = column.end;
  column.reserve(q, 64);
  let target = column.view;
  let limit = target.byteLength - ahead;
  for (;;) {
    if (q > limit) {
      column.reserve(q, 2 * ahead);
      target = column.view;
      limit = target.byteLength - ahead;
    }
    const word = view.getInt32(p, true);
    const quotes = word ^ 0x22222222;
    const slashes = word ^ 0x5c5c5c5c;
    const special =
      (((quotes - 0x01010101) & ~quotes) |
        ((slashes - 0x01010101) & ~slashes) |
        ((word - 0x20202020) & ~word)) &
      0x80808080;
    target.setInt32(q, word, true);
    if (special === 0) {
      p += 4;
      q += 4;
      continue;
    }
    // The lowest mark is exact; those above it may be borrowed.
    const plain = (31 - Math.clz32(special & -special)) >> 3;
    p += plain;
    q += plain;
    const byte = bytes[p];
    if (byte === quote) {
      column.close(q);
      return p + 1;
    }
    if (byte !== backslash) return -1;
    const written = copyEscape(bytes, p, column.bytes, q);
    if (written < 0) return -1;
    q += written & 7;
    p += written >> 3;
  }
}

const single: Readonly<Record<number, number>> = {
  0x22: 0x22,
  0x5c: 0x5c,
  0x2f: 0x2f,
  0x62: 0x08,
  0x66: 0x0c,
  0x6e: 0x0a,
  0x72: 0x0d,
  0x74: 0x09,
};

/** Writes what an escape stands for: returns bytes read × 8 + bytes written, or -1. */
function copyEscape(bytes: Uint8Array, p: number, target: Uint8Array, q: number): number {
  const letter = bytes[p + 1] ?? 0;
  if (letter !== 0x75) {
    const byte = single[letter];
    if (byte === undefined) return -1;
    target[q] = byte;
    return 2 * 8 + 1;
  }
  const code = hexCode(bytes, p + 2);
  if (code < 0) return -1;
  if (code < 0xd800 || code > 0xdfff) return 6 * 8 + writeCodePoint(target, q, code);
  const low =
    code < 0xdc00 && bytes[p + 6] === backslash && bytes[p + 7] === 0x75
      ? hexCode(bytes, p + 8)
      : -1;
  if (low < 0xdc00 || low > 0xdfff) return 6 * 8 + writeCodePoint(target, q, 0xfffd);
  return 12 * 8 + writeCodePoint(target, q, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
}

function writeCodePoint(target: Uint8Array, q: number, code: number): number {
  if (code < 0x80) {
    target[q] = code;
    return 1;
  }
  if (code < 0x800) {
    target[q] = 0xc0 | (code >> 6);
    target[q + 1] = 0x80 | (code & 63);
    return 2;
  }
  if (code < 0x10000) {
    target[q] = 0xe0 | (code >> 12);
    target[q + 1] = 0x80 | ((code >> 6) & 63);
    target[q + 2] = 0x80 | (code & 63);
    return 3;
  }
  target[q] = 0xf0 | (code >> 18);
  target[q + 1] = 0x80 | ((code >> 12) & 63);
  target[q + 2] = 0x80 | ((code >> 6) & 63);
  target[q + 3] = 0x80 | (code & 63);
  return 4;
}
