import { type Civil, civilOf } from "./calendar.ts";
import { SqlError } from "./error.ts";
import { instantOf } from "./instant.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");
const four = (value: number): string => String(value).padStart(4, "0");

/** Formats a temporal value in a style of CONVERT; throws 281 for a style that this server lacks. */
export function formatTemporal(type: Type, style: number, value: Value): string {
  if (type.name === "datetimeoffset" && style === 127) {
    const { days, ticks, offsetMinutes } = instantOf(type, value);
    const minutes = days * 1440 - offsetMinutes;
    const utcDays = Math.floor((minutes * 600_000_000 + ticks) / 864_000_000_000);
    const utcTicks = ticks - offsetMinutes * 600_000_000 + (days - utcDays) * 864_000_000_000;
    return `${formatCivil(type, style, civilOf(utcDays, utcTicks))}Z`;
  }
  const { days, ticks, offsetMinutes } = instantOf(type, value);
  const text = formatCivil(type, style, civilOf(days, ticks));
  if (type.name !== "datetimeoffset") return text;
  const separator = style === 126 ? "" : " ";
  return `${text}${separator}${formatOffset(offsetMinutes)}`;
}

/** The style that CAST uses. */
export function defaultTemporalStyle(type: Type): number {
  return type.name === "datetime" || type.name === "smalldatetime" ? 0 : 121;
}

function formatCivil(type: Type, style: number, civil: Civil): string {
  const date = formatDate(style, civil);
  if (type.name === "date" || dateOnlyStyles.has(style)) return date;
  const time = formatTime(type, style, civil);
  if (type.name === "time" || timeOnlyStyles.has(style)) return time;
  return `${date}${style === 126 || style === 127 ? "T" : " "}${time}`;
}

const dateOnlyStyles: ReadonlySet<number> = new Set([
  1, 3, 4, 10, 12, 23, 101, 102, 103, 104, 105, 110, 111, 112,
]);
const timeOnlyStyles: ReadonlySet<number> = new Set([8, 14, 24, 108, 114]);

function formatDate(style: number, { year, month, day }: Civil): string {
  switch (style) {
    case 0:
    case 100:
      return `${months[month - 1]} ${String(day).padStart(2)} ${four(year)}`;
    case 1:
      return `${two(month)}/${two(day)}/${two(year % 100)}`;
    case 3:
      return `${two(day)}/${two(month)}/${two(year % 100)}`;
    case 101:
      return `${two(month)}/${two(day)}/${four(year)}`;
    case 102:
      return `${four(year)}.${two(month)}.${two(day)}`;
    case 103:
      return `${two(day)}/${two(month)}/${four(year)}`;
    case 104:
      return `${two(day)}.${two(month)}.${four(year)}`;
    case 105:
      return `${two(day)}-${two(month)}-${four(year)}`;
    case 110:
      return `${two(month)}-${two(day)}-${four(year)}`;
    case 111:
      return `${four(year)}/${two(month)}/${two(day)}`;
    case 12:
      return `${two(year % 100)}${two(month)}${two(day)}`;
    case 112:
      return `${four(year)}${two(month)}${two(day)}`;
    case 8:
    case 14:
    case 20:
    case 21:
    case 23:
    case 24:
    case 25:
    case 108:
    case 114:
    case 120:
    case 121:
    case 126:
    case 127:
      return `${four(year)}-${two(month)}-${two(day)}`;
    default:
      throw new SqlError(
        281,
        `${style} is not a valid style number when converting from datetime to a character string.`,
      );
  }
}

function formatTime(type: Type, style: number, civil: Civil): string {
  const { hour, minute, second, fraction } = civil;
  switch (style) {
    case 0:
    case 100: {
      const half = hour < 12 ? "AM" : "PM";
      return `${String(hour % 12 === 0 ? 12 : hour % 12).padStart(2)}:${two(minute)}${half}`;
    }
    case 8:
    case 20:
    case 24:
    case 108:
    case 120:
      return `${two(hour)}:${two(minute)}:${two(second)}`;
    case 14:
    case 114:
      return `${two(hour)}:${two(minute)}:${two(second)}:${fractionDigits(type, fraction)}`;
    default: {
      const digits = fractionDigits(type, fraction);
      const isIso = style === 126 || style === 127;
      // ISO 8601 styles leave out a fraction of zero (T-SQL, CAST and CONVERT, note on style 126).
      const isShort = digits === "" || (isIso && fraction === 0);
      return `${two(hour)}:${two(minute)}:${two(second)}${isShort ? "" : `.${digits}`}`;
    }
  }
}

/** The digits of the fraction that the type has: 3 for datetime, 0 for smalldatetime. */
function fractionDigits(type: Type, fraction: number): string {
  const digits = String(Math.round(fraction)).padStart(7, "0");
  if (type.name === "datetime") return String(Math.round(fraction / 10_000)).padStart(3, "0");
  if (type.name === "smalldatetime") return "000";
  return digits.slice(0, type.scale);
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
