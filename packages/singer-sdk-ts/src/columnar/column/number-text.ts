import { DecimalText, type JsonValue } from "../../json.ts";

/** A number as its sign, its digits without trailing zeros, and a power of ten. */
interface Scientific {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const numberPattern = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,9}))?$/;

/** The digits of a number, or of a string that spells one; undefined for every other value. */
export function numberText(value: JsonValue): string | undefined {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof DecimalText) return value.digits;
  return undefined;
}

/**
 * The integer nearest to zero digits lost: `text` × 10^`scale`, exactly.
 * A text says why there is none; `digitsMax` limits the digits of the result.
 */
export function unscaledOf(text: string, scale: number, digitsMax: number): bigint | string {
  const number = parseScientific(text);
  if (number === undefined) return "not a number";
  if (number.digits === "0") return 0n;
  const zeros = number.exponent + scale;
  if (zeros < 0) {
    return scale === 0 ? "not a whole number" : `more than ${scale} digits after the point`;
  }
  if (number.digits.length + zeros > digitsMax) return "too many digits before the point";
  const magnitude = BigInt(number.digits + "0".repeat(zeros));
  return number.negative ? -magnitude : magnitude;
}

function parseScientific(text: string): Scientific | undefined {
  const match = numberPattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", power = "0"] = match;
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return { negative: false, digits: "0", exponent: 0 };
  const exponent = Number(power) - fraction.length + (all.length - digits.length);
  return { negative: sign === "-", digits, exponent };
}
