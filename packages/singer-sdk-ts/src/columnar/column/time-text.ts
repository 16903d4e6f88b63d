import { secondsMax, secondsMin } from "./civil-time.ts";

const pattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]| ?([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?$/;

/** A date-time text as what the columns hold. */
export interface TimeValue {
  readonly days: number;
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly micros: bigint;
  /** Whether the text is a date, or a midnight without an offset from UTC. */
  readonly isMidnight: boolean;
}

/** Reads the same texts as `scanMoment`, by other means: a text says why it is refused. */
export function parseTime(text: string): TimeValue | string {
  const match = pattern.exec(text);
  if (match === null) return "not a date-time";
  const number = (group: number) => Number(match[group] ?? 0);
  const date = new Date(0);
  date.setUTCFullYear(number(1), number(2) - 1, number(3));
  if (number(1) < 1 || date.getUTCMonth() !== number(2) - 1 || date.getUTCDate() !== number(3)) {
    return "no such day";
  }
  if (number(4) > 23 || number(5) > 59 || number(6) > 59) return "no such time of day";
  if (number(9) > 23 || number(10) > 59) return "no such offset";
  const days = date.getTime() / 86_400_000;
  const time = number(4) * 3600 + number(5) * 60 + number(6);
  const offset = (number(9) * 3600 + number(10) * 60) * (match[8] === "-" ? -1 : 1);
  const seconds = days * 86_400 + time - offset;
  if (seconds < secondsMin || seconds > secondsMax) return "outside the years 0001 to 9999";
  const fraction = (match[7] ?? "").padEnd(6, "0").slice(0, 6);
  const micros = BigInt(seconds) * 1_000_000n + BigInt(fraction);
  const isMidnight = time === 0 && offset === 0 && Number(fraction) === 0;
  return { days, micros, isMidnight };
}
