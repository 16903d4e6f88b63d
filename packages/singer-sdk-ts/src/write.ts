import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { BatchOutput } from "./batch/batch-output.ts";
import { ByteWriter } from "./byte-writer.ts";
import { type JsonValue, stringifyJson } from "./json.ts";
import { checkLines } from "./line-limit.ts";
import { parseMessage, type RecordMessage, type SchemaMessage } from "./message.ts";
import { type SourceCounter, sourceCountsMember } from "./source-counts.ts";
import { State } from "./state.ts";
import type { StreamMapper } from "./stream-map/stream-mapper.ts";

export { ByteWriter } from "./byte-writer.ts";

/** Written at once: what a Linux pipe holds. */
const fullBytes = 64 * 1024;
/** How long to wait for a reader when the pipe is full and does not block, in milliseconds. */
const retryMs = 1;

/** What takes bytes: a file descriptor, or a collector in tests. */
export interface Sink {
  /** Takes as many of the bytes as it can now, and returns the count; 0 means: wait; -1: nobody reads. */
  write(bytes: Uint8Array): number;
}

/** What stands between a tap and the reader of its messages. */
export interface WriterOptions {
  /** Told how many records of a stream the tap wrote, before they are mapped. */
  readonly onRows?: (stream: string, rows: number) => void;
  readonly mapper?: StreamMapper | undefined;
  /** Takes rows out of the messages and puts them into files. */
  readonly batches?: BatchOutput | undefined;
  /** Counts the records that leave; each `State` that is written then tells them. */
  readonly counter?: SourceCounter;
  readonly lineBytesMax?: number;
}

/** The only writer of stdout: Singer messages in order, waiting for whoever reads them. */
export class MessageWriter {
  /** Taps append whole RECORD lines here, newline included, and then say `written` before they wait for anything. */
  readonly bytes = new ByteWriter();
  readonly #sink: Sink;
  readonly #onRows: (stream: string, rows: number) => void;
  readonly #mapper: StreamMapper | undefined;
  readonly #batches: BatchOutput | undefined;
  readonly #counter: SourceCounter | undefined;
  readonly #lineBytesMax: number;
  /** What leaves while `#batches` takes everything else. */
  readonly #batchLines = new ByteWriter(0);
  /** Up to here `bytes` holds what leaves; behind it, RECORD lines that are neither mapped nor counted. */
  #countedEnd = 0;
  #draining: Promise<void> | undefined;

  constructor(sink: Sink = stdout, options: WriterOptions = {}) {
    this.#sink = sink;
    this.#onRows = options.onRows ?? (() => undefined);
    this.#mapper = options.mapper;
    this.#batches = options.batches;
    this.#counter = options.counter;
    this.#lineBytesMax = options.lineBytesMax ?? Number.POSITIVE_INFINITY;
  }

  /** True when a pipe's worth of bytes waits: time to `flush`. */
  get isFull(): boolean {
    return this.bytes.position >= fullBytes || this.#batches?.isFull === true;
  }

