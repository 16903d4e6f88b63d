import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ByteWriter } from "../byte-writer.ts";
import { type JsonValue, stringifyJson } from "../json.ts";
import type { BatchFile } from "./batch-file.ts";
import { RecordLines, type RowGroup } from "./record-lines.ts";

/** Rows that wait in memory for their file, in bytes: above it a tap must `flush`. */
const queuedBytesMax = 1024 * 1024;
/** A STATE closes the open files early when this share of a file's rows stands before it: files stay near their size. */
const earlyShare = 0.8;
/** And when none has left for so long, in milliseconds. */
const stateAgeMs = 60_000;

export interface BatchOptions {
  /** Folder of the files. */
  readonly root: string;
  readonly prefix: string;
  readonly rowsMax: number;
  /** As BATCH messages name it. */
  readonly encoding: { readonly format: string; readonly compression?: string };
  /** Of the files' names. */
  readonly extension: string;
  /** Whether files hold RECORD lines' records or are made from the whole lines. */
  readonly keepsLines: boolean;
  readonly openFile: (path: string, stream: string, schemaLine: Buffer) => BatchFile;
}

/** What is left to do, in order. */
type Step =
  | { readonly type: "rows"; readonly group: RowGroup; readonly bytes: Buffer }
  | { readonly type: "close"; readonly group: RowGroup }
  | { readonly type: "line"; readonly bytes: Buffer; readonly schemaOf: string | undefined };

/** Rows of one stream on their way into one file. */
interface OpenGroup {
  group: RowGroup;
  rowCount: number;
  bytes: ByteWriter;
}

interface OpenFile {
  readonly path: string;
  readonly file: BatchFile;
}

/**
 * Puts the rows of a stream of messages into files and a BATCH message in their place. A STATE leaves only
 * where it stood: behind the BATCH of every row before it, and before every row after it. One that comes
 * while files are far from full is left out; the next one, or the last, says more.
 */
export class BatchOutput {
  readonly #options: BatchOptions;
  readonly #lines = new RecordLines();
  readonly #open = new Map<string, OpenGroup>();
  readonly #files = new Map<string, OpenFile>();
  readonly #schemaLines = new Map<string, Buffer>();
  readonly #runId = randomUUID();
  #steps: Step[] = [];
  #queuedBytes = 0;
  #rowsSinceState = 0;
  #stateMs = Date.now();
  /** The last state that was left out, while no row has come after it. */
  #heldState: Buffer | undefined;
  #fileCount = 0;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** True when enough rows wait: time to `run`. */
  get isFull(): boolean {
    return this.#queuedBytes >= queuedBytesMax;
  }

