import { makeData, type Struct } from "apache-arrow";
import type { ByteSource } from "../byte-source.ts";
import { membersOf, type Span } from "../span.ts";
import { letterN, openBrace } from "../token.ts";
import {
  type ColumnBuilder,
  type FinishedColumn,
  type Refusal,
  refuse,
  refusedNull,
  within,
} from "./column-builder.ts";
import { MemberScanner } from "./member-scanner.ts";
import { Validity } from "./validity.ts";

/** A builder and the name of the member that it takes. */
export interface NamedColumn {
  readonly name: string;
  readonly builder: ColumnBuilder;
}

/** Objects with known members: a struct column, and the rows of a stream. Unknown members are skipped. */
export class ObjectBuilder implements ColumnBuilder {
  readonly validity: Validity;
  readonly columns: readonly NamedColumn[];
  readonly #type: Struct;
  readonly #scanner: MemberScanner;

  constructor(options: { nullable: boolean; columns: readonly NamedColumn[]; type: Struct }) {
    this.validity = new Validity(options.nullable);
    this.columns = options.columns;
    this.#type = options.type;
    this.#scanner = new MemberScanner(options.columns);
  }

  get length(): number {
    return this.validity.length;
  }

  scan(source: ByteSource, position: number): number {
    if (source.bytes[position] !== openBrace) return -1;
    const row = this.validity.length;
    const end = this.#scanner.scan(source, position, row);
    if (end >= 0) this.validity.length = row + 1;
    return end;
  }

  append(source: ByteSource, start: number, _end: number): Refusal | undefined {
    if (source.bytes[start] === letterN) return this.appendNull() ? undefined : refusedNull;
    if (source.bytes[start] !== openBrace) return refuse("not an object");
    const members = membersOf(source, start);
    for (const { name, builder } of this.columns) {
      const refusal = appendMember(builder, source, members.get(name));
      if (refusal !== undefined) return within(name, refusal);
    }
    this.validity.length++;
    return undefined;
  }

  appendNull(isMasked = false): boolean {
    if (!this.validity.addNull(isMasked)) return false;
    for (const { builder } of this.columns) builder.appendNull(true);
    return true;
  }

  truncate(length: number): void {
    this.validity.truncate(length);
    for (const { builder } of this.columns) builder.truncate(length);
  }

  sizeBytes(): number {
    let size = this.length >> 3;
    for (const { builder } of this.columns) size += builder.sizeBytes();
    return size;
  }

  /** Hands over the members' arrays, in the order of the columns. */
  finishMembers(): FinishedColumn[] {
    this.validity.take();
    return this.columns.map(({ builder }) => builder.finish());
  }

  finish(): FinishedColumn {
    const rows = this.validity.take();
    const children = this.columns.map(({ builder }) => builder.finish().data);
    return {
      data: makeData({ type: this.#type, ...rows, children }),
      statistics: { nullCount: rows.nullCount },
    };
  }
}

function appendMember(
  builder: ColumnBuilder,
  source: ByteSource,
  span: Span | undefined,
): Refusal | undefined {
  if (span !== undefined) return builder.append(source, span.start, span.end);
  return builder.appendNull() ? undefined : refuse("missing, and the column is not nullable");
}
