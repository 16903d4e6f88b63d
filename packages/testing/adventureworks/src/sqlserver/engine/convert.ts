import { decodeCodePage, encodeCodePage } from "./code-page.ts";
import { SqlError } from "./error.ts";
import { defaultTemporalStyle, formatTemporal } from "./format-temporal.ts";
import { encodeGeography } from "./geography.ts";
import { decodeGuid, encodeGuid } from "./guid-text.ts";
import { encodeHierarchyId } from "./hierarchy-id.ts";
import { fromInstant, instantOf } from "./instant.ts";
import {
  doubleOf,
  exactOf,
  exactOfText,
  formatExact,
  fromDouble,
  fromExact,
  notNumber,
  rescale,
} from "./number.ts";
import { parseTemporal } from "./parse-temporal.ts";
import {
  isBinary,
  isExact,
  isFloat,
  isInteger,
  isNumeric,
  isString,
  isTemporal,
  isUnicode,
  type Type,
} from "./type.ts";
import { bytesOf, numberOf, textOf, type Value } from "./value.ts";

/** Turns a value that is not null into another type; throws SqlError when it cannot. */
export type Converter = (value: Value) => Value;

/** Converts one value; null stays null. */
export function convert(value: Value, from: Type, to: Type): Value {
  return value === null ? null : converter(from, to)(value);
}

/**
 * The conversion from one type to another, chosen once. `style` is that of CONVERT.
 * Throws 529 for a pair of types that has none.
 */
export function converter(from: Type, to: Type, style?: number): Converter {
  if (isString(to)) return toText(from, to, style);
  if (isSame(from, to)) return (value) => value;
  const found = isString(from) ? fromText(from, to, style) : betweenOthers(from, to);
  if (found !== undefined) return found;
  throw new SqlError(
    529,
    `Explicit conversion from data type ${from.name} to ${to.name} is not allowed.`,
    { state: 2 },
  );
}

function isSame(from: Type, to: Type): boolean {
  return (
    from.name === to.name &&
    from.length === to.length &&
    from.precision === to.precision &&
    from.scale === to.scale
  );
}

function betweenOthers(from: Type, to: Type): Converter | undefined {
  if (isNumeric(from) && isNumeric(to)) return numberConverter(from, to);
  if (isTemporal(from) && isTemporal(to)) {
    return (value) => {
      const result = fromInstant(to, instantOf(from, value));
      if (result !== undefined) return result;
      throw new SqlError(
        242,
        `The conversion of a ${from.name} data type to a ${to.name} data type resulted in an out-of-range value.`,
        { state: 3 },
      );
    };
  }
  if (isBinary(to)) return toBinary(from, to);
  if (from.name === to.name) return (value) => value;
  if (from.name === "varbinary" && to.name === "uniqueidentifier")
    return (value) => decodeGuid(bytesOf(value));
  return undefined;
}

function numberConverter(from: Type, to: Type): Converter {
  if (isFloat(from)) return (value) => fromDouble(to, numberOf(value));
  if (isFloat(to)) return (value) => fromDouble(to, doubleOf(from, value));
  return (value) => fromExact(to, exactOf(from, value));
}

function toBinary(from: Type, to: Type): Converter | undefined {
  const encode = binaryEncoder(from);
  if (encode === undefined) return undefined;
  return (value) => {
    const bytes = encode(value);
    if (to.length === -1) return bytes;
    const cut = bytes.subarray(0, to.length);
    return to.name === "binary" && cut.length < to.length
      ? Buffer.concat([cut, Buffer.alloc(to.length - cut.length)])
      : cut;
  };
}

function binaryEncoder(from: Type): ((value: Value) => Uint8Array) | undefined {
  if (isBinary(from)) return bytesOf;
  switch (from.name) {
    case "hierarchyid":
      return (value) => encodeHierarchyId(textOf(value));
    case "geography":
      return (value) => encodeGeography(textOf(value));
    case "uniqueidentifier":
      return (value) => encodeGuid(textOf(value));
    case "xml":
      return (value) => Buffer.from(textOf(value), "utf16le");
    default:
      return undefined;
  }
}

