import { type Bound, combine, emptyFrame } from "./bound.ts";
import { convertBound } from "./bound-type.ts";
import { civilOf, dayNumber, ticksPerDay } from "./calendar.ts";
import { SqlError } from "./error.ts";
import { fromInstant, type Instant, instantOf } from "./instant.ts";
import { intType, isString, isTemporal, makeType, type Type } from "./type.ts";
import { bigintOf, numberOf, offsetDateTimeOf, textOf, type Value } from "./value.ts";

const partNames: Readonly<Record<string, string>> = {
  yy: "year",
  yyyy: "year",
  mm: "month",
  m: "month",
  dd: "day",
  d: "day",
  hh: "hour",
  mi: "minute",
  n: "minute",
  ss: "second",
  s: "second",
  ms: "millisecond",
  mcs: "microsecond",
  ns: "nanosecond",
};
/** 100 ns ticks of the parts that have a fixed length. */
const partTicks: Readonly<Record<string, number>> = {
  day: ticksPerDay,
  hour: 36_000_000_000,
  minute: 600_000_000,
  second: 10_000_000,
  millisecond: 10_000,
  microsecond: 10,
};

/** Binds DATEPART, DATEADD and DATEDIFF; the first argument is the part's name. */
export function datePartFunction(name: string, bounds: readonly Bound[]): Bound {
  const [partBound, ...others] = bounds;
  const word = textOf(partBound?.evaluate(emptyFrame) ?? null);
  if (name === "DATEPART" && (word === "tzoffset" || word === "tz")) return zoneOffset(others);
  const part = partNames[word] ?? word;
  if (part !== "year" && part !== "month" && part !== "nanosecond" && partTicks[part] === undefined)
    throw new SqlError(155, `'${word}' is not a recognized ${name.toLowerCase()} option.`, {
      class: 15,
    });
  switch (name) {
    case "DATEPART": {
      const [date] = others.map(temporal);
      return strict(others, intType, [date], ([value]) =>
        readPart(part, value?.type, value?.value ?? null),
      );
    }
    case "DATEDIFF":
      return strict(others, intType, others.map(temporal), ([from, to]) =>
        countBoundaries(part, instantIn(from), instantIn(to)),
      );
    default:
      return bindDateAdd(part, others);
  }
}

/** DATEPART(tzoffset, …): minutes; only a datetimeoffset has others than 0. */
function zoneOffset([date]: readonly Bound[]): Bound {
  return combine(date === undefined ? [] : [date], {
    type: intType,
    evaluate: (frame) => {
      const value = date?.evaluate(frame) ?? null;
      if (value === null) return null;
      return date?.type.name === "datetimeoffset" ? offsetDateTimeOf(value).offsetMinutes : 0;
    },
  });
}

/** TODATETIMEOFFSET: a local time and the minutes of its zone. */
export function toDateTimeOffset([date, minutes]: readonly Bound[]): Bound {
  const type = makeType("datetimeoffset", { scale: 7 });
  const parts = [date, minutes].filter((bound) => bound !== undefined);
  const local = date && convertBound(date, makeType("datetime2", { scale: 7 }));
  return combine(parts, {
    type,
    evaluate: (frame) => {
      const ticks = local?.evaluate(frame) ?? null;
      const offset = minutes?.evaluate(frame) ?? null;
      if (ticks === null || offset === null) return null;
      const offsetMinutes = numberOf(offset);
      return { ticks: bigintOf(ticks) - BigInt(offsetMinutes) * 600_000_000n, offsetMinutes };
    },
  });
}

interface Typed {
  readonly type: Type;
  readonly value: Value;
}

function temporal(bound: Bound): Bound {
  return isString(bound.type) ? convertBound(bound, makeType("datetime2", { scale: 7 })) : bound;
}

function strict(
  parts: readonly Bound[],
  type: Type,
  bounds: readonly (Bound | undefined)[],
  call: (values: readonly Typed[]) => Value,
): Bound {
  const known = bounds.filter((bound) => bound !== undefined);
  if (known.some((bound) => !isTemporal(bound.type)))
    throw new SqlError(8116, "Argument data type is invalid for argument 2 of the date function.");
  return combine(parts, {
    type,
    evaluate: (frame) => {
      const values = known.map((bound) => ({ type: bound.type, value: bound.evaluate(frame) }));
      return values.some(({ value }) => value === null) ? null : call(values);
    },
  });
}

function instantIn(typed: Typed | undefined): Instant {
  if (typed === undefined) throw new RangeError("no argument");
  return instantOf(typed.type, typed.value);
}

function readPart(part: string, type: Type | undefined, value: Value): number {
  if (type === undefined) throw new RangeError("no argument");
  const { days, ticks } = instantOf(type, value);
  const civil = civilOf(days, ticks);
  switch (part) {
    case "year":
      return civil.year;
    case "month":
      return civil.month;
    case "day":
      return civil.day;
    case "hour":
      return civil.hour;
    case "minute":
      return civil.minute;
    case "second":
      return civil.second;
    case "millisecond":
      return Math.floor(civil.fraction / 10_000);
    case "microsecond":
      return Math.floor(civil.fraction / 10);
    default:
      return civil.fraction * 100;
  }
}

function countBoundaries(part: string, from: Instant, to: Instant): number {
  if (part === "year" || part === "month") {
    const [a, b] = [civilOf(from.days, from.ticks), civilOf(to.days, to.ticks)];
    return part === "year" ? b.year - a.year : (b.year - a.year) * 12 + b.month - a.month;
  }
  const unit = partTicks[part] ?? 1;
  return (
    ((to.days - from.days) * ticksPerDay) / unit +
    Math.floor(to.ticks / unit) -
    Math.floor(from.ticks / unit)
  );
}

function bindDateAdd(part: string, others: readonly Bound[]): Bound {
  const [count, date] = others;
  if (count === undefined || date === undefined) throw new RangeError("no argument");
  const amount = convertBound(count, intType);
  const type = isString(date.type) ? makeType("datetime") : date.type;
  const start = convertBound(date, type);
  return combine(others, {
    type,
    evaluate: (frame) => {
      const [steps, value] = [amount.evaluate(frame), start.evaluate(frame)];
      if (steps === null || value === null) return null;
      const moved = addPart(part, numberOf(steps), instantOf(type, value));
      const result = moved === undefined ? undefined : fromInstant(type, moved);
      if (result !== undefined) return result;
      throw new SqlError(517, `Adding a value to a '${type.name}' column caused an overflow.`);
    },
  });
}

function addPart(part: string, steps: number, instant: Instant): Instant | undefined {
  if (part === "year" || part === "month") {
    const civil = civilOf(instant.days, instant.ticks);
    const months = civil.year * 12 + civil.month - 1 + (part === "year" ? steps * 12 : steps);
    const [year, month] = [Math.floor(months / 12), (months % 12) + 1];
    for (let day = civil.day; day >= 28; day -= 1) {
      const days = dayNumber(year, month, day);
      if (days !== undefined) return { ...instant, days };
    }
    const days = dayNumber(year, month, civil.day);
    return days === undefined ? undefined : { ...instant, days };
  }
  const unit = partTicks[part] ?? 1;
  const wholeDays = Math.trunc((steps * (unit / 1e4)) / (ticksPerDay / 1e4));
  const ticks = instant.ticks + steps * unit - wholeDays * ticksPerDay;
  const carry = Math.floor(ticks / ticksPerDay);
  return { ...instant, days: instant.days + wholeDays + carry, ticks: ticks - carry * ticksPerDay };
}
