import { type Data, DataType } from "apache-arrow";
import type { Mask } from "../arrow/validity.ts";
import type { Scalar } from "../scalar.ts";

/** Smallest and largest value of one column so far; `hasNaN` says that a float column cannot be bounded. */
export interface Extreme {
  /** Takes in the rows whose mask is 1 (all rows without a mask). */
  add(data: Data, mask: Mask): void;
  min(): Scalar;
  max(): Scalar;
  hasNaN: boolean;
}

/** The tracker for an Arrow type, or undefined for types that Delta keeps no bounds of (delta.md §1.7). */
export function createExtreme(type: DataType): Extreme | undefined {
  if (DataType.isInt(type)) return type.bitWidth === 64 ? new WordExtreme(2) : new NumberExtreme();
  if (DataType.isFloat(type) || DataType.isDate(type)) return new NumberExtreme();
  if (DataType.isTimestamp(type)) return new WordExtreme(2);
  if (DataType.isDecimal(type)) return new WordExtreme(4);
  return DataType.isUtf8(type) ? new TextExtreme() : undefined;
}

class NumberExtreme implements Extreme {
  hasNaN = false;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #isEmpty = true;

  add(data: Data, mask: Mask): void {
    // Int8/16/32, Float32/64 and DateDay all keep plain numbers.
    const values: Float64Array = data.values;
    let min = this.#min;
    let max = this.#max;
    for (let row = 0; row < data.length; row += 1) {
      if (mask !== undefined && mask[row] === 0) continue;
      const value = values[row] ?? 0;
      if (value !== value) this.hasNaN = true;
      if (value < min || (value === 0 && min === 0 && Object.is(value, -0))) min = value;
      if (value > max || (value === 0 && max === 0 && Object.is(max, -0))) max = value;
      this.#isEmpty = false;
    }
    this.#min = min;
    this.#max = max;
  }

  min(): Scalar {
    return this.#isEmpty || this.hasNaN ? null : this.#min;
  }

  max(): Scalar {
    return this.#isEmpty || this.hasNaN ? null : this.#max;
  }
}

/** 64- and 128-bit two's complement numbers, compared by 32-bit words: no bigint is made per row. */
class WordExtreme implements Extreme {
  readonly hasNaN = false;
  readonly #width: number;
  #min: Int32Array | undefined;
  #max: Int32Array | undefined;

  constructor(width: number) {
    this.#width = width;
  }

  add(data: Data, mask: Mask): void {
    const values: BigInt64Array | Uint32Array = data.values;
    const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
    const found = extremeIndexes(words, this.#width, data.length, mask);
    if (found === undefined) return;
    const [minIndex, maxIndex] = found;
    const least = words.slice(minIndex, minIndex + this.#width);
    const most = words.slice(maxIndex, maxIndex + this.#width);
    if (this.#min === undefined || compareWords(least, 0, this.#min, 0, this.#width) < 0) {
      this.#min = least;
    }
    if (this.#max === undefined || compareWords(most, 0, this.#max, 0, this.#width) > 0) {
      this.#max = most;
    }
  }

  min(): Scalar {
    return this.#min === undefined ? null : wordsToBigint(this.#min, 0, this.#width);
  }

  max(): Scalar {
    return this.#max === undefined ? null : wordsToBigint(this.#max, 0, this.#width);
  }
}

class TextExtreme implements Extreme {
  readonly hasNaN = false;
  #min: Uint8Array | undefined;
  #max: Uint8Array | undefined;

  add(data: Data, mask: Mask): void {
    const bytes: Uint8Array = data.values;
    const offsets: Int32Array = data.valueOffsets;
    let min = this.#min;
    let max = this.#max;
    // What both bounds begin with: most values do too, and that part is compared once.
    let shared = min === undefined || max === undefined ? 0 : sharedLength(min, max);
    for (let row = 0; row < data.length; row += 1) {
      if (mask !== undefined && mask[row] === 0) continue;
      const start = offsets[row] ?? 0;
      const end = offsets[row + 1] ?? 0;
      if (min === undefined || max === undefined) {
        min = bytes.subarray(start, end);
        max = min;
        shared = min.length;
        continue;
      }
      const same = sameLength(bytes, { start, end }, min, shared);
      if (compareFrom(bytes, { start, end }, min, same) < 0) min = bytes.subarray(start, end);
      else if (compareFrom(bytes, { start, end }, max, same) > 0) max = bytes.subarray(start, end);
      else continue;
      shared = sharedLength(min, max);
    }
    // Copies: the batch's buffers belong to somebody else.
    this.#min = min?.slice();
    this.#max = max?.slice();
  }

  min(): Scalar {
    return this.#min === undefined ? null : new TextDecoder().decode(this.#min);
  }

  max(): Scalar {
    return this.#max === undefined ? null : new TextDecoder().decode(this.#max);
  }
}

function extremeIndexes(
  words: Int32Array,
  width: number,
  rowCount: number,
  mask: Mask,
): readonly [min: number, max: number] | undefined {
  let min = -1;
  let max = -1;
  for (let row = 0; row < rowCount; row += 1) {
    if (mask !== undefined && mask[row] === 0) continue;
    const index = row * width;
    if (min === -1) {
      min = index;
      max = index;
    } else if (compareWords(words, index, words, min, width) < 0) min = index;
    else if (compareWords(words, index, words, max, width) > 0) max = index;
  }
  return min === -1 ? undefined : [min, max];
}

function compareWords(
  left: Int32Array,
  leftIndex: number,
  right: Int32Array,
  rightIndex: number,
  width: number,
): number {
  const top = (left[leftIndex + width - 1] ?? 0) - (right[rightIndex + width - 1] ?? 0);
  if (top !== 0) return top;
  for (let word = width - 2; word >= 0; word -= 1) {
    const difference =
      ((left[leftIndex + word] ?? 0) >>> 0) - ((right[rightIndex + word] ?? 0) >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** How many of the first `limit` bytes the value shares with a bound. */
function sameLength(
  bytes: Uint8Array,
  { start, end }: Span,
  bound: Uint8Array,
  limit: number,
): number {
  const most = Math.min(end - start, limit);
  let same = 0;
  while (same < most && bytes[start + same] === bound[same]) same += 1;
  return same;
}

function sharedLength(left: Uint8Array, right: Uint8Array): number {
  return sameLength(left, { start: 0, end: left.length }, right, right.length);
}

/** Compares a value with a bound whose first `same` bytes it has. */
function compareFrom(
  bytes: Uint8Array,
  { start, end }: Span,
  bound: Uint8Array,
  same: number,
): number {
  const shared = Math.min(end - start, bound.length);
  for (let index = same; index < shared; index += 1) {
    const difference = (bytes[start + index] ?? 0) - (bound[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return end - start - bound.length;
}

/** Joins little-endian words into the signed number they stand for. */
export function wordsToBigint(words: Int32Array, index: number, width: number): bigint {
  let value = BigInt(words[index + width - 1] ?? 0);
  for (let word = width - 2; word >= 0; word -= 1) {
    value = (value << 32n) | BigInt((words[index + word] ?? 0) >>> 0);
  }
  return value;
}
