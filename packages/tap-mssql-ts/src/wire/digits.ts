import type { RowBuffer } from "./row-buffer.ts";

const TENS = Uint8Array.from({ length: 100 }, (_, index) => 48 + Math.floor(index / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, index) => 48 + (index % 10));

/** Appends a non-negative integer below 2^53 in decimal digits. The caller ensures 16 bytes. */
export function writeDigits(out: RowBuffer, value: number): void {
  const { bytes } = out;
  const end = out.position + digitCount(value);
  let at = end;
  let rest = value;
  while (rest >= 0x7fff_ffff) {
    const quotient = Math.floor(rest / 100);
    const pair = rest - quotient * 100;
    bytes[--at] = ONES[pair] ?? 0;
    bytes[--at] = TENS[pair] ?? 0;
    rest = quotient;
  }
  let small = rest | 0;
  while (small >= 100) {
    const quotient = (small / 100) | 0;
    const pair = small - quotient * 100;
    bytes[--at] = ONES[pair] ?? 0;
    bytes[--at] = TENS[pair] ?? 0;
    small = quotient;
  }
  bytes[--at] = ONES[small] ?? 0;
  if (small >= 10) bytes[--at] = TENS[small] ?? 0;
  out.position = end;
}

/** Appends `value` with exactly `width` digits, zeros in front. The caller ensures the room. */
export function writePadded(out: RowBuffer, value: number, width: number): void {
  const { bytes } = out;
  let rest = value;
  for (let at = out.position + width - 1; at >= out.position; at--) {
    const quotient = Math.floor(rest / 10);
    bytes[at] = 48 + (rest - quotient * 10);
    rest = quotient;
  }
  out.position += width;
}

/** Appends a two-digit number. The caller ensures the room. */
export function writeTwo(out: RowBuffer, value: number): void {
  out.bytes[out.position] = TENS[value] ?? 0;
  out.bytes[out.position + 1] = ONES[value] ?? 0;
  out.position += 2;
}

function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1e3) return 3;
  if (value < 1e4) return 4;
  if (value < 1e5) return 5;
  if (value < 1e6) return 6;
  if (value < 1e7) return 7;
  if (value < 1e8) return 8;
  if (value < 1e9) return 9;
  let count = 10;
  for (let limit = 1e10; value >= limit; limit *= 10) count++;
  return count;
}
