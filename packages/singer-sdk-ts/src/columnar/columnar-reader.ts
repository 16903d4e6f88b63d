import { isUtf8 } from "node:buffer";
import type { DataType } from "apache-arrow";
import { UserError } from "../error.ts";
import { parseJson, stringifyJson } from "../json.ts";
import { type Message, parseMessage, type RecordMessage, type SchemaMessage } from "../message.ts";
import { type Column, parseColumns } from "../schema.ts";
import { SchemaCompiler } from "../schema-compiler.ts";
import { arrowType } from "./arrow-field.ts";
import { type ByteSource, textOf } from "./byte-source.ts";
import { LineReader } from "./line-reader.ts";
import type { ReaderEvent, RowBatch } from "./reader-event.ts";
import { RecordScanner } from "./record-scanner.ts";
import { RecordTally } from "./record-tally.ts";
import { membersOf, type Span } from "./span.ts";
import { StreamRows } from "./stream-rows.ts";
import { newline, skipSpace, skipValue } from "./token.ts";

export interface ColumnarReaderOptions {
  /** A batch is cut at this many rows. */
  readonly batchRows: number;
  /** A batch is cut soon after its columns hold this many bytes. */
  readonly batchBytes: number;
  /** Above so many bytes of pending rows, all streams together, an event asks to take some. Default: no limit. */
  readonly pendingBytes?: number;
  /** Longest line; what becomes of a longer RECORD is for `longRecords` to say, any other line is an error. */
  readonly maxRecordBytes: number;
  /** `reject`, as records that do not fit, is the default; `skip` leaves it out with one warning per stream. */
  readonly longRecords?: "error" | "skip" | "reject";
  /** What becomes of a record that does not fit its columns. */
  readonly rejects: "error" | "event";
  /** Sums up the lines of each stream's records, as `lineSum` gives it. */
  readonly sumsLines?: boolean;
  /** Adds the column `_sdc_extracted_at` from the records' `time_extracted`. */
  readonly timeExtracted?: boolean;
  /** Arrow types other than the default ones: narrower integers, timestamps without a zone. */
  readonly arrowType?: (column: Column) => DataType;
  /** Told once for each unknown message type, and once for blank lines. */
  readonly warn?: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

/** Largest batch whose text columns stay below the 2 GiB that 32-bit offsets reach. */
const batchBytesMax = 2 ** 30;

/** Pending rows are looked at after so many bytes of input. */
const bytesPerLook = 2 ** 20;

/** Reads Singer messages from an input into Arrow batches, one stream beside the other, in order. */
export class ColumnarReader {
  readonly #options: ColumnarReaderOptions;
  readonly #limits: { readonly batchRows: number; readonly batchBytes: number };
  readonly #lines: LineReader;
  readonly #streams = new Map<string, StreamRows>();
  readonly #scanner: RecordScanner;
  readonly #schemaTexts = new Map<string, string>();
  readonly #compiler = new SchemaCompiler();
  readonly #warned = new Set<string>();
  readonly #tally = new RecordTally();
  #events: ReaderEvent[] = [];
  #isSuspect = false;
  #isEnded = false;
  #lineNumber = 0;
  #schemaCount = 0;
  #unlookedBytes = 0;

  constructor(input: AsyncIterable<unknown>, options: ColumnarReaderOptions) {
    this.#options = options;
    const batchBytes = Math.min(options.batchBytes, batchBytesMax);
    this.#limits = { batchRows: options.batchRows, batchBytes };
    const lineBytesMax = Math.min(options.maxRecordBytes, batchBytesMax);
    this.#lines = new LineReader(input, lineBytesMax);
    this.#scanner = new RecordScanner(this.#streams, lineBytesMax);
  }

  /** The next event; undefined at the end of the input, after all pending rows came out. */
  async next(): Promise<ReaderEvent | undefined> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      if (this.#lines.start < this.#lines.end) this.#readBlock();
      else if (this.#isEnded) return undefined;
      else await this.#readOn();
    }
  }

  /** Cuts what is pending of a stream now. */
  take(stream: string): RowBatch | undefined {
    return this.#streams.get(stream)?.cut();
  }

  /** Rows of a stream so far, pending ones included, rejected ones not. */
  rowCount(stream: string): number {
    const rows = this.#streams.get(stream);
    return rows === undefined ? 0 : rows.firstRow + rows.rowCount;
  }

  /** Records of a stream so far, those that became no row included. */
  recordCount(stream: string): number {
    return this.rowCount(stream) + this.#tally.refusals(stream);
  }

  /** The `LineSum` of a stream's records so far; undefined without `sumsLines`, and when a line could not be held. */
  lineSum(stream: string): string | undefined {
    return this.#tally.digits(stream);
  }

