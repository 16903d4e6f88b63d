/** Ticks of 1/300 s in a day, the unit of datetime. */
export const ticksPerDay = 86_400 * 300;

/** Days from 1900-01-01 to 1970-01-01. */
const daysTo1970 = 25_567;

/** Days from 0001-01-01 to 1900-01-01. */
const daysTo1900 = 693_595;

/** The datetime value of a day's midnight, `month` from 1. */
export function datetime(year: number, month: number, day: number): number {
  return (Date.UTC(year, month - 1, day) / 86_400_000 + daysTo1970) * ticksPerDay;
}

/** The date value of a day, `month` from 1. */
export function date(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / 86_400_000 + daysTo1970 + daysTo1900;
}

/** A time of day within a datetime; `ticks` counts 1/300 s past the second. */
export function timeOfDay(hour: number, minute: number, second: number, ticks = 0): number {
  return (hour * 3600 + minute * 60 + second) * 300 + ticks;
}
