import type { SqlValue } from "./generate/index.ts";

/** Days from 1900-01-01 to 1970-01-01. */
const daysTo1970 = 25_567;
const ticksPerDay = 86_400 * 300;

/** The digits of an unscaled exact number, always with `scale` digits after the point: 80600n is `8.0600`. */
export function formatDecimal(unscaled: SqlValue, scale: number): string {
  const text = String(unscaled);
  if (scale === 0) return text;
  const sign = text.startsWith("-") ? "-" : "";
  const digits = text.slice(sign.length).padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const midnights = new Map<SqlValue, string>();

/** A datetime as ISO text; milliseconds, which its 1/300 s ticks round to, only when there are any. */
export function formatDatetime(ticks: SqlValue): string {
  const known = midnights.get(ticks);
  if (known !== undefined) return known;
  const milliseconds = datetimeMilliseconds(Number(ticks));
  const text = new Date(milliseconds).toISOString();
  if (milliseconds % 1000 !== 0) return text.slice(0, 23);
  if (milliseconds % 86_400_000 === 0) midnights.set(ticks, text.slice(0, 19));
  return text.slice(0, 19);
}

/** Milliseconds since 1970 of a datetime: its ticks end in .000, .003 or .007, as SQL Server shows them. */
export function datetimeMilliseconds(ticks: number): number {
  const days = Math.floor(ticks / ticksPerDay);
  return (days - daysTo1970) * 86_400_000 + Math.round(((ticks - days * ticksPerDay) * 10) / 3);
}
