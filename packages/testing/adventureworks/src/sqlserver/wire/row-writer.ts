import type { Cursor, ResultColumn } from "../engine/cursor.ts";
import { type NullWriter, nullWriter, type ValueWriter, valueWriter } from "./column-encoder.ts";
import type { TokenBuffer } from "./token-buffer.ts";
import { hasFixedToken, writeTypeInfo } from "./type-info.ts";

const colMetadataToken = 0x81;
const rowToken = 0xd1;
const nullBitmapRowToken = 0xd2;
/** COLMETADATA flags (MS-TDS 2.2.7.4). */
const flag = { nullable: 0x01, updatableUnknown: 0x08, identity: 0x10, computed: 0x20 };

/** Writes COLMETADATA for the columns. */
export function writeColumnMetadata(
  out: TokenBuffer,
  columns: readonly ResultColumn[],
  database: string,
): void {
  out.uint8(colMetadataToken);
  out.uint16(columns.length);
  for (const column of columns) {
    out.uint32(0);
    const writable = column.isComputed === true ? flag.computed : flag.updatableUnknown;
    out.uint16(
      (column.nullable ? flag.nullable : 0) |
        (column.isIdentity === true ? flag.identity : writable),
    );
    writeTypeInfo(out, column.type, isFixedColumn(column), database);
    out.shortText(column.name);
  }
}

function isFixedColumn(column: ResultColumn): boolean {
  return !column.nullable && hasFixedToken(column.type);
}

/** Writes the rows of one result; made once per result, its writers are chosen per column. */
export class RowWriter {
  #cursor: Cursor;
  #writers: readonly ValueWriter[];
  #nullWriters: readonly NullWriter[];
  #hasNullBitmap: boolean;

  constructor(cursor: Cursor, options: { hasNullBitmap: boolean }) {
    this.#cursor = cursor;
    this.#writers = cursor.columns.map((column) => valueWriter(column.type, isFixedColumn(column)));
    this.#nullWriters = cursor.columns.map((column) => nullWriter(column.type));
    this.#hasNullBitmap = options.hasNullBitmap;
  }

  /** Writes the cursor's current row: with a null bitmap when it has two nulls or more. */
  write(out: TokenBuffer): void {
    const { values } = this.#cursor;
    let nullCount = 0;
    for (let index = 0; index < values.length; index += 1)
      if (values[index] === null) nullCount += 1;
    if (nullCount > 1 && this.#hasNullBitmap) this.#writeWithBitmap(out);
    else this.#writeRow(out);
  }

  #writeRow(out: TokenBuffer): void {
    const { values } = this.#cursor;
    out.uint8(rowToken);
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index];
      if (value === null || value === undefined) this.#nullWriters[index]?.(out);
      else this.#writers[index]?.(out, value);
    }
  }

  #writeWithBitmap(out: TokenBuffer): void {
    const { values } = this.#cursor;
    const bitmapBytes = (values.length + 7) >> 3;
    out.ensure(1 + bitmapBytes);
    out.uint8(nullBitmapRowToken);
    const start = out.position;
    out.bytes.fill(0, start, start + bitmapBytes);
    out.position += bitmapBytes;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index];
      if (value === null || value === undefined) {
        const at = start + (index >> 3);
        out.bytes[at] = (out.bytes[at] ?? 0) | (1 << (index & 7));
      } else this.#writers[index]?.(out, value);
    }
  }
}
