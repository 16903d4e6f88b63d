import { DateDay, makeData } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import { quote } from "../token.ts";
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
import { numberStatistics } from "./statistics.ts";
import { parseTime } from "./time-text.ts";
import { Validity } from "./validity.ts";

/** Days since 1970-01-01. A date-time is a date when it is midnight UTC; no time of day is dropped. */
export class DateBuilder implements ColumnBuilder {
  readonly validity: Validity;
  readonly #moment: Moment = { days: 0, seconds: 0, micros: 0 };
  #days = noWords;
  #room = rowsAtFirst;

  constructor(options: { nullable: boolean }) {
    this.validity = new Validity(options.nullable);
  }

  get length(): number {
    return this.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const end = scanMoment(source.bytes, position, this.#moment);
    // Quote, ten characters, quote: longer texts are for the generic path.
    if (end !== position + 12 || source.bytes[end - 1] !== quote) return -1;
    this.#put(this.#moment.days);
    return end;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    if (typeof value !== "string") return refuse("not a date");
    const time = parseTime(value);
    if (typeof time === "string") return refuse(time);
    if (!time.isMidnight) return refuse("a date with a time of day");
    this.#put(time.days);
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.validity.addNull(isMasked);
  }

  truncate(length: number): void {
    this.validity.truncate(length);
  }

  sizeBytes(): number {
    return this.length * 4;
  }

  finish(): FinishedColumn {
    const rows = this.validity.take();
    const data = roomForWords(this.#days, rows.length).subarray(0, rows.length);
    this.#room = Math.max(rows.length, rowsAtFirst);
    this.#days = noWords;
    return {
      data: makeData({ type: new DateDay(), ...rows, data }),
      get statistics() {
        return numberStatistics(data, rows);
      },
    };
  }

  #put(days: number): void {
    const row = this.validity.length;
    if (row >= this.#days.length) this.#days = grownWords(this.#days, row + 1, this.#room);
    this.#days[row] = days;
    this.validity.length = row + 1;
  }
}
