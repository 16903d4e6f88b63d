import { offsetText, type ZoneSuffix } from "./wire/time.ts";

/** Days from 0001-01-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_162;
const HOUR_SECONDS = 3600;
const QUARTER_SECONDS = 900;
/** Offsets kept before the memory is dropped; a year of quarter hours is 35,000. */
const CACHE_MAX = 100_000;

/**
 * The suffix of local date-times in `zone`: `Z`, nothing for `none`, else the offset that the zone
 * has at that local time. The local digits stay as they are in the database, so that a bookmark
 * read back from them is the same value. Returns undefined for an unknown zone.
 */
export function zoneSuffix(zone: string): ZoneSuffix | undefined {
  if (zone === "none") return "";
  if (zone === "UTC" || zone === "Z") return "Z";
  const offsetAt = offsetReader(zone);
  if (offsetAt === undefined) return undefined;
  const cache = new Map<number, string>();
  return (days, seconds) => {
    const local = (days - DAYS_TO_1970) * 24 * HOUR_SECONDS + seconds;
    const quarter = Math.floor(local / QUARTER_SECONDS);
    const known = cache.get(quarter);
    if (known !== undefined) return known;
    if (cache.size >= CACHE_MAX) cache.clear();
    const start = quarter * QUARTER_SECONDS;
    // The offset depends on the instant and the instant on the offset: two steps settle it, since
    // offsets change rarely. Of an hour that happens twice the later one is taken.
    const first = offsetAt(start);
    const text = offsetText(offsetAt(start - first * 60));
    cache.set(quarter, text);
    return text;
  };
}

/** A function from seconds since 1970 to the zone's offset in minutes. */
function offsetReader(zone: string): ((seconds: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return (seconds) => {
    const name = format
      .formatToParts(new Date(seconds * 1000))
      .find(({ type }) => type === "timeZoneName")?.value;
    const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? "");
    if (match === null) return 0;
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return match[1] === "-" ? -minutes : minutes;
  };
}