  /** The streams with pending rows, and the bytes of these. Their arrays grow by doubling: they may hold twice as much. */
  pendingBytes(): Map<string, number> {
    const sizes = new Map<string, number>();
    for (const rows of this.#streams.values()) {
      if (rows.rowCount > 0) sizes.set(rows.stream, rows.sizeBytes());
    }
    return sizes;
  }

  async #readOn(): Promise<void> {
    if (await this.#lines.read()) {
      const { source, start, end } = this.#lines;
      // One native check of a whole block costs a fiftieth of reading its values.
      this.#isSuspect = !isUtf8(source.bytes.subarray(start, end));
      this.#lookAtPending(end - start);
      const dropped = this.#lines.takeDropped();
      if (dropped !== undefined) {
        this.#lineNumber++;
        this.#refuseLong(dropped);
      }
      return;
    }
    this.#isEnded = true;
    for (const rows of this.#streams.values()) this.#cut(rows);
  }

  #lookAtPending(blockBytes: number): void {
    const { pendingBytes: limit } = this.#options;
    if (limit === undefined) return;
    this.#unlookedBytes += blockBytes;
    if (this.#unlookedBytes < bytesPerLook) return;
    this.#unlookedBytes = 0;
    let size = 0;
    for (const bytes of this.pendingBytes().values()) size += bytes;
    if (size > limit) this.#events.push({ type: "pressure" });
  }

  /** Reads lines until there is an event, or the block ends. */
  #readBlock(): void {
    const lines = this.#lines;
    const scanner = this.#scanner;
    while (lines.start < lines.end && this.#events.length === 0) {
      const start = lines.start;
      const scannedEnd = this.#isSuspect ? -1 : scanner.scan(lines.source, start);
      if (scannedEnd >= 0) {
        lines.start = scannedEnd;
        this.#lineNumber++;
        if (scanner.rows !== undefined) {
          this.#sumLine(scanner.rows.stream, start, scannedEnd);
          this.#closeRow(scanner.rows, scannedEnd - start);
        }
        continue;
      }
      const end = lines.source.buffer.indexOf(newline, start) + 1;
      lines.start = end;
      this.#lineNumber++;
      this.#readLine(start, end);
    }
  }

