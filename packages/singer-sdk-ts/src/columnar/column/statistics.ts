import type { ColumnStatistics } from "./column-builder.ts";

/** The rows of a finished column: which of them hold a value. */
export interface Rows {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
}

/** Whether `row` holds a value. */
export function hasValue(rows: Rows, row: number): boolean {
  return (
    rows.nullBitmap === undefined || ((rows.nullBitmap[row >> 3] ?? 0) & (1 << (row & 7))) !== 0
  );
}

/**
 * Statistics of 64-bit integers in pairs of words (low, high). One pass after the batch: rows that
 * were taken back leave no trace in the bounds.
 */
export function int64Statistics(words: Int32Array, rows: Rows): ColumnStatistics {
  let min = -1;
  let max = -1;
  let minHigh = 0;
  let maxHigh = 0;
  for (let row = 0; row < rows.length; row++) {
    if (!hasValue(rows, row)) continue;
    const at = 2 * row;
    const high = words[at + 1] ?? 0;
    if (min < 0 || high < minHigh || (high === minHigh && isLess(words, at, min))) {
      min = at;
      minHigh = high;
    }
    if (max < 0 || high > maxHigh || (high === maxHigh && isLess(words, max, at))) {
      max = at;
      maxHigh = high;
    }
  }
  return boundsOf(words, { min, max, width: 2 }, rows);
}

/** Statistics of 128-bit integers in four words, the lowest first. */
export function int128Statistics(words: Int32Array, rows: Rows): ColumnStatistics {
  let min = -1;
  let max = -1;
  for (let row = 0; row < rows.length; row++) {
    if (!hasValue(rows, row)) continue;
    const at = 4 * row;
    if (min < 0 || isLessWide(words, at, min)) min = at;
    if (max < 0 || isLessWide(words, max, at)) max = at;
  }
  return boundsOf(words, { min, max, width: 4 }, rows);
}

function boundsOf(
  words: Int32Array,
  found: { readonly min: number; readonly max: number; readonly width: number },
  rows: Rows,
): ColumnStatistics {
  if (found.min < 0) return { nullCount: rows.nullCount };
  const min = wideInteger(words, found.min, found.width);
  return { nullCount: rows.nullCount, min, max: wideInteger(words, found.max, found.width) };
}

/** Compares the lowest words, which have no sign. */
function isLess(words: Int32Array, left: number, right: number): boolean {
  return (words[left] ?? 0) >>> 0 < (words[right] ?? 0) >>> 0;
}

function isLessWide(words: Int32Array, left: number, right: number): boolean {
  if (words[left + 3] !== words[right + 3]) return (words[left + 3] ?? 0) < (words[right + 3] ?? 0);
  if (words[left + 2] !== words[right + 2]) return isLess(words, left + 2, right + 2);
  if (words[left + 1] !== words[right + 1]) return isLess(words, left + 1, right + 1);
  return isLess(words, left, right);
}

function wideInteger(words: Int32Array, at: number, width: number): bigint {
  let value = BigInt(words[at + width - 1] ?? 0);
  for (let i = width - 2; i >= 0; i--) {
    value = (value << 32n) | BigInt((words[at + i] ?? 0) >>> 0);
  }
  return value;
}

/** Statistics of plain numbers; a NaN is reported, not compared. */
export function numberStatistics(
  values: { readonly [row: number]: number },
  rows: Rows,
): ColumnStatistics {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let hasNaN = false;
  let found = false;
  for (let row = 0; row < rows.length; row++) {
    if (!hasValue(rows, row)) continue;
    const value = values[row] ?? 0;
    if (Number.isNaN(value)) {
      hasNaN = true;
      continue;
    }
    found = true;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    nullCount: rows.nullCount,
    ...(found ? { min, max } : {}),
    ...(hasNaN ? { hasNaN } : {}),
  };
}

/** Statistics of texts, in the order of their UTF-8 bytes, which is the order of their code points. */
export function textStatistics(
  bytes: Uint8Array,
  offsets: Int32Array,
  rows: Rows,
): ColumnStatistics {
  let min = -1;
  let max = -1;
  for (let row = 0; row < rows.length; row++) {
    if (!hasValue(rows, row)) continue;
    if (min < 0) {
      min = row;
      max = row;
    } else if (compareRows(bytes, offsets, row, min) < 0) min = row;
    else if (compareRows(bytes, offsets, row, max) > 0) max = row;
  }
  if (min < 0) return { nullCount: rows.nullCount };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (row: number) => buffer.toString("utf8", offsets[row] ?? 0, offsets[row + 1] ?? 0);
  return { nullCount: rows.nullCount, min: text(min), max: text(max) };
}

function compareRows(bytes: Uint8Array, offsets: Int32Array, left: number, right: number): number {
  let l = offsets[left] ?? 0;
  let r = offsets[right] ?? 0;
  const leftEnd = offsets[left + 1] ?? 0;
  const rightEnd = offsets[right + 1] ?? 0;
  while (l < leftEnd && r < rightEnd) {
    const difference = (bytes[l++] ?? 0) - (bytes[r++] ?? 0);
    if (difference !== 0) return difference;
  }
  return leftEnd - l - (rightEnd - r);
}
