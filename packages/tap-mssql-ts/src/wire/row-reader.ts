import type { ColumnReader } from "./column-reader.ts";
import { writeNull } from "./column-reader.ts";
import { RowBuffer } from "./row-buffer.ts";

/** One column of a row as it is written: the bytes in front of the value, then the value's reader. */
export interface RowField {
  readonly literal: Buffer;
  readonly read: ColumnReader;
  /** Reads the value of a key column with every digit, where the settings cut it in the record. */
  readonly readKey?: ColumnReader;
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
  /** Exact key texts of the row being read and of the last whole one, in turns. */
  #keyTexts = new RowBuffer(512);
  #lastKeyTexts = new RowBuffer(512);
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
      const valueAt = at;
      const isNull = bitmap !== undefined && ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
      if (isNull) {
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
      if (field.readKey === undefined) this.#setRange(index, start, out.position);
      else this.#readKey(index, field.readKey, isNull ? undefined : input, valueAt);
    }
    out.copy(this.#suffix);
    this.#swapKeyTexts();
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
    const isExact = this.#fields[column]?.readKey !== undefined;
    const { bytes } = isExact ? this.#lastKeyTexts : this.#out;
    return bytes.toString("utf8", this.#lastRanges[column * 2], this.#lastRanges[column * 2 + 1]);
  }

  #setRange(column: number, start: number, end: number): void {
    this.#ranges[column * 2] = start;
    this.#ranges[column * 2 + 1] = end;
  }

  /** Reads a value once more, exactly; all of it is there, since it was read before. */
  #readKey(column: number, read: ColumnReader, input: Buffer | undefined, position: number): void {
    const texts = this.#keyTexts;
    const start = texts.position;
    if (input === undefined) writeNull(texts);
    else read(input, position, texts);
    this.#setRange(column, start, texts.position);
  }

  #swapKeyTexts(): void {
    const texts = this.#lastKeyTexts;
    this.#lastKeyTexts = this.#keyTexts;
    this.#keyTexts = texts;
    texts.position = 0;
  }
}
