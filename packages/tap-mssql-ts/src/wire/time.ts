import { type ColumnReader, writeNull } from "./column-reader.ts";
import { writePadded, writeTwo } from "./digits.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** How naive date-times are finished: a fixed suffix, or one computed from the local time. */
export type ZoneSuffix = string | ((days: number, seconds: number) => string);

/** What the settings say about the text of times. */
export interface TimeFormat {
  /** Suffix of date-times that have no zone of their own. */
  readonly zone: ZoneSuffix;
  /** Most digits behind the second; further ones are cut off. */
  readonly fractionDigitsMax: number;
  /** Dates as `2020-01-31T00:00:00` plus zone instead of `2020-01-31`. */
  readonly datesAsDateTime: boolean;
}

/** Longest text: quotes, date, `T`, time with seven digits, offset. */
const TIME_TEXT_MAX = 40;
/** Days from 0001-01-01 to 1900-01-01. */
const DAYS_TO_1900 = 693_595;
const SECONDS_PER_DAY = 86_400;
const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7];

/** Reads DATEN: a length byte (0 is null), then three bytes, days since 0001-01-01. */
export function dateReader(format: TimeFormat): ColumnReader {
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    if (input[position] === 0) {
      writeNull(out);
      return position + 1;
    }
    if (position + 4 > input.length) return ~position;
    const days = input.readUIntLE(position + 1, 3);
    out.ensure(TIME_TEXT_MAX);
    out.bytes[out.position++] = 0x22;
    writeDate(days, out);
    if (format.datesAsDateTime) {
      writeClock(0, out);
      writeZone(format.zone, days, 0, out);
    }
    out.bytes[out.position++] = 0x22;
    return position + 4;
  };
}

/** Reads TIMEN of `scale` digits: a length byte (0 is null), then a count of 10^-scale seconds. */
export function timeReader(scale: number, format: TimeFormat): ColumnReader {
  const digits = Math.min(scale, format.fractionDigitsMax);
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    const sizeBytes = input[position] ?? 0;
    if (position + 1 + sizeBytes > input.length) return ~position;
    if (sizeBytes === 0) {
      writeNull(out);
      return position + 1;
    }
    const ticks = input.readUIntLE(position + 1, sizeBytes);
    out.ensure(TIME_TEXT_MAX);
    out.bytes[out.position++] = 0x22;
    writeTimeOfDay(ticks, scale, digits, out);
    out.bytes[out.position++] = 0x22;
    return position + 1 + sizeBytes;
  };
}

/** Reads DATETIMN: a length byte (0 is null), then datetime (8 bytes) or smalldatetime (4). */
export function nullableDateTimeReader(format: TimeFormat): ColumnReader {
  const long = dateTimeReader(format);
  const short = smallDateTimeReader(format);
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

/** Reads datetime: days since 1900-01-01 and ticks of 1/300 s, shown as SQL Server does: .000, .003, .007. */
export function dateTimeReader(format: TimeFormat): ColumnReader {
  const digits = Math.min(3, format.fractionDigitsMax);
  return (input, position, out) => {
    if (position + 8 > input.length) return ~position;
    const days = input.readInt32LE(position) + DAYS_TO_1900;
    const milliseconds = Math.round((input.readUInt32LE(position + 4) * 10) / 3);
    writeDateTime(days, milliseconds, { scale: 3, digits }, format.zone, out);
    return position + 8;
  };
}

/** Reads smalldatetime: days since 1900-01-01 and minutes. */
export function smallDateTimeReader(format: TimeFormat): ColumnReader {
  return (input, position, out) => {
    if (position + 4 > input.length) return ~position;
    const days = input.readUInt16LE(position) + DAYS_TO_1900;
    const seconds = input.readUInt16LE(position + 2) * 60;
    writeDateTime(days, seconds, { scale: 0, digits: 0 }, format.zone, out);
    return position + 4;
  };
}

/** Reads DATETIME2N of `scale` digits: a length byte (0 is null), time, then date. */
export function dateTime2Reader(scale: number, format: TimeFormat): ColumnReader {
  const fraction = { scale, digits: Math.min(scale, format.fractionDigitsMax) };
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    const sizeBytes = input[position] ?? 0;
    const end = position + 1 + sizeBytes;
    if (end > input.length) return ~position;
    if (sizeBytes === 0) {
      writeNull(out);
      return end;
    }
    const ticks = input.readUIntLE(position + 1, sizeBytes - 3);
    writeDateTime(input.readUIntLE(end - 3, 3), ticks, fraction, format.zone, out);
    return end;
  };
}

