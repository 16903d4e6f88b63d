import {
  type Data,
  type DataType,
  Field,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Timestamp,
  TimeUnit,
} from "apache-arrow";
import type { Column } from "../schema.ts";
import type { ByteSource } from "./byte-source.ts";
import { giveBuffer } from "./column/array-pool.ts";
import type { Refusal } from "./column/column-builder.ts";
import type { ObjectBuilder } from "./column/object.ts";
import { TimestampBuilder } from "./column/timestamp.ts";
import { createObjectBuilder } from "./create-builder.ts";
import type { RowBatch } from "./reader-event.ts";
import type { Span } from "./span.ts";
import type { Spelling } from "./spelling.ts";

/** Column that holds a record's `time_extracted`. */
export const extractedAt = "_sdc_extracted_at";

/** How many rows, or bytes of lines, pass between two looks at the size of a batch. */
const rowsPerLook = 256;
const bytesPerLook = 65_536;

/** The rows of one stream that are not in a batch yet, under one schema. */
export class StreamRows {
  readonly stream: string;
  readonly schemaId: number;
  readonly columns: readonly Column[];
  /** Version of the pending rows. */
  version: number | undefined;
  /** How the lines of this stream begin, up to the record, and the version that stands there. */
  head: Spelling | undefined;
  headVersion: number | undefined;
  /** What stands between the record and its extraction time. */
  tail: Spelling | undefined;
  /** Index of the first pending row among all rows of the stream. */
  firstRow: number;
  readonly #schema: Schema;
  readonly #members: ObjectBuilder;
  readonly #times: TimestampBuilder | undefined;
  #lineBytes = 0;
  #lookAtRow = rowsPerLook;

  constructor(options: {
    stream: string;
    schemaId: number;
    columns: readonly Column[];
    firstRow: number;
    timeExtracted: boolean;
    arrowType: (column: Column) => DataType;
  }) {
    const { columns, arrowType } = options;
    this.stream = options.stream;
    this.schemaId = options.schemaId;
    this.columns = columns;
    this.firstRow = options.firstRow;
    const fields = columns.map(
      (column) => new Field(column.name, arrowType(column), column.nullable),
    );
    this.#members = createObjectBuilder(columns, { nullable: false, type: new Struct(fields) });
    if (options.timeExtracted && !columns.some((column) => column.name === extractedAt)) {
      const type = new Timestamp(TimeUnit.MICROSECOND, "UTC");
      this.#times = new TimestampBuilder({ nullable: true, type });
      fields.push(new Field(extractedAt, type, true));
    }
    this.#schema = new Schema(fields);
  }

  /** Rows that are pending. */
  get rowCount(): number {
    return this.#members.length;
  }

  /** Fast path: reads the record at `position` into a new row; -1 when the row must go the generic way. */
  scan(source: ByteSource, position: number): number {
    return this.#members.scan(source, position);
  }

  /** Ends the row that `scan` began with its extraction time; false when the row must go the generic way. */
  closeScanned(source: ByteSource, timeStart: number): boolean {
    const times = this.#times;
    if (times === undefined) return true;
    return timeStart < 0 ? times.appendNull() : times.scan(source, timeStart) >= 0;
  }

  /** Takes back what `scan` left of the row at `row`. */
  undo(row: number): void {
    this.#members.truncate(row);
    this.#times?.truncate(row);
  }

  /** Generic path: a row from the spans of its record and time. */
  append(source: ByteSource, record: Span, time: Span | undefined): Refusal | undefined {
    const row = this.rowCount;
    let refusal = this.#members.append(source, record.start, record.end);
    if (refusal === undefined && this.#times !== undefined) {
      if (time === undefined) this.#times.appendNull();
      else refusal = this.#times.append(source, time.start, time.end);
    }
    if (refusal !== undefined) this.undo(row);
    return refusal;
  }

  /** Whether the rows are due to leave, after a line of `lineBytes`; the size is looked at now and then. */
  isFull(lineBytes: number, limits: { batchRows: number; batchBytes: number }): boolean {
    const rowCount = this.#members.length;
    if (rowCount >= limits.batchRows) return true;
    this.#lineBytes += lineBytes;
    if (rowCount < this.#lookAtRow && this.#lineBytes < bytesPerLook) return false;
    this.#lineBytes = 0;
    this.#lookAtRow = rowCount + rowsPerLook;
    return this.sizeBytes() >= limits.batchBytes;
  }

  sizeBytes(): number {
    return this.#members.sizeBytes() + (this.#times?.sizeBytes() ?? 0);
  }

  /** Cuts the pending rows into a batch, without a copy. */
  cut(): RowBatch | undefined {
    const { rowCount, firstRow } = this;
    if (rowCount === 0) return undefined;
    const sizeBytes = this.sizeBytes();
    const finished = this.#members.finishMembers();
    if (this.#times !== undefined) finished.push(this.#times.finish());
    const children = finished.map((column) => column.data);
    const struct = new Struct(this.#schema.fields);
    const data = makeData({
      type: struct,
      length: rowCount,
      nullCount: 0,
      children: [...children],
    });
    this.firstRow += rowCount;
    this.#lineBytes = 0;
    this.#lookAtRow = rowsPerLook;
    return {
      stream: this.stream,
      schemaId: this.schemaId,
      recordBatch: new RecordBatch(this.#schema, data),
      rowCount,
      sizeBytes,
      firstRow,
      version: this.version,
      get statistics() {
        return finished.map((column) => column.statistics);
      },
      release: () => giveColumns(children.splice(0)),
    };
  }
}

/** Gives back the memory of values and offsets. */
function giveColumns(columns: readonly Data[]): void {
  for (const column of columns) {
    const arrays: readonly (ArrayBufferView | undefined)[] = [column.values, column.valueOffsets];
    for (const array of arrays) {
      if (array?.buffer instanceof ArrayBuffer) giveBuffer(array.buffer);
    }
    giveColumns(column.children);
  }
}
