import { SqlError } from "./error.ts";
import { decimalPrecision, formatType, isExact, isFloat, type Type } from "./type.ts";
import { bigintOf, numberOf, type Value } from "./value.ts";

/** An exact number: `unscaled` / 10^`scale`. */
export interface Exact {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** The exact number in a value of an integer or decimal type. */
export function exactOf(type: Type, value: Value): Exact {
  if (isExact(type)) return { unscaled: bigintOf(value), scale: type.scale };
  if (typeof value === "boolean") return { unscaled: value ? 1n : 0n, scale: 0 };
  return { unscaled: typeof value === "bigint" ? value : BigInt(numberOf(value)), scale: 0 };
}

/** A value of any number type as a double. */
export function doubleOf(type: Type, value: Value): number {
  if (isFloat(type)) return numberOf(value);
  if (typeof value === "number") return value;
  const { unscaled, scale } = exactOf(type, value);
  return Number(formatExact({ unscaled, scale }));
}

/** Changes the scale; fewer digits are rounded half away from zero, or cut off. */
export function rescale(unscaled: bigint, from: number, to: number, isCut = false): bigint {
  if (to >= from) return unscaled * 10n ** BigInt(to - from);
  const unit = 10n ** BigInt(from - to);
  const half = isCut ? 0n : unit / 2n;
  return unscaled < 0n ? -((-unscaled + half) / unit) : (unscaled + half) / unit;
}

/** `-12.50`: all digits of the scale. */
export function formatExact({ unscaled, scale }: Exact): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${text}` : text;
}

const integerRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  tinyint: [0n, 255n],
  smallint: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** Gives an exact number a number type; throws 8115 or 220 when it does not fit. */
export function fromExact(type: Type, exact: Exact): Value {
  switch (type.name) {
    case "bit":
      return exact.unscaled !== 0n;
    case "float":
    case "real":
      return toFloat(type, Number(formatExact(exact)));
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint": {
      const whole = rescale(exact.unscaled, exact.scale, 0, true);
      const [min, max] = integerRanges[type.name] ?? [0n, 0n];
      if (whole < min || whole > max) throw overflow(type);
      return type.name === "bigint" ? whole : Number(whole);
    }
    default: {
      const unscaled = rescale(exact.unscaled, exact.scale, type.scale);
      const limit = isMoney(type) ? moneyLimit(type) : 10n ** BigInt(decimalPrecision(type));
      if (unscaled >= limit || unscaled < -limit) throw overflow(type);
      return unscaled;
    }
  }
}

function isMoney(type: Type): boolean {
  return type.name === "money" || type.name === "smallmoney";
}

function moneyLimit(type: Type): bigint {
  return type.name === "money" ? 2n ** 63n : 2n ** 31n;
}

/** Gives a double a number type. */
export function fromDouble(type: Type, value: number): Value {
  if (isFloat(type)) return toFloat(type, value);
  if (type.name === "bit") return value !== 0;
  return fromExact(
    type,
    exactOfText(value.toFixed(20).includes("e") ? String(BigInt(value)) : decimalDigits(value)) ?? {
      unscaled: 0n,
      scale: 0,
    },
  );
}

/** A double's shortest digits without an exponent. */
function decimalDigits(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return Math.abs(value) < 1 ? value.toFixed(40) : BigInt(value).toString();
}

function toFloat(type: Type, value: number): number {
  return type.name === "real" ? Math.fround(value) : value;
}

/** The exact number that a decimal text tells; `undefined` when it is none. */
export function exactOfText(text: string): Exact | undefined {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const unscaled = BigInt(`${whole}${fraction}`);
  return { unscaled: sign === "-" ? -unscaled : unscaled, scale: fraction.length };
}

export function overflow(type: Type): SqlError {
  const name = type.name === "decimal" ? "numeric" : type.name;
  return new SqlError(
    8115,
    `Arithmetic overflow error converting expression to data type ${name}.`,
    { state: 2 },
  );
}

/** A text that is no number of the type. */
export function notNumber(from: Type, to: Type, text: string): SqlError {
  if (isExact(to) || isFloat(to))
    return new SqlError(8114, `Error converting data type ${from.name} to ${to.name}.`, {
      state: 5,
    });
  return new SqlError(
    245,
    `Conversion failed when converting the ${from.name} value '${text}' to data type ${formatType(to)}.`,
  );
}