  schema(message: Omit<SchemaMessage, "type">): void {
    const whole = { type: "SCHEMA", ...message } as const;
    for (const one of this.#mapper?.schema(whole) ?? [whole]) this.#schema(one);
  }

  #schema(message: SchemaMessage): void {
    const { stream, schema, key_properties, bookmark_properties } = message;
    this.#line({
      type: "SCHEMA",
      stream,
      schema,
      key_properties,
      ...(bookmark_properties !== undefined && { bookmark_properties }),
    });
  }

  record(
    stream: string,
    record: { readonly [key: string]: JsonValue | undefined },
    options: { version?: number; timeExtracted?: string } = {},
  ): void {
    const { version, timeExtracted } = options;
    this.#append({
      type: "RECORD",
      stream,
      record,
      ...(version !== undefined && { version }),
      ...(timeExtracted !== undefined && { time_extracted: timeExtracted }),
    });
    this.written(stream, 1);
  }

  state(value: JsonValue | State): void {
    this.#line({ type: "STATE", value: value instanceof State ? this.#counted(value) : value });
  }

  #counted(state: State): JsonValue {
    const value = state.toJSON();
    if (this.#counter === undefined) return value;
    return { ...value, [sourceCountsMember]: this.#counter.json() };
  }

  activateVersion(stream: string, version: number): void {
    for (const name of this.#mapper?.names(stream) ?? [stream])
      this.#line({ type: "ACTIVATE_VERSION", stream: name, version });
  }

  /** Counts records that a tap appended to `bytes` by itself. */
  written(stream: string, rows: number): void {
    const { bytes } = this;
    if (this.#mapper?.isSame(stream) === false) this.#map(this.#mapper);
    else this.#counter?.add(stream, rows, bytes, this.#countedEnd);
    this.#countedEnd = bytes.position;
    this.#batches?.rows(this.#take());
    this.#onRows(stream, rows);
  }

  /** Puts mapped RECORD lines in the place of those that were appended, and counts them. */
  #map(mapper: StreamMapper): void {
    const { bytes } = this;
    const lines = bytes.buffer.toString("utf8", this.#countedEnd, bytes.position).split("\n");
    bytes.position = this.#countedEnd;
    for (const line of lines) {
      const message = line === "" ? undefined : parseMessage(line);
      if (message?.type !== "RECORD") continue;
      for (const mapped of mapper.record(message)) {
        const start = bytes.position;
        this.#append(jsonOf(mapped));
        this.#counter?.add(mapped.stream, 1, bytes, start);
      }
    }
  }

  /**
   * Hands everything to the reader and waits until it is taken; calls that overlap wait for the same drain.
   * Ends the process quietly when nobody reads any more.
   */
  flush(): Promise<void> {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  /** No more messages follow: hands over everything, rows of open files included. */
  end(): Promise<void> {
    this.#batches?.end();
    return this.flush();
  }

  async #drain(): Promise<void> {
    if (this.#batches === undefined) {
      await this.#send(this.bytes);
      return;
    }
    try {
      await this.#batches.run(this.#batchLines);
    } finally {
      await this.#send(this.#batchLines);
    }
  }

  /** Everything in `bytes`, which is empty then. */
  #take(): Buffer {
    const taken = Buffer.from(this.bytes.written());
    this.bytes.clear();
    this.#countedEnd = 0;
    return taken;
  }

  /** Other streams may append while we wait: the end and the buffer are looked up anew each time. */
  async #send(bytes: ByteWriter): Promise<void> {
    if (bytes.position > this.#lineBytesMax) checkLines(bytes.written(), this.#lineBytesMax);
    for (let taken = 0; taken < bytes.position; ) {
      const count = this.#sink.write(bytes.written().subarray(taken));
      // Nobody reads any more: there is nothing left to do for a tap.
      if (count === closed) {
        this.#batches?.discard();
        process.exit(0);
      }
      if (count === 0) await sleep(retryMs);
      taken += count;
    }
    bytes.clear();
    // At once: streams that write beside each other look at it before an await returns.
    if (bytes === this.bytes) this.#countedEnd = 0;
  }

  #line(message: {
    readonly type: string;
    readonly stream?: string;
    readonly [key: string]: JsonValue | undefined;
  }): void {
    this.#append(message);
    this.#countedEnd = this.bytes.position;
    this.#batches?.line(message, this.#take());
  }

  #append(message: { readonly [key: string]: JsonValue | undefined }): void {
    const line = `${stringifyJson(message)}\n`;
    // Three bytes at most for a UTF-16 unit.
    this.bytes.ensure(line.length * 3);
    this.bytes.position += this.bytes.buffer.write(line, this.bytes.position, "utf8");
  }
}

/** The members of a RECORD in the order in which they are written. */
function jsonOf({ type, stream, record, version, time_extracted }: RecordMessage) {
  return { type, stream, record, version, time_extracted };
}

/** Prints one line on stdout: a catalog, a state, what `--about` tells. False when nobody reads it. */
export async function printLine(text: string, sink: Sink = stdout): Promise<boolean> {
  const bytes = Buffer.from(`${text}\n`);
  for (let taken = 0; taken < bytes.length; ) {
    const count = sink.write(bytes.subarray(taken));
    if (count === closed) return false;
    if (count === 0) await sleep(retryMs);
    taken += count;
  }
  return true;
}

/** What a sink answers when nobody reads it any more. */
const closed = -1;

/** Descriptor 1, written synchronously: 3.7 times JSON.stringify and a stream (speed.md of the design, section 6). */
export const stdout: Sink = {
  write(bytes) {
    try {
      return writeSync(1, bytes, 0, Math.min(bytes.length, fullBytes));
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EAGAIN") return 0;
      if (code === "EPIPE") return closed;
      throw error;
    }
  },
};
