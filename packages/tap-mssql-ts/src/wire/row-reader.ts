import type { ColumnReader } from "./column-reader.ts";
import { writeNull } from "./column-reader.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** One column of a row as it is written: the bytes in front of the value, then the value's reader. */
export interface RowField {
  readonly literal: Buffer;
  readonly read: ColumnReader;
}

/**
 * Turns the columns of ROW and NBCROW tokens into one JSON line each, straight from the packet.
 * A row may arrive in pieces: the reader keeps its place between calls.
 */
export class RowReader {
  readonly #fields: readonly RowField[];
  readonly #suffix: Buffer;
  readonly #out: RowBuffer;
  /** Columns whose text the caller may ask for, and where it stands in the row being read and in the last whole one. */
  readonly #keyColumns: readonly number[];
  readonly #ranges: Int32Array;
  readonly #lastRanges: Int32Array;
  #column = 0;
  #nullBitmap: Uint8Array | undefined;

  constructor(options: {
    readonly fields: readonly RowField[];
    readonly suffix: Buffer;
    readonly keyColumns: readonly number[];
    readonly out: RowBuffer;
  }) {
    this.#fields = options.fields;
    this.#suffix = options.suffix;
    this.#keyColumns = options.keyColumns;
    this.#out = options.out;
    this.#ranges = new Int32Array(options.fields.length * 2);
    this.#lastRanges = new Int32Array(options.fields.length * 2);
  }

  /** Bytes of the null bitmap in front of an NBCROW. */
  get bitmapBytes(): number {
    return Math.ceil(this.#fields.length / 8);
  }

  /** Whether a row was begun and not finished. */
  get isInsideRow(): boolean {
    return this.#column > 0 || this.#nullBitmap !== undefined;
  }

  /** Starts a row whose null columns carry no data; `bitmap` is copied. */
  beginCompressed(bitmap: Uint8Array): void {
    this.#nullBitmap = Uint8Array.from(bitmap);
  }

  /**
   * Reads the rest of a row from `position`. Returns the position behind the row, or `~consumed`
   * when more bytes are needed from `consumed` on.
   */
  read(input: Buffer, position: number): number {
    const fields = this.#fields;
    const out = this.#out;
    const bitmap = this.#nullBitmap;
    let at = position;
    for (let index = this.#column; index < fields.length; index++) {
      const field = fields[index];
      if (field === undefined) break;
      const before = out.position;
      out.copy(field.literal);
      const start = out.position;
      if (bitmap !== undefined && ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0) {
        writeNull(out);
      } else {
        const next = field.read(input, at, out);
        if (next < 0) {
          out.position = before;
          this.#column = index;
          return next;
        }
        at = next;
      }
      this.#ranges[index * 2] = start;
      this.#ranges[index * 2 + 1] = out.position;
    }
    out.copy(this.#suffix);
    for (const key of this.#keyColumns) {
      this.#lastRanges[key * 2] = this.#ranges[key * 2] ?? 0;
      this.#lastRanges[key * 2 + 1] = this.#ranges[key * 2 + 1] ?? 0;
    }
    this.#column = 0;
    this.#nullBitmap = undefined;
    return at;
  }

  /** The JSON text of a key column in the last whole row, as long as the row buffer still holds it. */
  lastText(column: number): string {
    return this.#out.bytes.toString(
      "utf8",
      this.#lastRanges[column * 2],
      this.#lastRanges[column * 2 + 1],
    );
  }
}
