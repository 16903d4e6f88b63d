import { type ColumnReader, writeNull } from "./column-reader.ts";
import { writeDigits } from "./digits.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** Longest text of a 64-bit integer, with its sign. */
const INT64_TEXT_MAX = 20;
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");

/** Reads INTN: a length byte (0 is null), then a little-endian integer. Source: MS-TDS 2.2.5.4.2. */
export const readNullableInteger: ColumnReader = (input, position, out) => {
  if (position >= input.length) return ~position;
  const sizeBytes = input[position] ?? 0;
  if (position + 1 + sizeBytes > input.length) return ~position;
  if (sizeBytes === 0) writeNull(out);
  else writeInteger(input, position + 1, sizeBytes, out);
  return position + 1 + sizeBytes;
};

/** Reads a fixed-size integer of `sizeBytes` bytes. */
export function fixedInteger(sizeBytes: 1 | 2 | 4 | 8): ColumnReader {
  return (input, position, out) => {
    if (position + sizeBytes > input.length) return ~position;
    writeInteger(input, position, sizeBytes, out);
    return position + sizeBytes;
  };
}

/** Reads BITN: a length byte (0 is null), then one byte. */
export const readNullableBit: ColumnReader = (input, position, out) => {
  if (position >= input.length) return ~position;
  if (input[position] === 0) {
    writeNull(out);
    return position + 1;
  }
  const next = readBit(input, position + 1, out);
  return next < 0 ? ~position : next;
};

/** Reads BIT: one byte. */
export const readBit: ColumnReader = (input, position, out) => {
  if (position >= input.length) return ~position;
  out.copy(input[position] === 0 ? FALSE : TRUE);
  return position + 1;
};

/** Appends a signed 64-bit integer given as its two halves. */
function writeInt64(low: number, high: number, out: RowBuffer): void {
  out.ensure(INT64_TEXT_MAX);
  if (high >= -0x20_0000 && high < 0x20_0000) writeSigned(high * 0x1_0000_0000 + low, out);
  else out.ascii(((BigInt(high) << 32n) | BigInt(low)).toString());
}

function writeInteger(input: Buffer, position: number, sizeBytes: number, out: RowBuffer): void {
  out.ensure(INT64_TEXT_MAX);
  if (sizeBytes === 4) writeSigned(input.readInt32LE(position), out);
  else if (sizeBytes === 2) writeSigned(input.readInt16LE(position), out);
  else if (sizeBytes === 1) writeDigits(out, input[position] ?? 0);
  else writeInt64(input.readUInt32LE(position), input.readInt32LE(position + 4), out);
}

function writeSigned(value: number, out: RowBuffer): void {
  if (value >= 0) {
    writeDigits(out, value);
    return;
  }
  out.bytes[out.position++] = 0x2d;
  writeDigits(out, -value);
}
