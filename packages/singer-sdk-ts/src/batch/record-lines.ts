import { stringifyJson } from "../json.ts";
import { parseMessage } from "../message.ts";

/** What one BATCH holds: rows of one stream and one version. */
export interface RowGroup {
  readonly stream: string;
  readonly version: number | undefined;
  /** Of the last row. */
  readonly timeExtracted: string | undefined;
}

/** A RECORD line, split: the bytes of its record lie from `start` to before `end` of `bytes`. */
export interface RecordLine {
  readonly group: RowGroup;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits RECORD lines without parsing them: lines that a tap writes one after the other begin and end alike.
 * A line is parsed only when they change.
 */
export class RecordLines {
  #group: RowGroup = { stream: "", version: undefined, timeExtracted: undefined };
  #envelope = envelopeOf(this.#group);

  /** The record in the line from `start` to before `end`, its newline included. */
  split(bytes: Buffer, start: number, end: number): RecordLine {
    if (!this.#isAlike(bytes, start, end)) {
      const record = this.#learn(bytes.toString("utf8", start, end));
      if (!this.#isAlike(bytes, start, end)) {
        // Spaced or ordered otherwise: no tap of ours writes so, but the value is the same.
        return { group: this.#group, bytes: record, start: 0, end: record.length };
      }
    }
    return {
      group: this.#group,
      bytes,
      start: start + this.#envelope.head.length,
      end: end - this.#envelope.tail.length,
    };
  }

  /** A line that begins with all of the head and ends with all of the tail has nothing but the record between them. */
  #isAlike(bytes: Buffer, start: number, end: number): boolean {
    const { head, tail } = this.#envelope;
    return (
      end - start > head.length + tail.length &&
      bytes.compare(head, 0, head.length, start, start + head.length) === 0 &&
      bytes.compare(tail, 0, tail.length, end - tail.length, end) === 0 &&
      bytes[end - tail.length - 1] === closingBrace
    );
  }

  #learn(line: string): Buffer {
    const message = parseMessage(line);
    if (message?.type !== "RECORD") throw new Error("a tap counted a line that is no RECORD");
    const { stream, version, time_extracted: timeExtracted } = message;
    this.#group = { stream, version, timeExtracted };
    this.#envelope = envelopeOf(this.#group);
    return Buffer.from(stringifyJson(message.record));
  }
}

const closingBrace = 0x7d;

/** What stands around a record in a RECORD line of the group. */
export function envelopeOf({ stream, version, timeExtracted }: RowGroup): Envelope {
  const time =
    timeExtracted === undefined ? "" : `,"time_extracted":${JSON.stringify(timeExtracted)}`;
  return {
    head: Buffer.from(`{"type":"RECORD","stream":${JSON.stringify(stream)},"record":`),
    tail: Buffer.from(`${version === undefined ? "" : `,"version":${version}`}${time}}\n`),
  };
}

export interface Envelope {
  readonly head: Buffer;
  readonly tail: Buffer;
}
