import { quote } from "../token.ts";

/** A point in time that a scanner fills in; reused, so that a row allocates nothing. */
export interface Moment {
  /** Days since 1970-01-01 of the date as written. */
  days: number;
  /** Seconds since 1970-01-01T00:00:00Z, the offset applied. */
  seconds: number;
  /** 0..999999; finer digits are cut off. */
  micros: number;
}

/** First and last second of the years 0001 to 9999, UTC. */
export const secondsMin = -62_135_596_800;
export const secondsMax = 253_402_300_799;

const secondsPerDay = 86_400;

/**
 * Reads a quoted date, or a date-time with or without fraction and offset: RFC 3339 §5.6, with a
 * space for the `T`, offsets without a colon, and no offset (UTC) as well.
 * Returns the position after the closing quote, or -1.
 */
export function scanMoment(bytes: Uint8Array, position: number, moment: Moment): number {
  if (bytes[position] !== quote) return -1;
  const days = scanDate(bytes, position + 1);
  if (days === noDate) return -1;
  moment.days = days;
  moment.seconds = days * secondsPerDay;
  moment.micros = 0;
  let p = position + 11;
  const separator = bytes[p];
  if (separator === quote) return p + 1;
  if (separator !== 0x54 && separator !== 0x20 && separator !== 0x74) return -1;
  const time = scanTime(bytes, p + 1);
  if (time < 0) return -1;
  moment.seconds += time;
  p += 9;
  if (bytes[p] === 0x2e) {
    const end = scanFraction(bytes, p + 1, moment);
    if (end < 0) return -1;
    p = end;
  }
  p = scanOffset(bytes, p, moment);
  if (p < 0 || bytes[p] !== quote) return -1;
  return moment.seconds < secondsMin || moment.seconds > secondsMax ? -1 : p + 1;
}

const noDate = Number.MIN_SAFE_INTEGER;

/** Days since 1970-01-01 of `YYYY-MM-DD`, or `noDate`. */
function scanDate(bytes: Uint8Array, p: number): number {
  const year = twoDigits(bytes, p) * 100 + twoDigits(bytes, p + 2);
  const month = twoDigits(bytes, p + 5);
  const day = twoDigits(bytes, p + 8);
  if (bytes[p + 4] !== 0x2d || bytes[p + 7] !== 0x2d) return noDate;
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return noDate;
  if (day > 28 && day > daysInMonth(year, month)) return noDate;
  return daysFromCivil(year, month, day);
}

/** Seconds since midnight of `hh:mm:ss`, or -1. */
function scanTime(bytes: Uint8Array, p: number): number {
  const hour = twoDigits(bytes, p);
  const minute = twoDigits(bytes, p + 3);
  const second = twoDigits(bytes, p + 6);
  if (bytes[p + 2] !== 0x3a || bytes[p + 5] !== 0x3a) return -1;
  if (!(hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60))
    return -1;
  return hour * 3600 + minute * 60 + second;
}

/** One to nine digits after the point; those after the sixth are dropped. */
function scanFraction(bytes: Uint8Array, position: number, moment: Moment): number {
  let p = position;
  let micros = 0;
  let byte = bytes[p] ?? 0;
  while (byte >= 0x30 && byte <= 0x39) {
    if (p - position < 6) micros = micros * 10 + (byte - 0x30);
    byte = bytes[++p] ?? 0;
  }
  const digits = p - position;
  if (digits === 0 || digits > 9) return -1;
  for (let i = digits; i < 6; i++) micros *= 10;
  moment.micros = micros;
  return p;
}

/** `Z`, `±hh:mm`, `±hhmm` or `±hh`, a space before it allowed; nothing means UTC. */
function scanOffset(bytes: Uint8Array, position: number, moment: Moment): number {
  let p = position;
  const first = bytes[p];
  if (first === quote) return p;
  if (first === 0x5a || first === 0x7a) return p + 1;
  if (first === 0x20) p++;
  const sign = bytes[p];
  if (sign !== 0x2b && sign !== 0x2d) return -1;
  const hours = twoDigits(bytes, p + 1);
  if (!(hours >= 0 && hours < 24)) return -1;
  p += 3;
  let minutes = 0;
  if (bytes[p] !== quote) {
    if (bytes[p] === 0x3a) p++;
    minutes = twoDigits(bytes, p);
    if (!(minutes >= 0 && minutes < 60)) return -1;
    p += 2;
  }
  const offset = hours * 3600 + minutes * 60;
  moment.seconds += sign === 0x2d ? offset : -offset;
  return p;
}

/** The value of two digits; a large negative number when one is none. */
function twoDigits(bytes: Uint8Array, p: number): number {
  const tens = (bytes[p] ?? 0) - 0x30;
  const ones = (bytes[p + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -100_000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = (y / 400) | 0;
  const yearOfEra = y - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
