import { rowsAtFirst } from "./column-builder.ts";
import { grownBytes, grownWords, noBytes, noWords, roomForWords } from "./growth.ts";
import { Validity } from "./validity.ts";

/** Values of any length: Arrow's offsets and one run of bytes, for text and binary columns. */
export class ByteColumn {
  readonly validity: Validity;
  /** Bytes of all rows; scanners write behind `end` and then `close` the row. */
  bytes: Uint8Array<ArrayBuffer> = noBytes;
  /** The same memory, for writes of four bytes. */
  view = new DataView(this.bytes.buffer);
  #offsets = noWords;
  #bytesRoom = 16 * rowsAtFirst;
  #offsetsRoom = rowsAtFirst + 1;

  constructor(nullable: boolean) {
    this.validity = new Validity(nullable);
  }

  /** Where the next row's bytes start. */
  get end(): number {
    return this.#offsets[this.validity.length] ?? 0;
  }

  /** Makes room for `count` bytes from `position` on. */
  reserve(position: number, count: number): void {
    if (position + count <= this.bytes.length) return;
    this.bytes = grownBytes(this.bytes, position + count, this.#bytesRoom);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Ends a row whose bytes reach to `end`. */
  close(end: number): void {
    const row = this.validity.length + 1;
    if (row >= this.#offsets.length) this.#growOffsets(row + 1);
    this.#offsets[row] = end;
    this.validity.length = row;
  }

  addNull(isMasked: boolean): boolean {
    const { end } = this;
    if (!this.validity.addNull(isMasked)) return false;
    const row = this.validity.length;
    if (row >= this.#offsets.length) this.#growOffsets(row + 1);
    this.#offsets[row] = end;
    return true;
  }

  /** Whether two rows hold the same bytes. */
  isSame(left: number, right: number): boolean {
    const l = this.#offsets[left] ?? 0;
    const r = this.#offsets[right] ?? 0;
    const length = (this.#offsets[left + 1] ?? 0) - l;
    if (length !== (this.#offsets[right + 1] ?? 0) - r) return false;
    for (let i = 0; i < length; i++) {
      if (this.bytes[l + i] !== this.bytes[r + i]) return false;
    }
    return true;
  }

  sizeBytes(): number {
    return this.end + 4 * this.validity.length;
  }

  /** Hands over the arrays and starts anew. */
  take() {
    const { end } = this;
    const rows = this.validity.take();
    const valueOffsets = roomForWords(this.#offsets, rows.length + 1).subarray(0, rows.length + 1);
    const data = this.bytes.subarray(0, end);
    this.#bytesRoom = Math.max(end + (end >> 4), 16 * rowsAtFirst);
    this.#offsetsRoom = Math.max(rows.length, rowsAtFirst) + 1;
    this.bytes = noBytes;
    this.view = new DataView(this.bytes.buffer);
    this.#offsets = noWords;
    return { rows, valueOffsets, data };
  }

  #growOffsets(length: number): void {
    this.#offsets = grownWords(this.#offsets, length, this.#offsetsRoom);
    this.#offsets[0] = 0;
  }
}
