import { Bool, makeData } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import { skipWord } from "../token.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
  rowsAtFirst,
} from "./column-builder.ts";
import { grownBytes, roomForBytes } from "./growth.ts";
import { Validity } from "./validity.ts";

/** Booleans, one bit each. */
export class BooleanBuilder implements ColumnBuilder {
  readonly validity: Validity;
  #bits = new Uint8Array(rowsAtFirst >> 3);

  constructor(options: { nullable: boolean }) {
    this.validity = new Validity(options.nullable);
  }

  get length(): number {
    return this.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const value = source.bytes[position] === 0x74;
    const end = skipWord(source.bytes, position, value ? "true" : "false");
    if (end >= 0) this.#put(value);
    return end;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    if (typeof value !== "boolean") return refuse("not a boolean");
    this.#put(value);
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.validity.addNull(isMasked);
  }

  truncate(length: number): void {
    this.validity.truncate(length);
  }

  sizeBytes(): number {
    return (this.length + 7) >> 3;
  }

  finish(): FinishedColumn {
    const rows = this.validity.take();
    const data = roomForBytes(this.#bits, (rows.length + 7) >> 3).subarray(
      0,
      (rows.length + 7) >> 3,
    );
    this.#bits = new Uint8Array(Math.max(data.length, rowsAtFirst >> 3));
    return {
      data: makeData({ type: new Bool(), ...rows, data }),
      statistics: { nullCount: rows.nullCount },
    };
  }

  #put(value: boolean): void {
    const row = this.validity.length;
    const at = row >> 3;
    if (at >= this.#bits.length) this.#bits = grownBytes(this.#bits, at + 1);
    const byte = this.#bits[at] ?? 0;
    const bit = 1 << (row & 7);
    this.#bits[at] = value ? byte | bit : byte & ~bit;
    this.validity.length = row + 1;
  }
}