  /** The generic path: any line, `end` behind its newline. */
  #readLine(start: number, end: number): void {
    const { source } = this.#lines;
    if (source.bytes[skipSpace(source.bytes, start)] === newline) {
      this.#warnOnce("blank line", { lineNumber: this.#lineNumber });
      return;
    }
    const text = textOf(source, start, end - 1);
    if (end - start - 1 > this.#options.maxRecordBytes) {
      this.#refuseLong(text.slice(0, 4096));
      return;
    }
    const isValid = !this.#isSuspect || isUtf8(source.bytes.subarray(start, end));
    const message = this.#parse(text);
    if (message === undefined) return;
    if (message.type === "RECORD") this.#sumLine(message.stream, start, end);
    if (!isValid) this.#refuseBytes(message, text);
    else if (message.type === "RECORD") this.#addRecord(message, { text, start, end });
    else this.#addMessage(message, start);
  }

  /** `end` lies behind the line's newline. */
  #sumLine(stream: string, start: number, end: number): void {
    if (this.#options.sumsLines !== true) return;
    this.#tally.addLine(stream, this.#lines.source.bytes.subarray(start, end - 1));
  }

  #parse(text: string): Message | undefined {
    let message: Message | undefined;
    try {
      message = parseMessage(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(error.code, `line ${this.#lineNumber}: ${error.message}`, {
        ...(error.hint !== undefined && { hint: error.hint }),
        cause: error,
      });
    }
    if (message === undefined) this.#warnUnknown(text);
    return message;
  }

  #addRecord(message: RecordMessage, line: Line): void {
    const { source } = this.#lines;
    const rows = this.#rowsOf(message.stream);
    if (rows.version !== message.version) {
      this.#cut(rows);
      rows.version = message.version;
    }
    const members = recordMembers(source, line.start);
    const record = members?.get("record");
    const refusal =
      members === undefined || record === undefined
        ? { path: "", reason: "nested too deep" }
        : rows.append(
            source,
            record,
            message.time_extracted === undefined ? undefined : members.get("time_extracted"),
          );
    if (refusal !== undefined) {
      const column = refusal.path === "" ? "" : `column ${refusal.path}: `;
      this.#reject(message.stream, `${column}${refusal.reason}`, line.text);
    } else this.#closeRow(rows, line.end - line.start);
  }

  #closeRow(rows: StreamRows, lineBytes: number): void {
    if (rows.isFull(lineBytes, this.#limits)) this.#cut(rows);
  }

  #addMessage(message: Exclude<Message, RecordMessage>, start: number): void {
    switch (message.type) {
      case "SCHEMA":
        this.#addSchema(message);
        return;
      case "STATE":
        this.#events.push({ type: "state", text: this.#stateText(start), value: message.value });
        return;
      case "ACTIVATE_VERSION": {
        const { stream, version } = message;
        this.#cut(this.#streams.get(stream));
        this.#events.push({ type: "activate_version", stream, version });
        return;
      }
      case "BATCH":
        this.#cut(this.#streams.get(message.stream));
        this.#events.push({ type: "batch", message });
        return;
    }
  }

  /** A schema that is the same as before changes nothing, but is told all the same. */
  #addSchema(message: SchemaMessage): void {
    const { stream } = message;
    const text = stringifyJson(message.schema);
    let rows = this.#streams.get(stream);
    if (rows === undefined || this.#schemaTexts.get(stream) !== text) {
      this.#cut(rows);
      this.#compiler.compile(stream, text);
      rows = new StreamRows({
        stream,
        schemaId: this.#schemaCount++,
        columns: parseColumns(message.schema),
        firstRow: rows?.firstRow ?? 0,
        timeExtracted: this.#options.timeExtracted ?? false,
        arrowType: this.#options.arrowType ?? ((column) => arrowType(column.type)),
      });
      this.#streams.set(stream, rows);
      this.#scanner.forget();
      this.#schemaTexts.set(stream, text);
    }
    const { columns, schemaId } = rows;
    this.#events.push({ type: "schema", message, columns, schemaId });
  }

  /** The bytes of a state's value as they came. */
  #stateText(start: number): string {
    const { source } = this.#lines;
    const value = membersOf(source, skipSpace(source.bytes, start)).get("value");
    if (value === undefined) throw new Error("a STATE message without a value was parsed");
    return textOf(source, value.start, value.end);
  }

  #rowsOf(stream: string): StreamRows {
    const rows = this.#streams.get(stream);
    if (rows !== undefined) return rows;
    throw new UserError(
      "E_RECORD_BEFORE_SCHEMA",
      `line ${this.#lineNumber}: a RECORD of stream ${stream} came before its SCHEMA`,
      { hint: "the tap must write a SCHEMA message first" },
    );
  }

  #cut(rows: StreamRows | undefined): void {
    const batch = rows?.cut();
    if (batch !== undefined) this.#events.push({ type: "rows", batch });
  }

  /** Bytes that are not UTF-8: the message was read with U+FFFD in their place, to name its stream. */
  #refuseBytes(message: Message, text: string): void {
    if (message.type !== "RECORD") {
      throw new UserError("E_MESSAGE", `line ${this.#lineNumber}: not valid UTF-8`);
    }
    this.#reject(message.stream, "not valid UTF-8", text);
  }

  #refuseLong(text: string): void {
    const stream = /"stream"\s*:\s*"([^"\\]*)"/.exec(text)?.[1] ?? "";
    const { maxRecordBytes, longRecords = "reject" } = this.#options;
    const reason = `longer than ${maxRecordBytes} bytes`;
    const isRecord = /"type"\s*:\s*"record"/i.test(text);
    if (!isRecord || longRecords === "error") {
      throw new UserError("E_RECORD", `stream ${stream}: line ${this.#lineNumber}: ${reason}`, {
        hint: "raise `max_record_bytes`, or choose with `long_records` what becomes of such records",
      });
    }
    this.#tally.loseLine(stream);
    if (longRecords === "reject") this.#reject(stream, reason, text);
    else {
      this.#tally.refuse(stream);
      this.#warnOnce("long records skipped", { stream, limit: maxRecordBytes });
    }
  }

  #reject(stream: string, reason: string, line: string): void {
    const lineNumber = this.#lineNumber;
    if (this.#options.rejects === "error") {
      throw new UserError("E_RECORD", `stream ${stream}: line ${lineNumber}: ${reason}`);
    }
    this.#tally.refuse(stream);
    this.#events.push({ type: "reject", stream, code: "E_RECORD", reason, line, lineNumber });
  }

  #warnUnknown(text: string): void {
    const value = parseJson(text);
    const members = typeof value === "object" && value !== null && "type" in value ? value : {};
    const type = typeof members["type"] === "string" ? members["type"] : "";
    this.#warnOnce("unknown message type", { type: type.slice(0, 100) });
  }

  #warnOnce(event: string, fields: Readonly<Record<string, string | number>>): void {
    const key = `${event} ${fields["type"] ?? fields["stream"] ?? ""}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#options.warn?.(event, fields);
  }
}

/** A line and where it lies. */
interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The members of a message whose JSON is valid; undefined when it is nested deeper than scanners go. */
function recordMembers(source: ByteSource, start: number): Map<string, Span> | undefined {
  const object = skipSpace(source.bytes, start);
  return skipValue(source.bytes, object) < 0 ? undefined : membersOf(source, object);
}
