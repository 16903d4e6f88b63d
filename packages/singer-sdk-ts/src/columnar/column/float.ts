import { type Float, makeData } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import { skipNumber } from "../token.ts";
import { takeBuffer } from "./array-pool.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
  rowsAtFirst,
} from "./column-builder.ts";
import { numberText } from "./number-text.ts";
import { numberStatistics } from "./statistics.ts";
import { Validity } from "./validity.ts";

/** What taps write for the values that JSON has no number for. */
const named: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** Largest power of ten that is exact in a double. */
const powers = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** Doubles or singles, rounded once from the digits. */
export class FloatBuilder implements ColumnBuilder {
  readonly validity: Validity;
  readonly #type: Float;
  readonly #isSingle: boolean;
  #values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  #room = rowsAtFirst;

  constructor(options: { nullable: boolean; type: Float }) {
    this.validity = new Validity(options.nullable);
    this.#type = options.type;
    this.#isSingle = options.type.ArrayType === Float32Array;
    this.#values = this.#allocate(0);
  }

  get length(): number {
    return this.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const end = skipNumber(source.bytes, position);
    if (end < 0) return -1;
    const value = parseDouble(source, position, end);
    if (!this.#fits(value)) return -1;
    this.#put(value);
    return end;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    const text = numberText(value);
    const number = text === undefined ? namedNumber(value) : Number(text);
    if (number === undefined) return refuse("not a number");
    if (text !== undefined && !this.#fits(number)) return refuse("outside the range of the float");
    this.#put(number);
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.validity.addNull(isMasked);
  }

  truncate(length: number): void {
    this.validity.truncate(length);
  }

  sizeBytes(): number {
    return this.length * this.#values.BYTES_PER_ELEMENT;
  }

  finish(): FinishedColumn {
    const rows = this.validity.take();
    if (rows.length > this.#values.length) this.#grow(rows.length);
    const data = this.#values.subarray(0, rows.length);
    this.#room = Math.max(rows.length, rowsAtFirst);
    this.#values = this.#allocate(0);
    return {
      data: makeData({ type: this.#type, ...rows, data }),
      get statistics() {
        return numberStatistics(data, rows);
      },
    };
  }

  #fits(value: number): boolean {
    return Number.isFinite(this.#isSingle ? Math.fround(value) : value);
  }

  #put(value: number): void {
    const row = this.validity.length;
    if (row >= this.#values.length) this.#grow(row + 1);
    this.#values[row] = value;
    this.validity.length = row + 1;
  }

  #grow(length: number): void {
    const grown = this.#allocate(Math.max(length, 2 * this.#values.length, this.#room));
    grown.set(this.#values);
    this.#values = grown;
  }

  #allocate(length: number): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    const buffer = takeBuffer((this.#isSingle ? 4 : 8) * length);
    return this.#isSingle ? new Float32Array(buffer) : new Float64Array(buffer);
  }
}

function namedNumber(value: unknown): number | undefined {
  return typeof value === "string" && Object.hasOwn(named, value) ? named[value] : undefined;
}

/**
 * The double nearest to a number's text. Up to 15 digits and powers of ten up to 22 are exact
 * in doubles, so that one division rounds once; everything else goes through `Number`.
 */
function parseDouble(source: ByteSource, start: number, end: number): number {
  const { bytes } = source;
  const negative = bytes[start] === 0x2d;
  let mantissa = 0;
  let digits = 0;
  let fraction = -1;
  for (let p = negative ? start + 1 : start; p < end; p++) {
    const byte = bytes[p] ?? 0;
    if (byte === 0x2e) fraction = 0;
    else if (byte > 0x39 || byte < 0x30)
      return Number(source.buffer.toString("latin1", start, end));
    else {
      mantissa = mantissa * 10 + (byte - 0x30);
      digits++;
      if (fraction >= 0) fraction++;
    }
  }
  if (digits > 15) return Number(source.buffer.toString("latin1", start, end));
  const value = fraction > 0 ? mantissa / (powers[fraction] ?? 1) : mantissa;
  return negative ? -value : value;
}
