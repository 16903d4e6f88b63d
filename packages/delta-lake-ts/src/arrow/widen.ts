import { type Data, DataType, makeData, Precision } from "apache-arrow";
import { wordsToBigint } from "../stats/extreme.ts";

const DAY_US = 86_400_000_000n;

/**
 * The column under a wider type, value by value; only what Delta calls lossless (delta.md §1.14), and undefined for any
 * other. A date becomes a timestamp without zone only when it is read: new rows must say which they mean.
 */
export function widenData(
  data: Data,
  type: DataType,
  { isReading }: { readonly isReading: boolean },
): Data | undefined {
  const widened = widenValues(data, type, isReading);
  if (widened === undefined) return undefined;
  // The offset counts for the bitmap only: plain values are already sliced.
  return makeData({
    type,
    length: data.length,
    offset: 0,
    nullBitmap: sliceBitmap(data.nullBitmap, data.offset, data.length),
    data: widened,
  } as Parameters<typeof makeData>[0]);
}

/** True for a timestamp that stands for an instant. */
export function isZoned(timezone: string | null | undefined): boolean {
  return timezone !== null && timezone !== undefined;
}

function widenValues(data: Data, target: DataType, isReading: boolean): unknown {
  const source: DataType = data.type;
  if (DataType.isInt(source)) return widenIntegers(data, source, target);
  if (DataType.isFloat(source) && DataType.isFloat(target) && target.precision > source.precision) {
    return Float64Array.from(numbersOf(data));
  }
  if (DataType.isDecimal(source) && DataType.isDecimal(target)) {
    const addedScale = target.scale - source.scale;
    const addedPrecision = target.precision - source.precision;
    if (addedScale < 0 || addedPrecision < addedScale) return undefined;
    const words: Int32Array | Uint32Array = data.values;
    const signed = new Int32Array(words.buffer, words.byteOffset, words.length);
    return decimalWords(data.length, addedScale, (row) => wordsToBigint(signed, row * 4, 4));
  }
  if (!DataType.isTimestamp(target)) return undefined;
  if (DataType.isDate(source) && isReading && !isZoned(target.timezone)) {
    return BigInt64Array.from(numbersOf(data), (days) => BigInt(days) * DAY_US);
  }
  if (!DataType.isTimestamp(source) || source.unit >= target.unit) return undefined;
  if (isZoned(source.timezone) !== isZoned(target.timezone)) return undefined;
  const factor = 1000n ** BigInt(target.unit - source.unit);
  const instants: BigInt64Array = data.values;
  return BigInt64Array.from(instants, (value) => value * factor);
}

function widenIntegers(
  data: Data,
  source: { readonly bitWidth: number },
  target: DataType,
): unknown {
  const isLong = source.bitWidth === 64;
  if (DataType.isDecimal(target)) {
    // What Delta asks for: ten digits before the point for all narrower integers.
    if (target.precision - target.scale < (isLong ? 20 : 10)) return undefined;
    const values: ArrayLike<number | bigint> = data.values;
    return decimalWords(data.length, target.scale, (row) => BigInt(values[row] ?? 0));
  }
  if (isLong) return undefined;
  const numbers = numbersOf(data);
  if (DataType.isInt(target) && target.bitWidth > source.bitWidth) {
    if (target.bitWidth === 64) return BigInt64Array.from(numbers, BigInt);
    return target.bitWidth === 32 ? Int32Array.from(numbers) : Int16Array.from(numbers);
  }
  const isDouble = DataType.isFloat(target) && target.precision === Precision.DOUBLE;
  return isDouble ? Float64Array.from(numbers) : undefined;
}

function decimalWords(
  rowCount: number,
  addedScale: number,
  unscaled: (row: number) => bigint,
): Uint32Array {
  const factor = 10n ** BigInt(addedScale);
  const halves = new BigInt64Array(rowCount * 2);
  for (let row = 0; row < rowCount; row += 1) {
    const value = unscaled(row) * factor;
    halves[row * 2] = BigInt.asIntN(64, value);
    halves[row * 2 + 1] = BigInt.asIntN(64, value >> 64n);
  }
  return new Uint32Array(halves.buffer);
}

function numbersOf({ values }: Data): ArrayLike<number> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A column of numbers narrower than 64 bits; callers make sure of it.
  return values as ArrayLike<number>;
}

function sliceBitmap(
  bitmap: Uint8Array | null | undefined,
  offset: number,
  length: number,
): Uint8Array | null {
  if (bitmap === null || bitmap === undefined || bitmap.length === 0) return null;
  const sliced = new Uint8Array((length + 7) >> 3);
  for (let row = 0; row < length; row += 1) {
    const position = offset + row;
    const bit = ((bitmap[position >> 3] ?? 0) >> (position & 7)) & 1;
    sliced[row >> 3] = (sliced[row >> 3] ?? 0) | (bit << (row & 7));
  }
  return sliced;
}
