import type { MessageWriter } from "singer-sdk-ts";
import type { ColumnMetadata } from "tedious/lib/token/colmetadata-token-parser.js";
import type { StreamPlan } from "./stream-plan.ts";
import { readerOfColumn, type ValueFormat, type WireColumn } from "./wire/reader-of-column.ts";
import { RowBuffer } from "./wire/row-buffer.ts";
import { RowReader } from "./wire/row-reader.ts";
import type { RowSink } from "./wire/row-stream.ts";

/** Bytes of finished rows after which they are handed to the writer. */
const HAND_OVER_BYTES = 64 * 1024;

/** Most digits that a SQL Server time has behind the second. */
const EXACT_DIGITS = 7;

/** The format of bookmarks: times with every digit, whatever the records show. */
export function exactFormat(format: ValueFormat): ValueFormat {
  return { ...format, fractionDigitsMax: EXACT_DIGITS };
}

/** Writes the rows of a stream as RECORD lines and tells how far it came. */
export class RecordSink implements RowSink {
  readonly #plan: StreamPlan;
  readonly #writer: MessageWriter;
  readonly #format: ValueFormat;
  readonly #suffix: Buffer;
  readonly #progress: (sink: RecordSink) => void;
  readonly #out = new RowBuffer();
  #reader: RowReader | undefined;
  #keyColumns: readonly { readonly name: string; readonly index: number }[] = [];
  #keys: Readonly<Record<string, string>> | undefined;
  #wholeBytes = 0;
  #wholeRows = 0;
  #rowCount = 0;

  constructor(options: {
    readonly plan: StreamPlan;
    readonly writer: MessageWriter;
    readonly format: ValueFormat;
    readonly version: number | undefined;
    /** Called when rows were handed to the writer; `keys` then belongs to the last of them. */
    readonly progress: (sink: RecordSink) => void;
  }) {
    this.#plan = options.plan;
    this.#writer = options.writer;
    this.#format = options.format;
    this.#progress = options.progress;
    const version = options.version === undefined ? "" : `,"version":${options.version}`;
    this.#suffix = Buffer.from(`}${version},"time_extracted":"${new Date().toISOString()}"}\n`);
  }

  /** Rows handed to the writer. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** JSON text of the ordering columns in the last row handed over, by column name. */
  get keys(): Readonly<Record<string, string>> | undefined {
    return this.#keys;
  }

  begin(columns: readonly ColumnMetadata[]): RowReader {
    const tracked = new Set(this.#plan.orderColumns.map(({ name }) => name));
    if (this.#plan.replicationKey !== undefined) tracked.add(this.#plan.replicationKey.name);
    this.#keyColumns = columns
      .map(({ colName }, index) => ({ name: colName, index }))
      .filter(({ name }) => tracked.has(name));
    const head = `{"type":"RECORD","stream":${JSON.stringify(this.#plan.stream)},"record":{`;
    this.#reader = new RowReader({
      fields: columns.map((column, index) => ({
        literal: Buffer.from(`${index === 0 ? head : ","}${JSON.stringify(column.colName)}:`),
        read: readerOfColumn(wireColumn(column), this.#format),
        ...(tracked.has(column.colName) &&
          this.#format.fractionDigitsMax < EXACT_DIGITS && {
            readKey: readerOfColumn(wireColumn(column), exactFormat(this.#format)),
          }),
      })),
      suffix: this.#suffix,
      keyColumns: this.#keyColumns.map(({ index }) => index),
      out: this.#out,
    });
    return this.#reader;
  }

  rowRead(): void {
    this.#wholeBytes = this.#out.position;
    this.#wholeRows++;
  }

  packetRead(): Promise<void> | undefined {
    return this.#wholeBytes < HAND_OVER_BYTES ? undefined : this.#handOver();
  }

  /** Hands over what is left once the statement is done. */
  async finish(): Promise<void> {
    if (this.#wholeRows > 0) await this.#handOver();
  }

  #handOver(): Promise<void> | undefined {
    const reader = this.#reader;
    if (reader === undefined) return undefined;
    this.#keys = Object.fromEntries(
      this.#keyColumns.map(({ name, index }) => [name, reader.lastText(index)]),
    );
    this.#writer.bytes.bytes(this.#out.bytes.subarray(0, this.#wholeBytes));
    this.#writer.written(this.#plan.stream, this.#wholeRows);
    this.#rowCount += this.#wholeRows;
    this.#out.discard(this.#wholeBytes);
    this.#wholeBytes = 0;
    this.#wholeRows = 0;
    this.#progress(this);
    return this.#writer.isFull ? this.#writer.flush() : undefined;
  }
}

/** What tedious knows about a column, as far as its reader needs it. */
export function wireColumn(column: ColumnMetadata): WireColumn {
  return {
    typeName: column.type.name,
    dataLength: column.dataLength,
    scale: column.scale,
    codePage: column.collation?.codepage,
  };
}