/**
 * Reads DATETIMEOFFSETN of `scale` digits: a length byte (0 is null), time and date in UTC, then
 * the offset in minutes. Written as local time with its offset, since the offset is data.
 */
export function dateTimeOffsetReader(scale: number, format: TimeFormat): ColumnReader {
  const fraction = { scale, digits: Math.min(scale, format.fractionDigitsMax) };
  const ticksPerDay = SECONDS_PER_DAY * (POWERS_OF_TEN[scale] ?? 1);
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    const sizeBytes = input[position] ?? 0;
    const end = position + 1 + sizeBytes;
    if (end > input.length) return ~position;
    if (sizeBytes === 0) {
      writeNull(out);
      return end;
    }
    const offsetMinutes = input.readInt16LE(end - 2);
    let days = input.readUIntLE(end - 5, 3);
    let ticks =
      input.readUIntLE(position + 1, sizeBytes - 5) +
      offsetMinutes * 60 * (POWERS_OF_TEN[scale] ?? 1);
    if (ticks < 0) {
      ticks += ticksPerDay;
      days--;
    } else if (ticks >= ticksPerDay) {
      ticks -= ticksPerDay;
      days++;
    }
    writeDateTime(days, ticks, fraction, offsetText(offsetMinutes), out);
    return end;
  };
}

/** `+05:30` for 330, `-04:00` for -240. */
export function offsetText(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  const hour = String(Math.floor(minutes / 60)).padStart(2, "0");
  return `${offsetMinutes < 0 ? "-" : "+"}${hour}:${String(minutes % 60).padStart(2, "0")}`;
}

/** Appends `2020-01-31` for a count of days since 0001-01-01. The caller ensures the room. */
function writeDate(days: number, out: RowBuffer): void {
  // Days to civil date in the proleptic Gregorian calendar, years starting in March (H. Hinnant, chrono dates).
  const shifted = days + 306;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) /
      365) |
    0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  writeTwo(out, (year / 100) | 0);
  writeTwo(out, year % 100);
  out.bytes[out.position++] = 0x2d;
  writeTwo(out, month);
  out.bytes[out.position++] = 0x2d;
  writeTwo(out, dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1);
}

function writeDateTime(
  days: number,
  ticks: number,
  fraction: { readonly scale: number; readonly digits: number },
  zone: ZoneSuffix,
  out: RowBuffer,
): void {
  out.ensure(TIME_TEXT_MAX);
  out.bytes[out.position++] = 0x22;
  writeDate(days, out);
  out.bytes[out.position++] = 0x54;
  const seconds = writeTimeOfDay(ticks, fraction.scale, fraction.digits, out);
  writeZone(zone, days, seconds, out);
  out.bytes[out.position++] = 0x22;
}

/** Writes the clock and `digits` of the `scale` digits behind it; returns the whole seconds. */
function writeTimeOfDay(ticks: number, scale: number, digits: number, out: RowBuffer): number {
  const perSecond = POWERS_OF_TEN[scale] ?? 1;
  const seconds = Math.floor(ticks / perSecond);
  writeClockDigits(seconds, out);
  if (digits > 0) {
    const fraction = ticks - seconds * perSecond;
    out.bytes[out.position++] = 0x2e;
    writePadded(out, Math.floor(fraction / (POWERS_OF_TEN[scale - digits] ?? 1)), digits);
  }
  return seconds;
}

function writeClock(seconds: number, out: RowBuffer): void {
  out.bytes[out.position++] = 0x54;
  writeClockDigits(seconds, out);
}

function writeClockDigits(seconds: number, out: RowBuffer): void {
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  writeTwo(out, hours);
  out.bytes[out.position++] = 0x3a;
  writeTwo(out, minutes - hours * 60);
  out.bytes[out.position++] = 0x3a;
  writeTwo(out, seconds - minutes * 60);
}

function writeZone(zone: ZoneSuffix, days: number, seconds: number, out: RowBuffer): void {
  const text = typeof zone === "string" ? zone : zone(days, seconds);
  for (let index = 0; index < text.length; index++)
    out.bytes[out.position++] = text.charCodeAt(index);
}
