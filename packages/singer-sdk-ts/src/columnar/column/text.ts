import { makeData, Utf8 } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import { skipValue } from "../token.ts";
import { ByteColumn } from "./bytes.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
} from "./column-builder.ts";
import { scanText } from "./scan-text.ts";
import { textStatistics } from "./statistics.ts";

/** Strings as UTF-8. */
export class TextBuilder implements ColumnBuilder {
  readonly column: ByteColumn;

  constructor(options: { nullable: boolean }) {
    this.column = new ByteColumn(options.nullable);
  }

  get length(): number {
    return this.column.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    return scanText(this.column, source, position);
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    if (typeof value !== "string") return refuse("not a string");
    appendText(this.column, value);
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.column.addNull(isMasked);
  }

  truncate(length: number): void {
    this.column.validity.truncate(length);
  }

  sizeBytes(): number {
    return this.column.sizeBytes();
  }

  finish(): FinishedColumn {
    return finishText(this.column);
  }
}

/** Values of any type, kept as the JSON text that came. */
export class JsonBuilder implements ColumnBuilder {
  readonly column: ByteColumn;

  constructor(options: { nullable: boolean }) {
    this.column = new ByteColumn(options.nullable);
  }

  get length(): number {
    return this.column.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    const end = skipValue(source.bytes, position);
    if (end >= 0) this.#put(source, position, end);
    return end;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    if (textOf(source, start, end) === "null") return this.appendNull() ? undefined : refusedNull;
    this.#put(source, start, end);
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    return this.column.addNull(isMasked);
  }

  truncate(length: number): void {
    this.column.validity.truncate(length);
  }

  sizeBytes(): number {
    return this.column.sizeBytes();
  }

  finish(): FinishedColumn {
    return finishText(this.column);
  }

  #put(source: ByteSource, start: number, end: number): void {
    const { column } = this;
    const at = column.end;
    column.reserve(at, end - start);
    source.buffer.copy(column.bytes, at, start, end);
    column.close(at + end - start);
  }
}

/** Appends a row to a text column; an unpaired surrogate becomes U+FFFD. */
export function appendText(column: ByteColumn, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  const at = column.end;
  column.reserve(at, bytes.length);
  column.bytes.set(bytes, at);
  column.close(at + bytes.length);
}

/** A text column as Arrow data. */
export function finishText(column: ByteColumn): FinishedColumn {
  const { rows, valueOffsets, data } = column.take();
  return {
    data: makeData({ type: new Utf8(), ...rows, valueOffsets, data }),
    get statistics() {
      return textStatistics(data, valueOffsets, rows);
    },
  };
}
