import { DecimalText, type JsonValue } from "./json.ts";
import type { JsonSchema } from "./message.ts";
import type { ColumnType } from "./schema.ts";

type Decimal = Extract<ColumnType, { readonly type: "decimal" }>;

/** The widest decimal of Delta, Parquet and SQL Server. */
const precisionMax = 38;
/** For `singer.decimal` without digits: 20 before the point, 18 after. */
const unknownScale = 18;

/**
 * Reads a decimal in any of the five dialects of real taps, undefined when the property is none:
 * `multipleOf` with bounds (singer-io), `singer.decimal` with `scale_precision` (wintersrd) or with nothing (Meltano SDK),
 * `x-singer.decimal` with `precision` and `scale`, and `x-sql-datatype`. Wider than 38 digits is undefined too.
 */
export function decimalOf(property: JsonSchema): Decimal | undefined {
  return fromFormat(property) ?? fromSqlType(property) ?? fromMultipleOf(property);
}

function fromFormat(property: JsonSchema): Decimal | undefined {
  const { format, precision, scale, additionalProperties } = property;
  if (format !== "singer.decimal" && format !== "x-singer.decimal") return undefined;
  const keywords = fromKeywords(precision ?? property["x-precision"], scale ?? property["x-scale"]);
  return (
    keywords ??
    fromPair(additionalProperties) ??
    fromSqlType(property) ??
    decimal(precisionMax, unknownScale)
  );
}

function fromKeywords(
  precision: JsonValue | undefined,
  scale: JsonValue | undefined,
): Decimal | undefined {
  return typeof precision === "number"
    ? decimal(precision, typeof scale === "number" ? scale : 0)
    : undefined;
}

/** `{"scale_precision": "(12,0)"}`: precision first, whatever the name says. */
function fromPair(value: JsonValue | undefined): Decimal | undefined {
  if (typeof value !== "object" || value === null || !("scale_precision" in value))
    return undefined;
  return fromDigits(/^\((\d+),\s*(\d+)\)$/, value["scale_precision"]);
}

function fromSqlType(property: JsonSchema): Decimal | undefined {
  const type = property["x-sql-datatype"];
  return fromDigits(/^(?:decimal|numeric)\((\d+)(?:,\s*(\d+))?\)$/i, type);
}

function fromDigits(pattern: RegExp, text: JsonValue | undefined): Decimal | undefined {
  const match = typeof text === "string" ? pattern.exec(text) : null;
  return match === null ? undefined : decimal(Number(match[1]), Number(match[2] ?? 0));
}

function fromMultipleOf(property: JsonSchema): Decimal | undefined {
  const types = [property["type"]].flat();
  const scale = scaleOf(property["multipleOf"]);
  if (scale === undefined || !types.includes("number")) return undefined;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = property;
  const bounds = [minimum, maximum, exclusiveMinimum, exclusiveMaximum].map(integerDigits);
  const digits = bounds.filter((count) => count !== undefined);
  return digits.length === 0
    ? decimal(precisionMax, scale)
    : decimal(Math.max(...digits) + scale, scale);
}

/** The scale of a power of ten: 4 for 0.0001 and for 1e-4. */
function scaleOf(value: JsonValue | undefined): number | undefined {
  const text = tokenOf(value);
  const match = text === undefined ? null : /^(?:0\.(0*)1|1(?:\.0*)?(?:e-(\d+))?)$/i.exec(text);
  if (match === null) return undefined;
  return match[1] === undefined ? Number(match[2] ?? 0) : match[1].length + 1;
}

/**
 * Digits before the point of the largest value under a bound. A power of ten is a bound that is not itself reached
 * (`exclusiveMaximum: 10000`, or a double rounded up from 9999.9999), so it has one digit less.
 */
function integerDigits(value: JsonValue | undefined): number | undefined {
  const text = tokenOf(value);
  const match = text === undefined ? null : /^-?0*(\d*)(?:\.(\d*))?(?:e\+?(\d+))?$/i.exec(text);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole.length + Number(exponent);
  return /^10*$/.test(whole) && /^0*$/.test(fraction) ? digits - 1 : digits;
}

function tokenOf(value: JsonValue | undefined): string | undefined {
  if (value instanceof DecimalText) return value.digits;
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}

function decimal(precision: number, scale: number): Decimal | undefined {
  const width = Math.max(precision, scale, 1);
  return width > precisionMax ? undefined : { type: "decimal", precision: width, scale };
}
