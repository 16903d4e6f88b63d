import { DataType, DateUnit, TimeUnit, type Vector } from "apache-arrow";
import { DecimalText, type JsonValue, UserError } from "singer-sdk-ts";

/** One value of a Parquet file that another program wrote, as a RECORD message would carry it: every digit, ISO times, base64. */
export function jsonValue(vector: Vector, row: number): JsonValue {
  if (!vector.isValid(row)) return null;
  const { type } = vector;
  if (DataType.isDictionary(type)) return plainValue(vector.get(row));
  if (DataType.isDecimal(type)) return decimalValue(vector.get(row), type.scale);
  if (DataType.isDate(type)) {
    const raw = rawValue(vector, row);
    const days = type.unit === DateUnit.DAY ? raw : raw / 86_400_000n;
    return isoTime(days * 86_400n, 0n, 0).slice(0, 10);
  }
  if (DataType.isTimestamp(type)) {
    const zone = (type.timezone ?? "") === "" ? "" : "Z";
    return `${unitTime(rawValue(vector, row), type.unit)}${zone}`;
  }
  if (DataType.isTime(type)) return unitTime(rawValue(vector, row), type.unit).slice(11);
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const items: Vector = vector.get(row);
    return Array.from({ length: items.length }, (_, index) => jsonValue(items, index));
  }
  if (DataType.isStruct(type)) {
    return Object.fromEntries(
      type.children.map(({ name }, index) => {
        const child = vector.getChildAt(index);
        return [name, child === null ? null : jsonValue(child, row)];
      }),
    );
  }
  return plainValue(vector.get(row));
}

function plainValue(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  // JSON has no NaN and no infinity; taps send null for them.
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint")
    return value;
  throw new UserError("E_BATCH", "a Parquet batch file has a column of a type without JSON form", {
    hint: "let the tap write jsonl batches",
  });
}

/** Unscaled digits, low word first, with the point put in. */
function decimalValue(words: Uint32Array, scale: number): JsonValue {
  const bits = words.length * 32;
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const unscaled = BigInt.asIntN(bits, unsigned);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const text = `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
  return new DecimalText(text);
}

/** The stored integer: `get` of a timestamp gives milliseconds in a double. */
function rawValue(vector: Vector, row: number): bigint {
  let index = row;
  for (const { length, values } of vector.data) {
    if (index < length) {
      const numbers: ArrayLike<number | bigint> = values;
      return BigInt(numbers[index] ?? 0);
    }
    index -= length;
  }
  throw new Error(`row ${row} lies outside its column`);
}

function unitTime(value: bigint, unit: TimeUnit): string {
  const digits = unit * 3;
  const perSecond = 10n ** BigInt(digits);
  const seconds = value >= 0n ? value / perSecond : -((-value + perSecond - 1n) / perSecond);
  return isoTime(seconds, value - seconds * perSecond, digits);
}

function isoTime(seconds: bigint, fraction: bigint, digits: number): string {
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  return digits === 0 ? text : `${text}.${String(fraction).padStart(digits, "0")}`;
}
