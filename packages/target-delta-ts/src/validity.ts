import type { Data } from "apache-arrow";

/** Whether a bit of an Arrow bitmap is set. */
export function isSet(bitmap: Uint8Array, bit: number): boolean {
  return ((bitmap[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

/** The validity bits of a column starting at bit 0, whatever its offset; `null` when every row has a value. */
export function alignedNulls(data: Data): Uint8Array | null {
  if (data.nullCount === 0) return null;
  const bits = new Uint8Array(Math.ceil(data.length / 8));
  for (let row = 0; row < data.length; row++) {
    if (data.getValid(row)) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return bits;
}
