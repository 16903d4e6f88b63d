import { Worker } from "node:worker_threads";
import { Table, tableToIPC } from "apache-arrow";
import type { AddFile } from "../action.ts";
import { DeltaError } from "../error.ts";
import type { FileRewrite, RewriteOutcome } from "../operation/merge-rewrite.ts";
import { decodePath } from "../partition.ts";
import type { ObjectStore } from "../store.ts";
import type { FromThread, SentError, ThreadWriterOptions, ToThread } from "./message.ts";
import { StoreHost } from "./store-host.ts";

/** Files up to this size are sent whole, ahead of their turn; the thread asks for the ranges of larger ones. */
const SENT_BYTES_MAX = 16 * 1024 * 1024;
/** The thread is an addition to a process whose memory is counted: its garbage is collected early. */
const YOUNG_GENERATION_MB = 8;

interface Pending<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A second thread that rewrites data files of one merge from their bytes to their bytes, while the caller rewrites
 * others. The store stays in the caller's thread: the thread's reads and writes come to it as messages.
 */
export class RewriteThread {
  readonly #host: StoreHost;
  readonly #store: ObjectStore;
  readonly #thread: Worker;
  readonly #pending = new Map<number, Pending<RewriteOutcome>>();
  #failure: Error | undefined;
  #count = 0;
  #closing: Pending<readonly AddFile[]> | undefined;

  constructor(store: ObjectStore, options: ThreadWriterOptions) {
    // The sources run as they are under Node's own type stripping, as in this package's tests.
    const name = import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js";
    this.#thread = new Worker(new URL(name, import.meta.url), {
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#store = store;
    this.#host = new StoreHost(store, (message, transfer) => this.#send(message, transfer));
    this.#thread.on("message", (message: FromThread) => this.#receive(message));
    this.#thread.on("error", (error) => this.#fail(toError(error)));
    this.#thread.on("exit", () => this.#fail(new Error("the rewriting thread has ended")));
    this.#send({ type: "open", options });
  }

  /** True when a file is worth sending while the one before it is being rewritten. */
  static isSentAhead({ size }: AddFile): boolean {
    return size <= SENT_BYTES_MAX;
  }

  async rewrite({ source, ...rewrite }: FileRewrite): Promise<RewriteOutcome> {
    const isSmall = RewriteThread.isSentAhead(rewrite.add);
    const read = isSmall ? await this.#store.get(decodePath(rewrite.add.path)) : undefined;
    if (this.#failure !== undefined) throw this.#failure;
    // A copy: the bytes may be the store's own.
    const bytes = read === undefined ? undefined : Uint8Array.from(read);
    const rows =
      source === undefined ? undefined : ownBytes(tableToIPC(new Table([source]), "stream"));
    const id = this.#count++;
    const outcome = new Promise<RewriteOutcome>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
    const transfer = [bytes, rows].flatMap((sent) => (sent === undefined ? [] : [sent.buffer]));
    this.#send({ type: "rewrite", id, rewrite: { ...rewrite, source: rows, bytes } }, transfer);
    return outcome;
  }

  /** Finishes the thread's files, and ends it. */
  async close(): Promise<readonly AddFile[]> {
    if (this.#failure !== undefined) throw this.#failure;
    const adds = await new Promise<readonly AddFile[]>((resolve, reject) => {
      this.#closing = { resolve, reject };
      this.#send({ type: "close" });
    });
    await this.#thread.terminate();
    return adds;
  }

  /** Ends the thread and deletes every file that it wrote. Only before a commit was tried. */
  async abort(): Promise<void> {
    this.#fail(new Error("the merge was abandoned"));
    await this.#thread.terminate();
    await this.#host.abort();
  }

  #send(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer);
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case "rewritten":
        this.#pending.get(message.id)?.resolve(message.outcome);
        this.#pending.delete(message.id);
        return;
      case "closed":
        this.#closing?.resolve(message.adds);
        return;
      case "failed":
        this.#fail(this.#received(message.error));
        return;
      default:
        this.#host.receive(message);
    }
  }

  /** The store's own error where nothing was added to it, else one that has it as its cause. */
  #received({ code, message, hint, call }: SentError): Error {
    const cause = call === undefined ? undefined : this.#host.errorOf(call);
    if (code === undefined) return cause === undefined ? new Error(message) : toError(cause);
    return new DeltaError(code, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #fail(error: Error): void {
    const failure = (this.#failure ??= error);
    for (const { reject } of this.#pending.values()) reject(failure);
    this.#pending.clear();
    this.#closing?.reject(failure);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** The bytes in a buffer of their own, which can be handed over. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isOwn ? new Uint8Array(buffer) : Uint8Array.from(bytes);
}
