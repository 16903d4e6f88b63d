import { type ColumnReader, writeNull } from "./column-reader.ts";
import { writeDigits } from "./digits.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** Longest text of a decimal(38, s): sign, leading zero, point, 38 digits. */
const DECIMAL_TEXT_MAX = 41;
/** Numbers below 2^53 are exact doubles, so that plain arithmetic prints them. */
const HIGH_WORD_LIMIT = 0x20_0000;
const MONEY_SCALE = 4;

/**
 * Reads DECIMALN and NUMERICN: a length byte (0 is null), a sign byte (1 is positive), then the
 * magnitude in 4, 8, 12 or 16 little-endian bytes. Every digit is kept. Source: MS-TDS 2.2.5.5.1.6.
 */
export function decimalReader(scale: number, quoted: boolean): ColumnReader {
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    const sizeBytes = input[position] ?? 0;
    const end = position + 1 + sizeBytes;
    if (end > input.length) return ~position;
    if (sizeBytes === 0) {
      writeNull(out);
      return end;
    }
    out.ensure(DECIMAL_TEXT_MAX + 2);
    if (quoted) out.bytes[out.position++] = 0x22;
    writeMagnitude(input, position + 2, end, input[position + 1] === 0, scale, out);
    if (quoted) out.bytes[out.position++] = 0x22;
    return end;
  };
}

/** Reads MONEYN: a length byte (0 is null), then money or smallmoney. */
export function nullableMoneyReader(quoted: boolean): ColumnReader {
  const long = moneyReader(8, quoted);
  const short = moneyReader(4, quoted);
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    const sizeBytes = input[position] ?? 0;
    if (sizeBytes === 0) {
      writeNull(out);
      return position + 1;
    }
    const next = (sizeBytes === 8 ? long : short)(input, position + 1, out);
    return next < 0 ? ~position : next;
  };
}

/** Reads money (high word first) or smallmoney: a signed count of ten-thousandths. */
export function moneyReader(sizeBytes: 4 | 8, quoted: boolean): ColumnReader {
  return (input, position, out) => {
    if (position + sizeBytes > input.length) return ~position;
    const high = sizeBytes === 8 ? input.readInt32LE(position) : 0;
    const low = sizeBytes === 8 ? input.readUInt32LE(position + 4) : input.readInt32LE(position);
    out.ensure(DECIMAL_TEXT_MAX + 2);
    if (quoted) out.bytes[out.position++] = 0x22;
    if (high >= -HIGH_WORD_LIMIT && high < HIGH_WORD_LIMIT) {
      const value = high * 0x1_0000_0000 + low;
      writeScaled(Math.abs(value), value < 0, MONEY_SCALE, out);
    } else {
      const value = (BigInt(high) << 32n) | BigInt(low);
      writeScaledText((value < 0n ? -value : value).toString(), value < 0n, MONEY_SCALE, out);
    }
    if (quoted) out.bytes[out.position++] = 0x22;
    return position + sizeBytes;
  };
}

function writeMagnitude(
  input: Buffer,
  start: number,
  end: number,
  isNegative: boolean,
  scale: number,
  out: RowBuffer,
): void {
  let used = end;
  while (used > start + 4 && input.readUInt32LE(used - 4) === 0) used -= 4;
  if (used === start + 4) {
    writeScaled(input.readUInt32LE(start), isNegative, scale, out);
    return;
  }
  const second = input.readUInt32LE(start + 4);
  if (used === start + 8 && second < HIGH_WORD_LIMIT) {
    writeScaled(second * 0x1_0000_0000 + input.readUInt32LE(start), isNegative, scale, out);
    return;
  }
  let magnitude = 0n;
  for (let at = used - 4; at >= start; at -= 4)
    magnitude = (magnitude << 32n) | BigInt(input.readUInt32LE(at));
  writeScaledText(magnitude.toString(), isNegative, scale, out);
}

/** Writes `value` / 10^`scale` with exactly `scale` digits behind the point. */
function writeScaled(value: number, isNegative: boolean, scale: number, out: RowBuffer): void {
  const { bytes } = out;
  if (isNegative && value !== 0) bytes[out.position++] = 0x2d;
  if (scale === 0) {
    writeDigits(out, value);
    return;
  }
  const start = out.position;
  writeDigits(out, value);
  const digits = out.position - start;
  const padding = Math.max(0, scale + 1 - digits);
  if (padding > 0) {
    bytes.copyWithin(start + padding, start, out.position);
    bytes.fill(0x30, start, start + padding);
  }
  const end = start + digits + padding;
  const point = end - scale;
  for (let at = end; at > point; at--) bytes[at] = bytes[at - 1] ?? 0;
  bytes[point] = 0x2e;
  out.position = end + 1;
}

function writeScaledText(digits: string, isNegative: boolean, scale: number, out: RowBuffer): void {
  if (isNegative) out.bytes[out.position++] = 0x2d;
  const padded = digits.padStart(scale + 1, "0");
  const point = padded.length - scale;
  out.ascii(scale === 0 ? padded : `${padded.slice(0, point)}.${padded.slice(point)}`);
}