function fromText(from: Type, to: Type, style: number | undefined): Converter | undefined {
  if (isTemporal(to)) return (value) => parseTemporal(to, textOf(value));
  if (isFloat(to)) {
    return (value) => {
      const number = Number(textOf(value).trim() || "0");
      if (!Number.isFinite(number)) throw notNumber(from, to, textOf(value));
      return fromDouble(to, number);
    };
  }
  if (to.name === "bit") return (value) => parseBit(from, to, textOf(value));
  if (isInteger(to) || isExact(to)) {
    return (value) => {
      const text = textOf(value).trim();
      const exact = exactOfText(to.scale === 4 ? text.replaceAll(/[$,]/g, "") : text || "0");
      const isWhole = exact !== undefined && (isExact(to) || exact.scale === 0);
      if (!isWhole) throw notNumber(from, to, textOf(value));
      return fromExact(to, exact);
    };
  }
  if (isBinary(to)) {
    const encode = textToBytes(from, style);
    return (value) => encode(textOf(value)).subarray(0, to.length === -1 ? undefined : to.length);
  }
  switch (to.name) {
    case "uniqueidentifier":
      return (value) => parseGuid(textOf(value));
    case "xml":
    case "hierarchyid":
    case "geography":
      return (value) => value;
    default:
      return undefined;
  }
}

function parseBit(from: Type, to: Type, text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word === "true") return true;
  if (word === "false") return false;
  const exact = exactOfText(word);
  if (exact === undefined) throw notNumber(from, to, text);
  return exact.unscaled !== 0n;
}

function textToBytes(from: Type, style: number | undefined): (text: string) => Buffer {
  if (style === 1 || style === 2) return (text) => Buffer.from(text.replace(/^0x/i, ""), "hex");
  return isUnicode(from) ? (text) => Buffer.from(text, "utf16le") : encodeCodePage;
}

function parseGuid(text: string): string {
  const bare = text.replace(/^\{(.*)\}$/, "$1").slice(0, 36);
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(bare)) return bare.toUpperCase();
  throw new SqlError(
    8169,
    "Conversion failed when converting from a character string to uniqueidentifier.",
    { state: 2 },
  );
}

function toText(from: Type, to: Type, style: number | undefined): Converter {
  const format = formatter(from, style);
  const { length } = to;
  const isPadded = to.name === "char" || to.name === "nchar";
  if (
    isString(from) &&
    !isPadded &&
    (length === -1 || (from.length !== -1 && from.length <= length))
  )
    return (value) => value;
  return (value) => {
    const text = format(value);
    if (length === -1 || text.length === length) return text;
    if (text.length < length) return isPadded ? text.padEnd(length) : text;
    if (isInteger(from)) return "*";
    if (isNumeric(from))
      throw new SqlError(
        8115,
        `Arithmetic overflow error converting ${from.name} to data type ${to.name}.`,
        { state: 5 },
      );
    if (from.name === "uniqueidentifier")
      throw new SqlError(
        8170,
        "Insufficient result space to convert uniqueidentifier value to char.",
        { state: 2 },
      );
    return text.slice(0, length);
  };
}

function formatter(from: Type, style: number | undefined): (value: Value) => string {
  if (isTemporal(from)) {
    const used = style ?? defaultTemporalStyle(from);
    return (value) => formatTemporal(from, used, value);
  }
  if (from.name === "money" || from.name === "smallmoney")
    return (value) => formatMoney(exactOf(from, value).unscaled, style ?? 0);
  if (isFloat(from)) return (value) => formatFloat(from, numberOf(value), style ?? 0);
  if (isNumeric(from)) return (value) => formatExact(exactOf(from, value));
  if (isBinary(from)) {
    if (style === 1)
      return (value) => `0x${Buffer.from(bytesOf(value)).toString("hex").toUpperCase()}`;
    if (style === 2) return (value) => Buffer.from(bytesOf(value)).toString("hex").toUpperCase();
    return (value) => decodeCodePage(bytesOf(value));
  }
  return textOf;
}

/** Styles of money: 0 has two digits, 1 those and commas, 2 four digits. */
function formatMoney(unscaled: bigint, style: number): string {
  if (style === 2 || style === 126) return formatExact({ unscaled, scale: 4 });
  const text = formatExact({ unscaled: rescale(unscaled, 4, 2), scale: 2 });
  return style === 1 ? text.replaceAll(/\B(?=(\d{3})+(?!\d)\.)/g, ",") : text;
}

/** Styles of float: 0 has six digits, 1 and 2 are scientific, 3 has all 17. */
function formatFloat(type: Type, value: number, style: number): string {
  if (style === 0) return shortFloat(value);
  const digits = style === 1 ? 8 : type.name === "real" ? 9 : style === 2 ? 16 : 17;
  return exponent3(value.toExponential(digits - 1));
}

function shortFloat(value: number): string {
  const text = Number(value.toPrecision(6));
  const size = Math.abs(text);
  if (text !== 0 && (size < 1e-4 || size >= 1e6)) return exponent3(text.toExponential());
  return String(text);
}

/** C writes an exponent with three digits: `1e+006`. */
function exponent3(text: string): string {
  return text.replace(
    /e([+-])(\d+)$/,
    (_match, sign: string, digits: string) => `e${sign}${digits.padStart(3, "0")}`,
  );
}
