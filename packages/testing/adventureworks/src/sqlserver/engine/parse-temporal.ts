import { dayNumber, dayOf1900, ticksPerSecond } from "./calendar.ts";
import { SqlError } from "./error.ts";
import { fromInstant, type Instant } from "./instant.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

const pattern =
  /^\s*(?:(?<year>\d{4})-?(?<month>\d{2})-?(?<day>\d{2}))?(?:[T ]?\s*(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.:](?<fraction>\d{1,9}))?)?\s*(?<half>[AaPp][Mm])?)?\s*(?<zone>Z|[+-]\d{2}:\d{2})?\s*$/;

/** Reads ISO-like text as a temporal type; throws 241 or 242 as SQL Server does. */
export function parseTemporal(type: Type, text: string): Value {
  const instant = parseInstant(type, text);
  const value = fromInstant(type, instant);
  if (value !== undefined) return value;
  throw new SqlError(
    242,
    `The conversion of a varchar data type to a ${type.name} data type resulted in an out-of-range value.`,
    { state: 3 },
  );
}

function parseInstant(type: Type, text: string): Instant {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) throw notTemporal();
  const { year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone } = groups;
  const days = year === undefined ? dayOf1900 : dayNumber(Number(year), Number(month), Number(day));
  if (days === undefined) throw notTemporal();
  // datetime takes at most three digits, the newer types seven.
  if (fraction.length > (type.name === "datetime" || type.name === "smalldatetime" ? 3 : 7))
    throw notTemporal();
  const wholeHour = hourOf(Number(hour), groups["half"]);
  if (wholeHour > 23 || Number(minute) > 59 || Number(second) > 59) throw notTemporal();
  const seconds = wholeHour * 3600 + Number(minute) * 60 + Number(second);
  const ticks = seconds * ticksPerSecond + Number(fraction.padEnd(7, "0"));
  return { days, ticks, offsetMinutes: offsetOf(zone) };
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toUpperCase() === "PM" ? 12 : 0);
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith("-") ? -minutes : minutes;
}

function notTemporal(): SqlError {
  return new SqlError(
    241,
    "Conversion failed when converting date and/or time from character string.",
  );
}
