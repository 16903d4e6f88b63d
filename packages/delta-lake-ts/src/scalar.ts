import { type DeltaType, parseDecimal } from "./schema.ts";

/**
 * One value of a primitive column, exact: `bigint` for long, decimal (unscaled), timestamp (µs since 1970),
 * `number` for the narrower integers, floats and date (days since 1970).
 */
export type Scalar = number | bigint | string | boolean | Uint8Array | null;

const DAY_US = 86_400_000_000n;
/** 0001-01-01 and 9999-12-31 in days since 1970: what four-digit years can write. */
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;

/** `YYYY-MM-DD`, or undefined outside the years 1 to 9999. */
export function formatDate(days: number): string | undefined {
  if (days < FIRST_DAY || days > LAST_DAY) return undefined;
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** `YYYY-MM-DD<separator>HH:MM:SS.ffffff` in UTC, or undefined outside the years 1 to 9999. */
export function formatTimestamp(micros: bigint, separator: "T" | " "): string | undefined {
  const days = floorDivide(micros, DAY_US);
  const date = formatDate(Number(days));
  if (date === undefined) return undefined;
  const ofDay = micros - days * DAY_US;
  const time = new Date(Number(ofDay / 1000n)).toISOString().slice(11, 23);
  return `${date}${separator}${time}${String(ofDay % 1000n).padStart(3, "0")}`;
}

/** Reads `YYYY-MM-DD`; undefined when it is no such day. */
export function parseDate(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[0]}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : ms / 86_400_000;
}

/** Reads ISO and SQL forms with up to nine fraction digits and an optional zone (UTC when there is none). */
export function parseTimestamp(text: string): bigint | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const [, date, time = "00:00:00", fraction = "", zone = "Z"] = match;
  const ms = Date.parse(
    `${date}T${time}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`,
  );
  if (Number.isNaN(ms)) return undefined;
  return BigInt(ms) * 1000n + BigInt(fraction.padEnd(6, "0").slice(0, 6));
}

/** Plain notation with exactly `scale` fraction digits. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Reads plain or scientific notation; undefined when the value needs more than `scale` fraction digits. */
export function parseDecimalText(text: string, scale: number): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const shift = scale - fraction.length + Number(exponent);
  let unscaled = BigInt(whole + fraction);
  if (shift >= 0) unscaled *= 10n ** BigInt(shift);
  else {
    const divisor = 10n ** BigInt(-shift);
    if (unscaled % divisor !== 0n) return undefined;
    unscaled /= divisor;
  }
  return sign === "-" ? -unscaled : unscaled;
}

/** The shape of Java's `Double.toString`: an exponent outside [1e-3, 1e7), and always a fraction digit. */
export function formatFloat(value: number, isSingle: boolean): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", power = "0"] = shortestExponential(value, isSingle).split("e");
  const digits = mantissa.replace(/[-.]/g, "");
  const sign = value < 0 ? "-" : "";
  const exponent = Number(power);
  if (exponent >= 7 || exponent < -3) {
    return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${exponent}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, "0");
  return `${sign}${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || "0"}`;
}

/** Orders two values of one column: strings and bytes by UTF-8 bytes, NaN above everything. */
export function compareScalars(left: Scalar, right: Scalar): number {
  if (typeof left === "string" && typeof right === "string") {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  if (left === right || left === null || right === null) return 0;
  if (typeof left === "object" && typeof right === "object") return Buffer.compare(left, right);
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
  if (Number.isNaN(right)) return -1;
  return left < right ? -1 : 1;
}

export function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

/** Scale of a decimal type; 0 for other types. */
export function scaleOf(type: DeltaType): number {
  return parseDecimal(type)?.scale ?? 0;
}

function shortestExponential(value: number, isSingle: boolean): string {
  if (!isSingle) return value.toExponential();
  for (let digits = 0; digits < 9; digits += 1) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential();
}
