import { DecimalText, type JsonValue, parseJson } from "../json.ts";
import { expressionError } from "./expression-error.ts";

/** A number of a record: no digit of it is lost by adding, subtracting, multiplying or comparing. */
export type ExactNumber = number | bigint | DecimalText;

export function isNumber(value: JsonValue | undefined): value is ExactNumber {
  return typeof value === "number" || typeof value === "bigint" || value instanceof DecimalText;
}

function isInteger(value: ExactNumber): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

/** The number that a text spells, with every digit; undefined when it spells none. */
export function numberOfText(text: string): ExactNumber | undefined {
  const digits = text
    .trim()
    .replace(/^\+/, "")
    .replace(/^(?=\.)|(?<=^-)(?=\.)/, "0");
  if (!/^-?\d+(\.\d*)?([eE][-+]?\d+)?$/.test(digits)) return undefined;
  const json = digits.replace(/^(-?)0+(?=\d)/, "$1").replace(/\.(?=$|[eE])/, "");
  const value = parseJson(json);
  return isNumber(value) ? value : undefined;
}

/** `unscaled` / 10^`scale`. */
interface Scaled {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Digits behind the point beyond which a number is an attack, not a value. */
const scaleMax = 10_000;

function scaledOf(value: ExactNumber): Scaled {
  if (typeof value === "bigint") return { unscaled: value, scale: 0 };
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(String(value)) ?? [];
  const scale = fraction.length - Number(exponent);
  if (whole === "" || Math.abs(scale) > scaleMax) throw expressionError("a number is out of range");
  const unscaled = BigInt(`${sign}${whole}${fraction}`);
  return scale >= 0
    ? { unscaled, scale }
    : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 };
}

function numberOf({ unscaled, scale }: Scaled): ExactNumber {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
  const value = parseJson(text);
  if (!isNumber(value)) throw new Error(`${text} is not a number`);
  return value;
}

/** Both over one scale. */
function aligned(left: ExactNumber, right: ExactNumber): readonly [bigint, bigint, number] {
  const [a, b] = [scaledOf(left), scaledOf(right)];
  const scale = Math.max(a.scale, b.scale);
  return [
    a.unscaled * 10n ** BigInt(scale - a.scale),
    b.unscaled * 10n ** BigInt(scale - b.scale),
    scale,
  ];
}

/** -1, 0 or 1. */
export function compareNumbers(left: ExactNumber, right: ExactNumber): number {
  const [a, b] = aligned(left, right);
  return a < b ? -1 : Number(a > b);
}

/** Python's operator: exact for `+ - *` and for integers, a double for `/` and for roots. */
export function calculate(operator: string, left: ExactNumber, right: ExactNumber): ExactNumber {
  const [a, b, scale] = aligned(left, right);
  switch (operator) {
    case "+":
      return numberOf({ unscaled: a + b, scale });
    case "-":
      return numberOf({ unscaled: a - b, scale });
    case "*":
      return multiply(left, right);
    case "**":
      return power(left, right);
    default:
  }
  if (b === 0n) throw expressionError("a division by zero");
  const floor = a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
  switch (operator) {
    case "/":
      return Number(left) / Number(right);
    case "//":
      return numberOf({ unscaled: floor, scale: 0 });
    case "%":
      return numberOf({ unscaled: a - floor * b, scale });
    default:
      throw expressionError(`the operator \`${operator}\` is not supported`);
  }
}

export function negate(value: ExactNumber): ExactNumber {
  const { unscaled, scale } = scaledOf(value);
  return numberOf({ unscaled: -unscaled, scale });
}

/** Without its fraction, towards zero, as Python's `int`. */
export function truncate(value: ExactNumber): ExactNumber {
  const { unscaled, scale } = scaledOf(value);
  return numberOf({ unscaled: unscaled / 10n ** BigInt(scale), scale: 0 });
}

function multiply(left: ExactNumber, right: ExactNumber): ExactNumber {
  const [a, b] = [scaledOf(left), scaledOf(right)];
  return numberOf({ unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale });
}

function power(left: ExactNumber, right: ExactNumber): ExactNumber {
  const exponent = Number(right);
  if (Math.abs(exponent) > 1000) throw expressionError("an exponent is beyond 1000");
  if (isInteger(right) && exponent >= 0) {
    const { unscaled, scale } = scaledOf(left);
    return numberOf({ unscaled: unscaled ** BigInt(exponent), scale: scale * exponent });
  }
  const result = Number(left) ** exponent;
  if (!Number.isFinite(result)) throw expressionError("a power is out of range");
  return result;
}
