import type { ByteSource } from "./byte-source.ts";
import { RecordEnvelope } from "./record-envelope.ts";
import { matchSpelling, spell } from "./spelling.ts";
import type { StreamRows } from "./stream-rows.ts";
import { openBrace, skipSpace } from "./token.ts";

/** Most spellings of stream names that are remembered, and most times that a stream's head is learned. */
const spellingsMax = 1000;
const lessonsMax = 64;

/**
 * The fast path: reads a whole RECORD line from its bytes, expecting the beginning of the line
 * before it. What it cannot read plainly it leaves, as it was, to the generic path.
 */
export class RecordScanner {
  readonly #streams: ReadonlyMap<string, StreamRows>;
  readonly #lineBytesMax: number;
  readonly #names = new Map<string, string>();
  readonly #envelope = new RecordEnvelope();
  /** The rows that took the last record. */
  rows: StreamRows | undefined;

  constructor(streams: ReadonlyMap<string, StreamRows>, lineBytesMax: number) {
    this.#streams = streams;
    this.#lineBytesMax = lineBytesMax;
  }

  /** Reads the line at `start` into a row of `rows`; returns the position behind its newline, or -1. */
  scan(source: ByteSource, start: number): number {
    const envelope = this.#envelope;
    let { rows } = this;
    let lineEnd = -1;
    const recordStart = rows?.head === undefined ? -1 : matchSpelling(rows.head, source, start);
    if (recordStart >= 0) envelope.startAtRecord(recordStart, rows?.headVersion);
    else {
      lineEnd = this.#readHead(source, start);
      rows = this.rows;
      if (lineEnd < 0) return -1;
    }
    if (rows === undefined) return -1;
    const row = rows.rowCount;
    const recordEnd = rows.scan(source, envelope.recordStart);
    if (recordEnd >= 0) {
      if (envelope.recordEnd < 0) lineEnd = this.#readTail(source, recordEnd, rows);
      else if (envelope.recordEnd !== recordEnd) lineEnd = -1;
      if (
        lineEnd >= 0 &&
        this.#closeRow(rows, row, source) &&
        lineEnd - start - 1 <= this.#lineBytesMax
      ) {
        return lineEnd;
      }
    }
    rows.undo(row);
    return -1;
  }

  /** Forgets the stream of the last record: its columns may have changed. */
  forget(): void {
    this.rows = undefined;
  }

  /** Reads up to the record, or the whole line when the record comes too early. */
  #readHead(source: ByteSource, start: number): number {
    const { bytes } = source;
    const envelope = this.#envelope;
    const brace = skipSpace(bytes, start);
    if (bytes[brace] !== openBrace) return -1;
    envelope.start();
    const end = envelope.read(source, brace + 1, true);
    if (end < 0) return -1;
    const rows = this.#findStream(source);
    this.rows = rows;
    if (rows === undefined) return -1;
    const lessons = rows.head?.lessons ?? 0;
    if (envelope.isHeadConstant && lessons < lessonsMax && end - start <= lineHeadBytesMax) {
      rows.head = spell(bytes.subarray(start, end), lessons + 1);
      rows.headVersion = envelope.version;
    }
    return end;
  }

  /** Reads from the record to behind the newline, expecting what stood there last time. */
  #readTail(source: ByteSource, recordEnd: number, rows: StreamRows): number {
    const envelope = this.#envelope;
    const { tail } = rows;
    const known = tail === undefined ? -1 : envelope.readTail(source, recordEnd, tail);
    if (known >= 0) return known;
    const end = envelope.read(source, recordEnd, false);
    const { timeStart } = envelope;
    const lessons = tail?.lessons ?? 0;
    const isShort = timeStart > recordEnd && timeStart - recordEnd <= tailBytesMax;
    if (end >= 0 && isShort && envelope.isTailConstant && lessons < lessonsMax) {
      rows.tail = spell(source.bytes.subarray(recordEnd, timeStart), lessons + 1);
    }
    return end;
  }

  #findStream(source: ByteSource): StreamRows | undefined {
    const { streamStart, streamEnd } = this.#envelope;
    const spelled = source.buffer.toString("latin1", streamStart, streamEnd);
    let name = this.#names.get(spelled);
    if (name === undefined) {
      name = String(JSON.parse(source.buffer.toString("utf8", streamStart - 1, streamEnd + 1)));
      if (this.#names.size < spellingsMax) this.#names.set(spelled, name);
    }
    return this.#streams.get(name);
  }

  /** A change of version is for the generic path, which cuts the rows before it. */
  #closeRow(rows: StreamRows, row: number, source: ByteSource): boolean {
    const { version, timeStart } = this.#envelope;
    if (!rows.closeScanned(source, timeStart)) return false;
    if (rows.version === version) return true;
    if (row > 0) return false;
    rows.version = version;
    return true;
  }
}

/** Longest beginning of a line worth remembering. */
const lineHeadBytesMax = 1024;
/** Longest text between a record and its extraction time worth remembering. */
const tailBytesMax = 64;
