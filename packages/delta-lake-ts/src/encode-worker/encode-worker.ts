import { Worker } from "node:worker_threads";
import { type RecordBatch, Table, tableToIPC } from "apache-arrow";
import type { FileEncoder, FileEncoderOptions } from "../file-encoder.ts";
import type { FromScan, FromThread, SentScan, ToThread } from "./message.ts";
import { WorkerScan } from "./worker-scan.ts";

/** A batch waits while this much is on its way to the thread: about two batches ahead of the one being encoded. */
const IN_FLIGHT_BYTES = 16 * 1024 * 1024;

/**
 * A second thread that encodes data files and takes their statistics, while the caller makes the next batch. It starts
 * with its first file, and serves any number of files at once. A merge has it look for keys, too.
 * An idle one does not keep the process alive.
 */
export class EncodeWorker {
  readonly #files = new Map<number, WorkerFile>();
  readonly #scans = new Map<number, WorkerScan>();
  #thread: Worker | undefined;
  #failure: Error | undefined;
  #fileCount = 0;
  #inFlightBytes = 0;
  #waiting: (() => void)[] = [];

  /** Whether the thread runs: a small file is worth sending only then. */
  get isStarted(): boolean {
    return this.#thread !== undefined;
  }

  /** Bytes of batches that were sent and not taken yet. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Begins a file. */
  open(options: FileEncoderOptions): FileEncoder {
    const id = this.#fileCount++;
    const file = new WorkerFile({
      send: (message, transfer) => this.#send({ id, ...message }, transfer),
      sendBatch: (bytes) => this.#sendBatch(id, bytes),
    });
    this.#send({ id, type: "open", options });
    this.#files.set(id, file);
    // Open files keep the process alive, as a file of its own thread would.
    this.#thread?.ref();
    return file;
  }

  /** Looks for keys in files of a local folder while `work` runs. */
  async scanning<T>(scan: SentScan, work: (scan: WorkerScan) => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#fileCount++;
    const opened = new WorkerScan((message) => this.#send({ id, ...message }));
    this.#send({ id, type: "openScan", scan });
    this.#scans.set(id, opened);
    this.#thread?.ref();
    try {
      return await work(opened);
    } finally {
      this.#scans.delete(id);
      this.#send({ id, type: "closeScan" });
      this.#rest();
    }
  }

  /** Ends the thread; files that are not finished fail. */
  async close(): Promise<void> {
    this.#fail(new Error("the encoding thread was closed"));
    await this.#thread?.terminate();
  }

  async #sendBatch(id: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const sizeBytes = bytes.byteLength;
    while (this.#inFlightBytes > IN_FLIGHT_BYTES && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.#inFlightBytes += sizeBytes;
    this.#send({ id, type: "batch", bytes }, [bytes.buffer]);
  }

  #send(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#thread ??= this.#start();
    this.#thread.postMessage(message, transfer);
  }

  #start(): Worker {
    // The sources run as they are under Node's own type stripping, as in this package's tests.
    const name = import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js";
    const thread = new Worker(new URL(name, import.meta.url), { execArgv: [] });
    thread.on("message", (message: FromThread) => this.#receive(message));
    thread.on("error", (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    thread.on("exit", () => this.#fail(new Error("the encoding thread has ended")));
    return thread;
  }

  #receive(message: FromThread): void {
    if (message.type === "taken") {
      this.#inFlightBytes -= message.sizeBytes;
      this.#wake();
      return;
    }
    if (message.type === "matches" || message.type === "scanFailed") {
      this.#scans.get(message.id)?.receive(message);
      return;
    }
    this.#files.get(message.id)?.receive(message);
    if (message.type === "chunk") return;
    this.#files.delete(message.id);
    this.#rest();
  }

  #rest(): void {
    if (this.#files.size === 0 && this.#scans.size === 0) this.#thread?.unref();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const file of this.#files.values()) file.receive({ id: 0, type: "failed", error });
    this.#files.clear();
    for (const scan of this.#scans.values()) scan.fail(error);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

interface Channel {
  send(message: { readonly type: "next" | "close" | "abort" }, transfer?: ArrayBuffer[]): void;
  sendBatch(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** The main thread's side of one file. */
class WorkerFile implements FileEncoder {
  readonly output: AsyncIterable<Uint8Array>;
  inputBytes = 0;
  outputBytes = 0;
  heldBytes = 0;
  readonly #channel: Channel;
  readonly #chunks: Uint8Array[] = [];
  #failure: Error | undefined;
  #statistics: string | undefined;
  #wake: () => void = () => {};

  constructor(channel: Channel) {
    this.#channel = channel;
    this.output = this.#read();
  }

  async write(batch: RecordBatch): Promise<void> {
    this.#checkFailure();
    // A copy of 0.05 µs a row, which leaves the batch's own buffers to their owner (speed.md, section 4).
    const bytes = ownBytes(tableToIPC(new Table([batch]), "stream"));
    this.inputBytes += bytes.byteLength;
    this.heldBytes += bytes.byteLength;
    await this.#channel.sendBatch(bytes);
    this.#checkFailure();
  }

  close(): void {
    this.#channel.send({ type: "close" });
  }

  abort(reason: unknown): void {
    this.#failure ??= reason instanceof Error ? reason : new Error(String(reason));
    this.#channel.send({ type: "abort" });
    this.#wake();
  }

  statistics(): string {
    if (this.#statistics === undefined) throw new Error("a data file has statistics at its end");
    return this.#statistics;
  }

  /** Takes in what the thread says of this file. */
  receive(message: Exclude<FromThread, FromScan | { type: "taken" }>): void {
    switch (message.type) {
      case "chunk":
        this.outputBytes += message.bytes.byteLength;
        this.heldBytes = 0;
        this.#chunks.push(message.bytes);
        break;
      case "end":
        this.#statistics = message.statistics;
        break;
      case "failed":
        this.#failure ??= message.error;
        break;
    }
    this.#wake();
  }

  #checkFailure(): void {
    const failure = this.#failure;
    if (failure !== undefined) throw failure;
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        this.#checkFailure();
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          yield chunk;
          this.#channel.send({ type: "next" });
        } else if (this.#statistics !== undefined) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      // The store left early: the thread must not wait for it.
      if (this.#statistics === undefined && this.#failure === undefined)
        this.abort(new Error("the store stopped reading a data file"));
    }
  }
}

/** The bytes in a buffer of their own, which can be handed over. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isOwn ? new Uint8Array(buffer) : Uint8Array.from(bytes);
}
