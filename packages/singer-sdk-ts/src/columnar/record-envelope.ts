import type { ByteSource } from "./byte-source.ts";
import { matchSpelling, type Spelling } from "./spelling.ts";
import {
  backslash,
  closeBrace,
  comma,
  letterN,
  newline,
  openBrace,
  quote,
  skipColon,
  skipNumber,
  skipSpace,
  skipString,
  skipValue,
  skipWord,
} from "./token.ts";

/** A member of a message, as a bit, so that a repeated one is seen. */
const member = { other: 0, type: 1, stream: 2, record: 4, version: 8, time: 16 } as const;
const beforeRecord = member.type | member.stream;

/**
 * Reads what stands around the record of a RECORD line, from bytes. One is reused for all lines:
 * `start` the line, `read` up to the record, read the record, `read` on from its end.
 */
export class RecordEnvelope {
  /** Between the quotes of the stream's name, as written. */
  streamStart = 0;
  streamEnd = 0;
  /** Where the record starts; -1 until it is met. */
  recordStart = -1;
  /** Where the record ends, when other members had to be read before it; else -1. */
  recordEnd = -1;
  version: number | undefined;
  /** Where the extraction time's text starts, its quote included; -1 when there is none. */
  timeStart = -1;
  #seen = 0;

  /** Begins a line. */
  start(): void {
    this.recordStart = -1;
    this.recordEnd = -1;
    this.timeStart = -1;
    this.version = undefined;
    this.#seen = 0;
  }

  /** Begins a line whose members up to the record are known. */
  startAtRecord(recordStart: number, version: number | undefined): void {
    this.start();
    this.recordStart = recordStart;
    this.version = version;
    this.#seen = beforeRecord | member.record | (version === undefined ? 0 : member.version);
  }

  /** Whether the bytes before the record decide type, stream and version, and hold no time: they may repeat. */
  get isHeadConstant(): boolean {
    return this.recordEnd < 0 && this.timeStart < 0 && (this.#seen & beforeRecord) === beforeRecord;
  }

  /**
   * Reads members from `position`, which is behind `{` (`isFirst`) or behind a value. Stops before the record's
   * value when type and stream are known, and behind the line's newline otherwise.
   * Returns -1 for anything but a plain RECORD.
   */
  read(source: ByteSource, position: number, isFirst: boolean): number {
    const { bytes } = source;
    let p = skipSpace(bytes, position);
    for (let isNext = !isFirst; ; isNext = true) {
      if (isNext) {
        if (bytes[p] === closeBrace) return this.#end(bytes, p + 1);
        if (bytes[p] !== comma) return -1;
        p = skipSpace(bytes, p + 1);
      }
      const nameStart = p + 1;
      const nameEnd = skipString(bytes, p);
      p = nameEnd < 0 ? -1 : skipColon(bytes, nameEnd);
      if (p < 0) return -1;
      const name = memberNamed(bytes, nameStart, nameEnd - 1);
      if (name < 0 || (this.#seen & name) !== 0) return -1;
      this.#seen |= name;
      if (name === member.record) {
        this.recordStart = p;
        if ((this.#seen & beforeRecord) === beforeRecord) return p;
      }
      p = this.#readMember(source, p, name);
      if (p < 0) return -1;
      p = skipSpace(bytes, p);
    }
  }

  /** Whether the extraction time is all that is known besides type, stream and record: its place may repeat. */
  get isTailConstant(): boolean {
    return this.#seen === (beforeRecord | member.record | member.time);
  }

  /**
   * Reads the rest of a line after its record when it is an extraction time spelled like `tail`,
   * and nothing else; -1 otherwise, with nothing changed.
   */
  readTail(source: ByteSource, position: number, tail: Spelling): number {
    const { bytes } = source;
    const timeStart =
      this.#seen === (beforeRecord | member.record) ? matchSpelling(tail, source, position) : -1;
    const end = timeStart < 0 ? -1 : skipString(bytes, timeStart);
    if (end < 0 || bytes[end] !== closeBrace || bytes[end + 1] !== newline) return -1;
    this.timeStart = timeStart;
    return end + 2;
  }

  /** Reads one member's value; returns the position after it, or -1. */
  #readMember(source: ByteSource, position: number, name: number): number {
    const { bytes } = source;
    switch (name) {
      case member.type:
        return skipRecordType(bytes, position);
      case member.stream: {
        const end = skipString(bytes, position);
        this.streamStart = position + 1;
        this.streamEnd = end - 1;
        return end;
      }
      case member.record:
        this.recordEnd = bytes[position] === openBrace ? skipValue(bytes, position) : -1;
        return this.recordEnd;
      case member.version:
        return this.#readVersion(source, position);
      case member.time:
        if (bytes[position] !== quote) return skipWord(bytes, position, "null");
        this.timeStart = position;
        return skipString(bytes, position);
      default:
        return skipValue(bytes, position);
    }
  }

  #readVersion(source: ByteSource, position: number): number {
    if (source.bytes[position] === letterN) return skipWord(source.bytes, position, "null");
    const end = skipNumber(source.bytes, position);
    if (end < 0) return -1;
    const version = Number(source.buffer.toString("latin1", position, end));
    if (!Number.isSafeInteger(version) || String(version).length !== end - position) return -1;
    this.version = version;
    return end;
  }

  /** Behind the closing brace only white space and the newline may stand. */
  #end(bytes: Uint8Array, position: number): number {
    if ((this.#seen & (beforeRecord | member.record)) !== (beforeRecord | member.record)) return -1;
    const p = skipSpace(bytes, position);
    return bytes[p] === newline ? p + 1 : -1;
  }
}

/** The member with this name; -1 when the name has escapes. */
function memberNamed(bytes: Uint8Array, start: number, end: number): number {
  switch (end - start) {
    case 4:
      if (skipWord(bytes, start, "type") >= 0) return member.type;
      break;
    case 6:
      if (skipWord(bytes, start, "record") >= 0) return member.record;
      if (skipWord(bytes, start, "stream") >= 0) return member.stream;
      break;
    case 7:
      if (skipWord(bytes, start, "version") >= 0) return member.version;
      break;
    case 14:
      if (skipWord(bytes, start, "time_extracted") >= 0) return member.time;
      break;
    default:
  }
  for (let p = start; p < end; p++) {
    if (bytes[p] === backslash) return -1;
  }
  return member.other;
}

/** Skips `"RECORD"` in any case. */
function skipRecordType(bytes: Uint8Array, position: number): number {
  if (bytes[position] !== quote || bytes[position + 7] !== quote) return -1;
  const word = "record";
  for (let i = 0; i < word.length; i++) {
    if (((bytes[position + 1 + i] ?? 0) | 0x20) !== word.charCodeAt(i)) return -1;
  }
  return position + 8;
}
