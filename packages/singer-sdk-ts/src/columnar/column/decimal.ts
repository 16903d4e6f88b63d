import { type Decimal, makeData } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import { quote } from "../token.ts";
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
import { int128Statistics } from "./statistics.ts";
import { Validity } from "./validity.ts";
import { writeWide } from "./wide-number.ts";

const digitsExact = 15;
const powers = Array.from({ length: digitsExact + 1 }, (_, power) => 10 ** power);

/** Decimals of up to 38 digits as 128-bit integers, 10^scale times the value; bare digits or quoted ones. */
export class DecimalBuilder implements ColumnBuilder {
  readonly validity: Validity;
  readonly #precision: number;
  readonly #scale: number;
  readonly #type: Decimal;
  #words = noWords;
  #room = 4 * rowsAtFirst;

  constructor(options: { nullable: boolean; precision: number; scale: number; type: Decimal }) {
    this.validity = new Validity(options.nullable);
    this.#precision = options.precision;
    this.#scale = options.scale;
    this.#type = options.type;
  }

  get length(): number {
    return this.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const { bytes } = source;
    let p = position;
    const quoted = bytes[p] === quote;
    if (quoted) p++;
    let byte = bytes[p] ?? 0;
    const negative = byte === 0x2d;
    if (negative) byte = bytes[++p] ?? 0;
    const first = p;
    let value = 0;
    while (byte >= 0x30 && byte <= 0x39) {
      value = value * 10 + (byte - 0x30);
      byte = bytes[++p] ?? 0;
    }
    let digits = p - first;
    if (digits === 0 || (digits > 1 && bytes[first] === 0x30)) return -1;
    if (value !== 0 && digits > this.#precision - this.#scale) return -1;
    let zeros = this.#scale;
    if (byte === 0x2e) {
      const point = p;
      byte = bytes[++p] ?? 0;
      while (byte >= 0x30 && byte <= 0x39) {
        value = value * 10 + (byte - 0x30);
        byte = bytes[++p] ?? 0;
      }
      const fraction = p - point - 1;
      if (fraction === 0) return -1;
      digits += fraction;
      zeros -= fraction;
    }
    if ((byte | 0x20) === 0x65 || zeros < 0) return -1;
    const end = p;
    if (quoted && bytes[p++] !== quote) return -1;
    if (digits + zeros > digitsExact) {
      this.#put(0, 0, 0);
      const at = 4 * (this.validity.length - 1);
      writeWide(bytes, { start: first, end, zeros, negative }, this.#words, at);
      return p;
    }
    value *= powers[zeros] ?? 1;
    if (negative) value = -value;
    const high = Math.floor(value / 4294967296) | 0;
    this.#put(value | 0, high, high >> 31);
    return p;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    const text = typeof value === "string" ? value : numberText(value);
    if (text === undefined) return refuse("not a decimal");
    const unscaled = unscaledOf(text, this.#scale, this.#precision);
    if (typeof unscaled === "string") return refuse(unscaled);
    this.#put(0, 0, 0);
    const at = 4 * (this.validity.length - 1);
    for (let i = 0; i < 4; i++) {
      this.#words[at + i] = Number(BigInt.asIntN(32, unscaled >> BigInt(32 * i)));
    }
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.validity.addNull(isMasked);
  }

  truncate(length: number): void {
    this.validity.truncate(length);
  }

  sizeBytes(): number {
    return this.length * 16;
  }

  finish(): FinishedColumn {
    const rows = this.validity.take();
    const words = roomForWords(this.#words, 4 * rows.length);
    this.#room = 4 * Math.max(rows.length, rowsAtFirst);
    this.#words = noWords;
    const data = new Uint32Array(words.buffer, 0, 4 * rows.length);
    return {
      data: makeData({ type: this.#type, ...rows, data }),
      get statistics() {
        return int128Statistics(words, rows);
      },
    };
  }

  #put(low: number, high: number, sign: number): void {
    const row = this.validity.length;
    const at = 4 * row;
    if (at >= this.#words.length) this.#words = grownWords(this.#words, at + 4, this.#room);
    this.#words[at] = low;
    this.#words[at + 1] = high;
    this.#words[at + 2] = sign;
    this.#words[at + 3] = sign;
    this.validity.length = row + 1;
  }
}
