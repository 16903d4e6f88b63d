import type { RowBuffer } from "./row-buffer.ts";

/** Code units escaped at once, so that the room asked for stays small however long the text is. */
const SEGMENT_UNITS = 16_384;
/** Most output bytes of one input unit: `\u0000`. */
const ESCAPE_BYTES = 6;
const HEX = Buffer.from("0123456789abcdef");

/** Appends UTF-16LE bytes `input[start, end)` as a JSON string in UTF-8; a lone surrogate stays, as an escape. */
export function writeUtf16(input: Buffer, start: number, end: number, out: RowBuffer): void {
  out.ensure(2);
  out.bytes[out.position++] = 0x22;
  let at = start;
  while (at < end) {
    const stop = Math.min(end, at + SEGMENT_UNITS * 2);
    out.ensure((stop - at) * (ESCAPE_BYTES / 2) + 8);
    at = writeUtf16Segment(input, at, { stop, end }, out);
  }
  out.ensure(1);
  out.bytes[out.position++] = 0x22;
}

/** Appends single-byte text as a JSON string; `table` holds the code point of each byte from 128 on. */
export function writeSingleByte(
  input: Buffer,
  range: { readonly start: number; readonly end: number },
  table: Uint16Array,
  out: RowBuffer,
): void {
  out.ensure(2);
  out.bytes[out.position++] = 0x22;
  for (let from = range.start; from < range.end; from += SEGMENT_UNITS) {
    const stop = Math.min(range.end, from + SEGMENT_UNITS);
    out.ensure((stop - from) * ESCAPE_BYTES + 8);
    for (let at = from; at < stop; at++) {
      const value = input[at] ?? 0;
      if (value < 0x80) writeAsciiUnit(value, out);
      else writeBmp(table[value - 0x80] ?? 0xfffd, out);
    }
  }
  out.ensure(1);
  out.bytes[out.position++] = 0x22;
}

/** Appends a JavaScript string as JSON text. */
export function writeString(text: string, out: RowBuffer): void {
  const bytes = Buffer.from(text, "utf16le");
  writeUtf16(bytes, 0, bytes.length, out);
}

/** Writes units from `at` up to `stop`; a surrogate pair may reach behind it, up to `end`. Returns where it ended. */
function writeUtf16Segment(
  input: Buffer,
  from: number,
  limit: { readonly stop: number; readonly end: number },
  out: RowBuffer,
): number {
  const { bytes } = out;
  let at = from;
  while (at < limit.stop) {
    const low = input[at] ?? 0;
    const high = input[at + 1] ?? 0;
    at += 2;
    if (high === 0 && low >= 0x20 && low < 0x80 && low !== 0x22 && low !== 0x5c) {
      bytes[out.position++] = low;
      continue;
    }
    const unit = low | (high << 8);
    if (unit < 0x80) {
      writeAsciiUnit(unit, out);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      writeBmp(unit, out);
    } else {
      const next = at < limit.end ? (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8) : 0;
      if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        writeSupplementary(0x1_0000 + ((unit - 0xd800) << 10) + (next - 0xdc00), out);
        at += 2;
      } else {
        writeEscape(unit, out);
      }
    }
  }
  return at;
}

function writeAsciiUnit(unit: number, out: RowBuffer): void {
  const { bytes } = out;
  if (unit >= 0x20) {
    if (unit === 0x22 || unit === 0x5c) bytes[out.position++] = 0x5c;
    bytes[out.position++] = unit;
    return;
  }
  const short = shortEscape(unit);
  if (short === 0) {
    writeEscape(unit, out);
    return;
  }
  bytes[out.position++] = 0x5c;
  bytes[out.position++] = short;
}

function shortEscape(unit: number): number {
  if (unit === 0x0a) return 0x6e;
  if (unit === 0x0d) return 0x72;
  if (unit === 0x09) return 0x74;
  if (unit === 0x08) return 0x62;
  return unit === 0x0c ? 0x66 : 0;
}

function writeEscape(unit: number, out: RowBuffer): void {
  const { bytes } = out;
  bytes[out.position++] = 0x5c;
  bytes[out.position++] = 0x75;
  for (let shift = 12; shift >= 0; shift -= 4)
    bytes[out.position++] = HEX[(unit >> shift) & 15] ?? 0;
}

function writeBmp(point: number, out: RowBuffer): void {
  const { bytes } = out;
  if (point < 0x800) {
    bytes[out.position++] = 0xc0 | (point >> 6);
  } else {
    bytes[out.position++] = 0xe0 | (point >> 12);
    bytes[out.position++] = 0x80 | ((point >> 6) & 0x3f);
  }
  bytes[out.position++] = 0x80 | (point & 0x3f);
}

function writeSupplementary(point: number, out: RowBuffer): void {
  const { bytes } = out;
  bytes[out.position++] = 0xf0 | (point >> 18);
  bytes[out.position++] = 0x80 | ((point >> 12) & 0x3f);
  bytes[out.position++] = 0x80 | ((point >> 6) & 0x3f);
  bytes[out.position++] = 0x80 | (point & 0x3f);
}
