/** 100 ns ticks in a second and in a day. */
export const ticksPerSecond = 10_000_000;
export const ticksPerDay = 864_000_000_000;
/** Days from 0001-01-01 to 1900-01-01 and to 1970-01-01. */
export const dayOf1900 = 693_595;
const dayOf1970 = 719_162;
const millisecondsPerDay = 86_400_000;

/** A civil date and time; `ticks` are those of the day. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** The fraction of the second in 100 ns ticks. */
  readonly fraction: number;
}

/** Days since 0001-01-01 of a civil date; `undefined` when there is no such day. */
export function dayNumber(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isReal || year < 1 || year > 9999) return undefined;
  return date.getTime() / millisecondsPerDay + dayOf1970;
}

/** The civil date and time of a day number and the ticks of that day. */
export function civilOf(days: number, ticks: number): Civil {
  const date = new Date((days - dayOf1970) * millisecondsPerDay);
  const seconds = Math.floor(ticks / ticksPerSecond);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction: ticks - seconds * ticksPerSecond,
  };
}
