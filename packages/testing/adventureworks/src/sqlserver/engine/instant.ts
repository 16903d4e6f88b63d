import { dayOf1900, ticksPerDay } from "./calendar.ts";
import type { Type } from "./type.ts";
import { bigintOf, numberOf, offsetDateTimeOf, type Value } from "./value.ts";

/** A point in time without a zone, exact to 100 ns; `offsetMinutes` is 0 but on datetimeoffset. */
export interface Instant {
  /** Days since 0001-01-01, local. */
  readonly days: number;
  /** 100 ns ticks of the day, local. */
  readonly ticks: number;
  readonly offsetMinutes: number;
}

const datetimeTicksPerDay = 300 * 86_400;

/** Takes a temporal value apart; a time is on 1900-01-01, a datetime is rounded to 100 ns. */
export function instantOf(type: Type, value: Value): Instant {
  switch (type.name) {
    case "date":
      return { days: numberOf(value), ticks: 0, offsetMinutes: 0 };
    case "time":
      return { days: dayOf1900, ticks: numberOf(value), offsetMinutes: 0 };
    case "datetime": {
      const days = Math.floor(numberOf(value) / datetimeTicksPerDay);
      const thirds = numberOf(value) - days * datetimeTicksPerDay;
      return {
        days: days + dayOf1900,
        ticks: Math.round((thirds * 100_000) / 3),
        offsetMinutes: 0,
      };
    }
    case "smalldatetime": {
      const days = Math.floor(numberOf(value) / 1440);
      return {
        days: days + dayOf1900,
        ticks: (numberOf(value) % 1440) * 600_000_000,
        offsetMinutes: 0,
      };
    }
    case "datetime2":
      return split(bigintOf(value), 0);
    default: {
      const { ticks, offsetMinutes } = offsetDateTimeOf(value);
      return split(ticks + BigInt(offsetMinutes) * 600_000_000n, offsetMinutes);
    }
  }
}

function split(ticks: bigint, offsetMinutes: number): Instant {
  const days = ticks / BigInt(ticksPerDay);
  return { days: Number(days), ticks: Number(ticks - days * BigInt(ticksPerDay)), offsetMinutes };
}

/** The value of a temporal type nearest to an instant; `undefined` when out of the type's range. */
export function fromInstant(type: Type, instant: Instant): Value | undefined {
  switch (type.name) {
    case "date":
      return instant.days;
    case "time":
      return roundTicks(instant.ticks, type.scale) % ticksPerDay;
    case "datetime": {
      const value =
        (instant.days - dayOf1900) * datetimeTicksPerDay +
        Math.round((instant.ticks * 3) / 100_000);
      return instant.days < dayOf1753 ? undefined : value;
    }
    case "smalldatetime": {
      const value = (instant.days - dayOf1900) * 1440 + Math.round(instant.ticks / 600_000_000);
      return value < 0 || value >= 65_536 * 1440 ? undefined : value;
    }
    case "datetime2":
      return wholeTicks(instant, type.scale);
    default: {
      const ticks = wholeTicks(instant, type.scale) - BigInt(instant.offsetMinutes) * 600_000_000n;
      return { ticks, offsetMinutes: instant.offsetMinutes };
    }
  }
}

/** 1753-01-01, the first day of datetime. */
const dayOf1753 = 639_905;

function wholeTicks(instant: Instant, scale: number): bigint {
  return BigInt(instant.days) * BigInt(ticksPerDay) + BigInt(roundTicks(instant.ticks, scale));
}

function roundTicks(ticks: number, scale: number): number {
  const unit = 10 ** (7 - scale);
  return Math.round(ticks / unit) * unit;
}
