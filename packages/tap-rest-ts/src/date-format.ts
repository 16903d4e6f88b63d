import { UserError } from "singer-sdk-ts";
import { parseInstant } from "./bookmark.ts";

/**
 * Writes a bookmark the way an API wants it: `as_is` (its own text), `iso` (UTC with milliseconds), `date`,
 * `epoch_seconds`, `epoch_milliseconds`, or a pattern with %Y %m %d %H %M %S %f %z.
 */
export function formatBookmark(value: string, format: string): string {
  if (format === "as_is") return value;
  const instant = parseTime(value);
  const iso = new Date(instant).toISOString();
  switch (format) {
    case "iso":
      return iso;
    case "date":
      return iso.slice(0, 10);
    case "epoch_seconds":
      return String(Math.floor(instant / 1000));
    case "epoch_milliseconds":
      return String(instant);
    default:
      return formatPattern(iso, format);
  }
}

/** A date-time, or an epoch in seconds or milliseconds, as milliseconds since 1970. */
export function parseTime(value: string): number {
  if (/^-?\d{1,11}$/u.test(value)) return Number(value) * 1000;
  if (/^\d{12,14}$/u.test(value)) return Number(value);
  const instant = parseInstant(value);
  if (instant === undefined) {
    throw new UserError(
      "E_BOOKMARK",
      "the bookmark is not a date-time, which incremental.format or incremental.step needs",
      {
        hint: "set incremental.format to as_is",
      },
    );
  }
  return instant.seconds * 1000 + Number(instant.fraction.slice(0, 3).padEnd(3, "0"));
}

function formatPattern(iso: string, pattern: string): string {
  const parts: Readonly<Record<string, string>> = {
    "%Y": iso.slice(0, 4),
    "%m": iso.slice(5, 7),
    "%d": iso.slice(8, 10),
    "%H": iso.slice(11, 13),
    "%M": iso.slice(14, 16),
    "%S": iso.slice(17, 19),
    "%f": iso.slice(20, 23),
    "%z": "+0000",
    "%%": "%",
  };
  return pattern.replaceAll(/%[A-Za-z%]/gu, (name) => {
    const part = parts[name];
    if (part !== undefined) return part;
    throw new UserError("E_SETTING", `incremental.format has ${name}, which is unknown`, {
      hint: "use %Y %m %d %H %M %S %f %z",
    });
  });
}

/** A length of time. Source: ISO 8601 durations, `P1M` or `PT6H` for example. */
export interface Duration {
  readonly months: number;
  readonly milliseconds: number;
}

/** Reads an ISO 8601 duration; `setting` is named in the error. */
export function parseDuration(text: string, setting: string): Duration {
  const match =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/u.exec(
      text,
    );
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = (
    match ?? []
  )
    .slice(1)
    .map((part) => Number(part ?? 0));
  const duration = {
    months: years * 12 + months,
    milliseconds: ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000,
  };
  if (match !== null && duration.months + duration.milliseconds > 0) return duration;
  throw new UserError("E_SETTING", `setting \`${setting}\` is not a duration`, {
    hint: "write P1D for a day, P1M for a month, PT6H for six hours",
  });
}

/** The instant one duration later, or earlier with `sign` -1; months keep the day of the month where it exists. */
export function addDuration(
  instant: number,
  { months, milliseconds }: Duration,
  sign: 1 | -1 = 1,
): number {
  const date = new Date(instant);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + sign * months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime() + sign * milliseconds;
}

/** A span of time, in milliseconds since 1970; `end` is not part of it. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Cuts the time from `start` to `end` into windows of `step`, the last one shorter. */
export function* timeWindows(start: number, end: number, step: Duration): Generator<Window> {
  for (let at = start; at < end; ) {
    const next = Math.min(end, addDuration(at, step));
    yield { start: at, end: next };
    at = next;
  }
}
