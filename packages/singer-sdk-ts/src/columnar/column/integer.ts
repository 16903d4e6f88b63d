import { type Int, makeData } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
  rowsAtFirst,
} from "./column-builder.ts";
import { grownWords, noWords, roomForWords } from "./growth.ts";
import { numberText, unscaledOf } from "./number-text.ts";
import { int64Statistics } from "./statistics.ts";
import { Validity } from "./validity.ts";
import { writeWide } from "./wide-number.ts";

/** Digits that a double adds up exactly. */
const digitsExact = 15;

/** Where long integers are put together. */
const wide = new Int32Array(4);

/** Integers of `bits` bits, built as pairs of 32-bit words (low, high), so that no BigInt is made for a row. */
export class IntegerBuilder implements ColumnBuilder {
  readonly validity: Validity;
  readonly #bits: 8 | 16 | 32 | 64;
  readonly #type: Int;
  /** Range in which a double is both exact and allowed. */
  readonly #min: number;
  readonly #max: number;
  #words = noWords;
  #room = 2 * rowsAtFirst;

  constructor(options: { nullable: boolean; bits: 8 | 16 | 32 | 64; type: Int }) {
    this.validity = new Validity(options.nullable);
    this.#bits = options.bits;
    this.#type = options.type;
    this.#max = options.bits === 64 ? 10 ** digitsExact : 2 ** (options.bits - 1) - 1;
    this.#min = options.bits === 64 ? -(10 ** digitsExact) : -(2 ** (options.bits - 1));
  }

  get length(): number {
    return this.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const { bytes } = source;
    let p = position;
    let byte = bytes[p] ?? 0;
    const negative = byte === 0x2d;
    if (negative) byte = bytes[++p] ?? 0;
    const first = p;
    let value = 0;
    while (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      byte = bytes[++p] ?? 0;
    }
    const digits = p - first;
    if (digits === 0 || (bytes[first] === 0x30 && digits > 1)) return -1;
    if (byte === 0x2e || (byte | 0x20) === 0x65) return -1;
    if (digits > digitsExact) return this.#scanLong(bytes, { start: first, end: p, negative });
    if (negative) value = -value;
    if (value < this.#min || value > this.#max) return -1;
    this.#put(value | 0, Math.floor(value / 4294967296) | 0);
    return p;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    const text = numberText(value);
    if (text === undefined) return refuse("not an integer");
    const integer = unscaledOf(text, 0, 20);
    if (typeof integer === "string") return refuse(integer);
    if (BigInt.asIntN(this.#bits, integer) !== integer) return refuse(`outside ${this.#bits} bits`);
    this.#put(Number(BigInt.asIntN(32, integer)), Number(BigInt.asIntN(32, integer >> 32n)));
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.validity.addNull(isMasked);
  }

  truncate(length: number): void {
    this.validity.truncate(length);
  }

  sizeBytes(): number {
    return this.length * 8;
  }

  finish(): FinishedColumn {
    const rows = this.validity.take();
    const { length } = rows;
    const words = roomForWords(this.#words, 2 * length);
    this.#room = 2 * Math.max(length, rowsAtFirst);
    this.#words = noWords;
    const data = integersOf(this.#type, words, length);
    return {
      data: makeData({ type: this.#type, ...rows, data }),
      get statistics() {
        return int64Statistics(words, rows);
      },
    };
  }

  /** Sixteen to nineteen digits, of which a double would lose some. */
  #scanLong(
    bytes: Uint8Array,
    digits: { readonly start: number; readonly end: number; readonly negative: boolean },
  ): number {
    if (this.#bits !== 64 || digits.end - digits.start > 19) return -1;
    writeWide(bytes, { ...digits, zeros: 0 }, wide, 0);
    const [low = 0, high = 0, ...rest] = wide;
    const sign = digits.negative ? -1 : 0;
    if (high >> 31 !== sign || rest[0] !== sign) return -1;
    this.#put(low, high);
    return digits.end;
  }

  #put(low: number, high: number): void {
    const row = this.validity.length;
    if (2 * row >= this.#words.length)
      this.#words = grownWords(this.#words, 2 * row + 2, this.#room);
    this.#words[2 * row] = low;
    this.#words[2 * row + 1] = high;
    this.validity.length = row + 1;
  }
}

/** The values in the width of `type`: the same memory for 64 bits, narrowed copies otherwise. */
function integersOf(type: Int, words: Int32Array<ArrayBuffer>, length: number): Int["TArray"] {
  if (type.bitWidth === 64) return new BigInt64Array(words.buffer, 0, length);
  const narrow = new type.ArrayType(length);
  for (let row = 0; row < length; row++) narrow[row] = words[2 * row] ?? 0;
  return narrow;
}
