/**
 * Which rows of a column hold a value: Arrow's validity bits, preset to "valid", and the length.
 * A column writes a value's slot, then sets `length`; rows without a value need no slot until the end.
 */
export class Validity {
  readonly nullable: boolean;
  length = 0;
  nullCount = 0;
  #bits: Uint8Array<ArrayBuffer>;

  constructor(nullable: boolean) {
    this.nullable = nullable;
    this.#bits = freshBits(1024);
  }

  /** Ends a row that holds no value; false, and no row, when the column takes no null and no null around it hides this one. */
  addNull(isMasked: boolean): boolean {
    if (!this.nullable && !isMasked) return false;
    const row = this.length;
    this.#grow(row + 1);
    this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0) & ~(1 << (row & 7));
    this.nullCount++;
    this.length = row + 1;
    return true;
  }

  isNull(row: number): boolean {
    return row < this.#bits.length * 8 && ((this.#bits[row >> 3] ?? 0) & (1 << (row & 7))) === 0;
  }

  /** Takes back every row from `length` on. */
  truncate(length: number): void {
    for (let row = length; row < this.length; row++) {
      if (!this.isNull(row)) continue;
      this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0) | (1 << (row & 7));
      this.nullCount--;
    }
    if (length < this.length) this.length = length;
  }

  /** Hands over the bits (none when no row is null) and starts anew. */
  take(): { length: number; nullCount: number; nullBitmap: Uint8Array<ArrayBuffer> | undefined } {
    const { length, nullCount } = this;
    this.length = 0;
    this.nullCount = 0;
    if (nullCount === 0) return { length, nullCount, nullBitmap: undefined };
    this.#grow(length);
    const nullBitmap = this.#bits.subarray(0, (length + 7) >> 3);
    this.#bits = freshBits(this.#bits.length);
    return { length, nullCount, nullBitmap };
  }

  /** Makes room for the bits of `rowCount` rows. */
  #grow(rowCount: number): void {
    let size = this.#bits.length;
    if (rowCount <= size * 8) return;
    while (rowCount > size * 8) size *= 2;
    const bits = freshBits(size);
    bits.set(this.#bits);
    this.#bits = bits;
  }
}

function freshBits(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sizeBytes).fill(0xff);
}
