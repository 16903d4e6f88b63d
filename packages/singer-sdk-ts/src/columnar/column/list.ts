import { type List, type Map_, makeData, type Struct } from "apache-arrow";
import type { ByteSource } from "../byte-source.ts";
import { elementsOf, membersOf } from "../span.ts";
import {
  closeBrace,
  closeBracket,
  comma,
  letterN,
  openBrace,
  openBracket,
  skipColon,
  skipSpace,
  skipWord,
} from "../token.ts";
import { ByteColumn } from "./bytes.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
  rowsAtFirst,
  within,
} from "./column-builder.ts";
import { grownWords, roomForWords } from "./growth.ts";
import { scanText } from "./scan-text.ts";
import { appendText, finishText } from "./text.ts";
import { Validity } from "./validity.ts";

/** Where each row's elements start among the elements of all rows. */
class Offsets {
  readonly validity: Validity;
  #offsets = new Int32Array(rowsAtFirst + 1);

  constructor(nullable: boolean) {
    this.validity = new Validity(nullable);
  }

  /** Elements in the rows before `row`. */
  at(row: number): number {
    return this.#offsets[row] ?? 0;
  }

  /** Ends a row whose elements reach to `end`. */
  close(end: number): void {
    this.validity.length++;
    this.#set(this.validity.length, end);
  }

  addNull(isMasked: boolean): boolean {
    const end = this.at(this.validity.length);
    if (!this.validity.addNull(isMasked)) return false;
    this.#set(this.validity.length, end);
    return true;
  }

  take() {
    const rows = this.validity.take();
    const valueOffsets = roomForWords(this.#offsets, rows.length + 1).subarray(0, rows.length + 1);
    this.#offsets = new Int32Array(Math.max(rows.length, rowsAtFirst) + 1);
    return { rows, valueOffsets };
  }

  #set(row: number, end: number): void {
    if (row >= this.#offsets.length) this.#offsets = grownWords(this.#offsets, row + 1);
    this.#offsets[row] = end;
  }
}

/** Arrays of one type. */
export class ListBuilder implements ColumnBuilder {
  readonly #offsets: Offsets;
  readonly #element: ColumnBuilder;
  readonly #type: List;

  constructor(options: { nullable: boolean; element: ColumnBuilder; type: List }) {
    this.#offsets = new Offsets(options.nullable);
    this.#element = options.element;
    this.#type = options.type;
  }

  get length(): number {
    return this.#offsets.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const { bytes } = source;
    if (bytes[position] !== openBracket) return -1;
    const element = this.#element;
    let p = skipSpace(bytes, position + 1);
    if (bytes[p] !== closeBracket) {
      for (;;) {
        if (bytes[p] !== letterN) p = element.scan(source, p);
        else p = element.appendNull() ? skipWord(bytes, p, "null") : -1;
        if (p < 0) return -1;
        p = skipSpace(bytes, p);
        if (bytes[p] === closeBracket) break;
        if (bytes[p] !== comma) return -1;
        p = skipSpace(bytes, p + 1);
      }
    }
    this.#offsets.close(element.length);
    return p + 1;
  }

  append(source: ByteSource, start: number, _end: number): Refusal | undefined {
    if (source.bytes[start] === letterN) return this.appendNull() ? undefined : refusedNull;
    if (source.bytes[start] !== openBracket) return refuse("not an array");
    for (const span of elementsOf(source, start)) {
      const refusal = this.#element.append(source, span.start, span.end);
      if (refusal !== undefined) return within("element", refusal);
    }
    this.#offsets.close(this.#element.length);
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.#offsets.addNull(isMasked);
  }

  truncate(length: number): void {
    this.#offsets.validity.truncate(length);
    this.#element.truncate(this.#offsets.at(this.length));
  }

  sizeBytes(): number {
    return this.length * 4 + this.#element.sizeBytes();
  }

  finish(): FinishedColumn {
    const { rows, valueOffsets } = this.#offsets.take();
    const child = this.#element.finish().data;
    return {
      data: makeData({ type: this.#type, ...rows, valueOffsets, child }),
      statistics: { nullCount: rows.nullCount },
    };
  }
}

/** Objects with unknown member names: pairs of name and value, in the order they came. */
export class MapBuilder implements ColumnBuilder {
  readonly #offsets: Offsets;
  readonly #names = new ByteColumn(false);
  readonly #value: ColumnBuilder;
  readonly #type: Map_;
  readonly #entryType: Struct;

  constructor(options: { nullable: boolean; value: ColumnBuilder; type: Map_; entryType: Struct }) {
    this.#offsets = new Offsets(options.nullable);
    this.#value = options.value;
    this.#type = options.type;
    this.#entryType = options.entryType;
  }

  get length(): number {
    return this.#offsets.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const { bytes } = source;
    if (bytes[position] !== openBrace) return -1;
    const value = this.#value;
    let p = skipSpace(bytes, position + 1);
    if (bytes[p] !== closeBrace) {
      for (;;) {
        p = scanText(this.#names, source, p);
        if (p < 0 || this.#isRepeated()) return -1;
        p = skipColon(bytes, p);
        if (p < 0) return -1;
        if (bytes[p] !== letterN) p = value.scan(source, p);
        else p = value.appendNull() ? skipWord(bytes, p, "null") : -1;
        if (p < 0) return -1;
        p = skipSpace(bytes, p);
        if (bytes[p] === closeBrace) break;
        if (bytes[p] !== comma) return -1;
        p = skipSpace(bytes, p + 1);
      }
    }
    this.#offsets.close(value.length);
    return p + 1;
  }

  append(source: ByteSource, start: number, _end: number): Refusal | undefined {
    if (source.bytes[start] === letterN) return this.appendNull() ? undefined : refusedNull;
    if (source.bytes[start] !== openBrace) return refuse("not an object");
    for (const [name, span] of membersOf(source, start)) {
      appendText(this.#names, name);
      const refusal = this.#value.append(source, span.start, span.end);
      if (refusal !== undefined) return within("value", refusal);
    }
    this.#offsets.close(this.#value.length);
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.#offsets.addNull(isMasked);
  }

  truncate(length: number): void {
    this.#offsets.validity.truncate(length);
    const entryCount = this.#offsets.at(this.length);
    this.#names.validity.truncate(entryCount);
    this.#value.truncate(entryCount);
  }

  sizeBytes(): number {
    return this.length * 4 + this.#names.sizeBytes() + this.#value.sizeBytes();
  }

  finish(): FinishedColumn {
    const { rows, valueOffsets } = this.#offsets.take();
    const children = [finishText(this.#names).data, this.#value.finish().data];
    const length = children[0]?.length ?? 0;
    const child = makeData({ type: this.#entryType, length, nullCount: 0, children });
    return {
      data: makeData({ type: this.#type, ...rows, valueOffsets, child }),
      statistics: { nullCount: rows.nullCount },
    };
  }

  /** Whether the name read last stands in this row already; the generic path then keeps the last value. */
  #isRepeated(): boolean {
    const names = this.#names;
    const last = names.validity.length - 1;
    for (let i = this.#offsets.at(this.length); i < last; i++) {
      if (names.isSame(i, last)) return true;
    }
    return false;
  }
}