  /** Takes RECORD lines. */
  rows(bytes: Buffer): void {
    this.#heldState = undefined;
    for (let start = 0; start < bytes.length; ) {
      const end = bytes.indexOf(newline, start) + 1;
      const line = this.#lines.split(bytes, start, end);
      const open = this.#openGroup(line.group);
      if (this.#options.keepsLines) open.bytes.bytes(bytes.subarray(start, end));
      else {
        open.bytes.bytes(line.bytes.subarray(line.start, line.end));
        open.bytes.ascii("\n");
      }
      open.group = line.group;
      open.rowCount += 1;
      this.#rowsSinceState += 1;
      if (open.rowCount >= this.#options.rowsMax) this.#cut(line.group.stream);
      start = end;
    }
    for (const open of this.#open.values()) this.#handOver(open);
  }

  /** Takes the line of any other message. */
  line(message: { readonly type: string; readonly stream?: string }, bytes: Buffer): void {
    const { type, stream } = message;
    if (type === "STATE") return this.#state(bytes);
    if (stream !== undefined) this.#cut(stream);
    this.#steps.push({ type: "line", bytes, schemaOf: type === "SCHEMA" ? stream : undefined });
  }

  /** No more rows follow: what is open is closed, and a state that was left out leaves. */
  end(): void {
    this.#cutAll();
    if (this.#heldState !== undefined) this.#passState(this.#heldState);
  }

  /** Does what is left to do; the lines that may leave then go to `out`. */
  async run(out: ByteWriter): Promise<void> {
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      if (step.type === "rows") {
        await this.#write(step.group.stream, step.bytes);
        this.#queuedBytes -= step.bytes.length;
      } else if (step.type === "close") out.bytes(await this.#close(step.group));
      else {
        if (step.schemaOf !== undefined) this.#schemaLines.set(step.schemaOf, step.bytes);
        out.bytes(step.bytes);
      }
    }
  }

  /** Deletes the files that no BATCH message names: nobody will. */
  discard(): void {
    for (const { path } of this.#files.values()) rmSync(path, { force: true });
  }

  #state(bytes: Buffer): void {
    const isDue =
      this.#open.size === 0 ||
      this.#rowsSinceState >= this.#options.rowsMax * earlyShare ||
      Date.now() - this.#stateMs >= stateAgeMs;
    if (!isDue) {
      this.#heldState = bytes;
      return;
    }
    this.#cutAll();
    this.#passState(bytes);
  }

  #passState(bytes: Buffer): void {
    this.#steps.push({ type: "line", bytes, schemaOf: undefined });
    this.#heldState = undefined;
    this.#rowsSinceState = 0;
    this.#stateMs = Date.now();
  }

  /** The rows of the stream that are on their way; a BATCH has one version. */
  #openGroup(group: RowGroup): OpenGroup {
    const open = this.#open.get(group.stream);
    if (open !== undefined && open.group.version === group.version) return open;
    if (open !== undefined) this.#cut(group.stream);
    const opened = { group, rowCount: 0, bytes: new ByteWriter() };
    this.#open.set(group.stream, opened);
    return opened;
  }

  #handOver({ group, bytes }: OpenGroup): void {
    if (bytes.position === 0) return;
    this.#steps.push({ type: "rows", group, bytes: Buffer.from(bytes.written()) });
    this.#queuedBytes += bytes.position;
    bytes.clear();
  }

  #cut(stream: string): void {
    const open = this.#open.get(stream);
    if (open === undefined) return;
    this.#handOver(open);
    this.#steps.push({ type: "close", group: open.group });
    this.#open.delete(stream);
  }

  #cutAll(): void {
    for (const stream of this.#open.keys()) this.#cut(stream);
  }

  async #write(stream: string, bytes: Buffer): Promise<void> {
    let open = this.#files.get(stream);
    if (open === undefined) {
      open = await this.#openFile(stream);
      this.#files.set(stream, open);
    }
    await open.file.write(bytes);
  }

  async #openFile(stream: string): Promise<OpenFile> {
    const { root, prefix, extension, openFile } = this.#options;
    await mkdir(root, { recursive: true });
    this.#fileCount += 1;
    const name = `${prefix}${stream.replace(/[^\w.-]/g, "_")}-${this.#runId}-${this.#fileCount}`;
    const path = join(root, `${name}.${extension}`);
    const schemaLine = this.#schemaLines.get(stream);
    if (schemaLine === undefined)
      throw new Error(`records of stream ${stream} came before its schema`);
    return { path, file: openFile(path, stream, schemaLine) };
  }

  async #close({ stream, version, timeExtracted }: RowGroup): Promise<Buffer> {
    const open = this.#files.get(stream);
    if (open === undefined) throw new Error(`no file of stream ${stream} is open`);
    await open.file.close();
    this.#files.delete(stream);
    const message: { [key: string]: JsonValue | undefined } = {
      type: "BATCH",
      stream,
      encoding: { ...this.#options.encoding },
      manifest: [pathToFileURL(open.path).href],
      version,
      time_extracted: timeExtracted,
      delete_after_load: true,
    };
    return Buffer.from(`${stringifyJson(message)}\n`);
  }
}

const newline = 0x0a;
