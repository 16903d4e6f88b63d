import { formatDatetime, formatDecimal } from "../format.ts";
import type { SqlValue } from "../generate/index.ts";
import { decimalScale, type SqlType } from "../schema.ts";

/** Writes a value that is not null as JSON at a position, and gives the position after it. */
export type JsonWriter = (buffer: Buffer, position: number, value: SqlValue) => number;

/** The most bytes that a value of this type takes. */
export function jsonBytesMax(type: SqlType): number {
  // Six bytes for each escaped character, two quotation marks.
  if ("length" in type && type.length !== "max") return type.length * 6 + 2;
  if ("length" in type || type.name === "xml") throw new Error(`${type.name} has no bound`);
  return 64;
}

/** How values of a type are written, chosen once per column. */
export function jsonWriter(type: SqlType): JsonWriter {
  const scale = decimalScale(type);
  if (scale !== undefined) {
    return (buffer, position, value) => writeDecimal(buffer, position, value, scale);
  }
  if (type.name === "datetime") return datetimeWriter();
  if (type.name === "uniqueidentifier") {
    return (buffer, position, value) => writeUuid(buffer, position, String(value));
  }
  return writeValue;
}

function writeValue(buffer: Buffer, position: number, value: SqlValue): number {
  if (typeof value === "number") return writeDigits(buffer, position, value, 0);
  if (typeof value === "string") return writeString(buffer, position, value);
  return position + buffer.write(JSON.stringify(value), position, "latin1");
}

/** Copies bytes; shorter ones than a native copy pays for. */
export function writeBytes(buffer: Buffer, position: number, bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index++) buffer[position + index] = bytes[index] ?? 0;
  return position + bytes.length;
}

function writeDecimal(buffer: Buffer, position: number, value: SqlValue, scale: number): number {
  const number = Number(value);
  if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) {
    return writeDigits(buffer, position, number, scale);
  }
  const text = formatDecimal(value, scale);
  return position + buffer.write(text, position, "latin1");
}

/** A safe integer, its last `scale` digits behind a point. */
function writeDigits(buffer: Buffer, position: number, value: number, scale: number): number {
  let rest = value;
  let start = position;
  if (rest < 0) {
    buffer[start++] = 0x2d;
    rest = -rest;
  }
  let digitCount = scale + 1;
  for (let limit = 10 ** digitCount; limit <= rest; limit *= 10) digitCount++;
  const end = start + digitCount + (scale === 0 ? 0 : 1);
  const point = end - 1 - scale;
  for (let index = end - 1; index >= start; index--) {
    if (index === point && scale > 0) {
      buffer[index] = 0x2e;
      continue;
    }
    const quotient = Math.floor(rest / 10);
    buffer[index] = 0x30 + rest - quotient * 10;
    rest = quotient;
  }
  return end;
}

/** Neighbouring rows mostly share their datetime, so that its text is kept. */
function datetimeWriter(): JsonWriter {
  let lastValue: SqlValue = null;
  let lastBytes: Uint8Array = new Uint8Array(0);
  return (buffer, position, value) => {
    if (value !== lastValue) {
      lastValue = value;
      lastBytes = Buffer.from(`"${formatDatetime(value)}"`, "latin1");
    }
    return writeBytes(buffer, position, lastBytes);
  };
}

function writeUuid(buffer: Buffer, position: number, text: string): number {
  buffer[position] = 0x22;
  // The bit 0x20 makes letters lower case and is set in digits and hyphens already.
  for (let index = 0; index < 36; index++) {
    buffer[position + 1 + index] = text.charCodeAt(index) | 0x20;
  }
  buffer[position + 37] = 0x22;
  return position + 38;
}

function writeString(buffer: Buffer, position: number, text: string): number {
  buffer[position] = 0x22;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) {
      return position + buffer.write(JSON.stringify(text), position, "utf8");
    }
    buffer[position + 1 + index] = unit;
  }
  buffer[position + 1 + text.length] = 0x22;
  return position + 2 + text.length;
}
