import { makeData, type Timestamp } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import { type Moment, scanMoment } from "./civil-time.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
  rowsAtFirst,
} from "./column-builder.ts";
import { grownWords, noWords, roomForWords } from "./growth.ts";
import { int64Statistics } from "./statistics.ts";
import { parseTime } from "./time-text.ts";
import { Validity } from "./validity.ts";

/** Points in time as microseconds since 1970-01-01T00:00:00Z, in pairs of 32-bit words (low, high). */
export class TimestampBuilder implements ColumnBuilder {
  readonly validity: Validity;
  readonly #type: Timestamp;
  readonly #moment: Moment = { days: 0, seconds: 0, micros: 0 };
  #words = noWords;
  #room = 2 * rowsAtFirst;

  constructor(options: { nullable: boolean; type: Timestamp }) {
    this.validity = new Validity(options.nullable);
    this.#type = options.type;
  }

  get length(): number {
    return this.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const moment = this.#moment;
    const end = scanMoment(source.bytes, position, moment);
    if (end < 0) return -1;
    // seconds × 10^6 + micros passes 2^53 before 1684 and after 2255: split at 2^16 seconds.
    const upper = Math.floor(moment.seconds / 65_536);
    const product = upper * 1_000_000;
    const productHigh = Math.floor(product / 65_536);
    const low = (product - productHigh * 65_536) * 65_536;
    const rest = (moment.seconds - upper * 65_536) * 1_000_000 + moment.micros + low;
    const carry = Math.floor(rest / 4_294_967_296);
    this.#put(rest | 0, productHigh + carry);
    return end;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    if (typeof value !== "string") return refuse("not a date-time");
    const time = parseTime(value);
    if (typeof time === "string") return refuse(time);
    this.#put(Number(BigInt.asIntN(32, time.micros)), Number(time.micros >> 32n));
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
    const words = roomForWords(this.#words, 2 * rows.length);
    this.#room = 2 * Math.max(rows.length, rowsAtFirst);
    this.#words = noWords;
    const data = new BigInt64Array(words.buffer, 0, rows.length);
    return {
      data: makeData({ type: this.#type, ...rows, data }),
      get statistics() {
        return int64Statistics(words, rows);
      },
    };
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
