import { Binary, makeData } from "apache-arrow";
import { parseJson } from "../../json.ts";
import { type ByteSource, textOf } from "../byte-source.ts";
import { skipString } from "../token.ts";
import { ByteColumn } from "./bytes.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
} from "./column-builder.ts";

/** Bytes that travel as base64 or hex text. */
export class BinaryBuilder implements ColumnBuilder {
  readonly column: ByteColumn;
  readonly #encoding: "base64" | "hex";

  constructor(options: { nullable: boolean; encoding: "base64" | "hex" }) {
    this.column = new ByteColumn(options.nullable);
    this.#encoding = options.encoding;
  }

  get length(): number {
    return this.column.validity.length;
  }

  /** Node's own decoder reads long values faster than a loop here would; escapes go the generic way. */
  scan(source: ByteSource, position: number): number {
    const end = skipString(source.bytes, position);
    if (end < 0) return -1;
    return this.#put(source.buffer.toString("latin1", position + 1, end - 1)) ? end : -1;
  }

  append(source: ByteSource, start: number, end: number): Refusal | undefined {
    const value = parseJson(textOf(source, start, end));
    if (value === null) return this.appendNull() ? undefined : refusedNull;
    if (typeof value !== "string" || !this.#put(value)) return refuse(`not ${this.#encoding}`);
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
    const { rows, valueOffsets, data } = this.column.take();
    return {
      data: makeData({ type: new Binary(), ...rows, valueOffsets, data }),
      statistics: { nullCount: rows.nullCount },
    };
  }

  #put(text: string): boolean {
    const digits = this.#encoding === "hex" && text.startsWith("0x") ? text.slice(2) : text;
    if (!(this.#encoding === "hex" ? isHex(digits) : isBase64(digits))) return false;
    const { column } = this;
    const at = column.end;
    column.reserve(at, digits.length);
    const target = Buffer.from(column.bytes.buffer);
    column.close(at + target.write(digits, at, this.#encoding));
    return true;
  }
}

/** Pairs of hex digits. */
function isHex(text: string): boolean {
  return text.length % 2 === 0 && !/[^0-9A-Fa-f]/.test(text);
}

/** RFC 4648 §4, padding required. Searches for what is wrong: a match of the whole would backtrack. */
function isBase64(text: string): boolean {
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/=]/.test(text)) return false;
  const padding = text.indexOf("=");
  return (
    padding < 0 ||
    padding === text.length - 1 ||
    (padding === text.length - 2 && text.endsWith("=="))
  );
}
