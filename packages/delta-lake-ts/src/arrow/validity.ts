import type { Data } from "apache-arrow";

/** One byte a row, 1 where the value is there, or undefined when every row has one. */
export type Mask = Uint8Array | undefined;

/** Unpacks a column's null bitmap; a null of the enclosing struct makes the row null too. */
export function validityMask(data: Data, parent?: Mask): Mask {
  const bitmap: Uint8Array | null | undefined = data.nullBitmap;
  if (bitmap === null || bitmap === undefined || bitmap.length === 0 || data.nullCount === 0) {
    return parent;
  }
  const mask = new Uint8Array(data.length);
  const { offset } = data;
  for (let row = 0; row < mask.length; row += 1) {
    const position = offset + row;
    mask[row] = ((bitmap[position >> 3] ?? 0) >> (position & 7)) & 1;
  }
  if (parent !== undefined) {
    for (let row = 0; row < mask.length; row += 1)
      mask[row] = (mask[row] ?? 0) & (parent[row] ?? 0);
  }
  return mask;
}

/** Packs a mask into an Arrow null bitmap. */
export function packMask(mask: Uint8Array): { bitmap: Uint8Array; nullCount: number } {
  // Arrow pads buffers to 64 bytes.
  const bitmap = new Uint8Array((((mask.length + 7) >> 3) + 63) & ~63);
  let validCount = 0;
  for (let row = 0; row < mask.length; row += 1) {
    if (mask[row] === 1) {
      bitmap[row >> 3] = (bitmap[row >> 3] ?? 0) | (1 << (row & 7));
      validCount += 1;
    }
  }
  return { bitmap, nullCount: mask.length - validCount };
}

/** True when row `row` of the column has a value. */
export function isValid(data: Data, row: number): boolean {
  const bitmap: Uint8Array | null | undefined = data.nullBitmap;
  if (bitmap === null || bitmap === undefined || bitmap.length === 0) return true;
  const position = data.offset + row;
  return (((bitmap[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
}
