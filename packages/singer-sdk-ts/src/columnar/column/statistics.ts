import type { ColumnStatistics } from "./column-builder.ts";

/** The rows of a finished column: which of them hold a value. */
export interface Rows {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
}

/** Whether `row` holds a value. */
function hasValue(rows: Rows, row: number): boolean {
  return (
    rows.nullBitmap === undefined || ((rows.nullBitmap[row >> 3] ?? 0) & (1 << (row & 7))) !== 0
  );
}

/**
 * Statistics of 64-bit integers in pairs of words (low, high). One pass after the batch: rows that
 * were taken back leave no trace in the bounds.
 */
export function int64Statistics(words: Int32Array, rows: Rows): ColumnStatistics {
  return wideStatistics(words, 2, rows);
}

/** Statistics of 128-bit integers in four words, the lowest first. */
export function int128Statistics(words: Int32Array, rows: Rows): ColumnStatistics {
  return wideStatistics(words, 4, rows);
}

/** High words of integers that a double holds exactly. */
const highLimit = 2 ** 21;

/** Values below 2^53 are compared as doubles; the few wider ones word by word. */
function wideStatistics(words: Int32Array, width: number, rows: Rows): ColumnStatistics {
  const hasNulls = rows.nullBitmap !== undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const wide: bigint[] = [];
  for (let row = 0; row < rows.length; row++) {
    if (hasNulls && !hasValue(rows, row)) continue;
    const at = row * width;
    const high = words[at + 1] ?? 0;
    const sign = high >> 31;
    const isNarrow = width === 2 || (words[at + 2] === sign && words[at + 3] === sign);
    if (isNarrow && high >= -highLimit && high < highLimit) {
      const value = high * 4294967296 + ((words[at] ?? 0) >>> 0);
      if (value < min) min = value;
      if (value > max) max = value;
    } else widen(wide, wideInteger(words, at, width));
  }
  if (min <= max) [min, max].forEach((value) => widen(wide, BigInt(value)));
  const [low, high] = wide;
  if (low === undefined || high === undefined) return { nullCount: rows.nullCount };
  return { nullCount: rows.nullCount, min: low, max: high };
}

/** Widens the bounds [least, greatest], empty at first, to take in `value`. */
function widen(bounds: bigint[], value: bigint): void {
  const [low, high] = bounds;
  if (low === undefined || value < low) bounds[0] = value;
  if (high === undefined || value > high) bounds[1] = value;
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
  const hasNulls = rows.nullBitmap !== undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let hasNaN = false;
  let found = false;
  for (let row = 0; row < rows.length; row++) {
    if (hasNulls && !hasValue(rows, row)) continue;
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
  const hasNulls = rows.nullBitmap !== undefined;
  let min = -1;
  let max = -1;
  let minPrefix = 0;
  let maxPrefix = 0;
  for (let row = 0; row < rows.length; row++) {
    if (hasNulls && !hasValue(rows, row)) continue;
    const prefix = prefixOf(bytes, offsets[row] ?? 0, offsets[row + 1] ?? 0);
    if (
      min < 0 ||
      prefix < minPrefix ||
      (prefix === minPrefix && compareRows(bytes, offsets, row, min) < 0)
    ) {
      min = row;
      minPrefix = prefix;
    }
    if (
      max < 0 ||
      prefix > maxPrefix ||
      (prefix === maxPrefix && compareRows(bytes, offsets, row, max) > 0)
    ) {
      max = row;
      maxPrefix = prefix;
    }
  }
  if (min < 0) return { nullCount: rows.nullCount };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (row: number) => buffer.toString("utf8", offsets[row] ?? 0, offsets[row + 1] ?? 0);
  return { nullCount: rows.nullCount, min: text(min), max: text(max) };
}

/** The first four bytes as a number, zeros after the end: decides most comparisons. */
function prefixOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start >= 4) {
    const low =
      ((bytes[start + 1] ?? 0) << 16) | ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0);
    return (bytes[start] ?? 0) * 16777216 + low;
  }
  let prefix = 0;
  for (let p = start; p < start + 4; p++) prefix = prefix * 256 + (p < end ? (bytes[p] ?? 0) : 0);
  return prefix;
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
