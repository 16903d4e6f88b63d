import { bytesBlob, rangeBlob } from "../blob.ts";
import type { BlobLike, ObjectMeta, ObjectStore } from "../store.ts";
import type { FromThread, StoreAnswer, StoreRequest, ToThread } from "./message.ts";

/** A file's chunks wait while this much is on its way to the main thread. */
const IN_FLIGHT_BYTES = 8 * 1024 * 1024;

/** A call of the store that the main thread could not make; it keeps the error itself. */
export class RemoteCallError extends Error {
  readonly call: number;

  constructor(call: number, message: string) {
    super(message);
    this.name = "RemoteCallError";
    this.call = call;
  }
}

interface PendingCall {
  resolve(value: StoreAnswer): void;
  reject(error: Error): void;
}

/** The store of the main thread, as the rewriting thread sees it: for reading and writing data files. */
export class RemoteStore implements ObjectStore {
  readonly #send: (message: FromThread, transfer: readonly ArrayBuffer[]) => void;
  readonly #calls = new Map<number, PendingCall>();
  readonly #known = new Map<string, Uint8Array>();
  #callCount = 0;
  #inFlightBytes = 0;
  #waiting: (() => void)[] = [];

  constructor(send: (message: FromThread, transfer: readonly ArrayBuffer[]) => void) {
    this.#send = send;
  }

  async get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    const value = await this.#call({ type: "get", path, range });
    return value instanceof Uint8Array ? value : undefined;
  }

  async head(path: string): Promise<ObjectMeta | undefined> {
    const value = await this.#call({ type: "head", path });
    return typeof value === "object" && !(value instanceof Uint8Array) ? value : undefined;
  }

  async openBlob(path: string): Promise<BlobLike | undefined> {
    const bytes = this.#known.get(path);
    if (bytes !== undefined) return bytesBlob(bytes);
    const found = await this.head(path);
    return found === undefined ? undefined : rangeBlob(this, found);
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const call = this.#callCount;
    const state = { isOver: false };
    const size = this.#call({ type: "write", path }).finally(() => {
      state.isOver = true;
      this.#wake();
    });
    // A refusal ends the loop below, and is thrown behind it.
    size.catch(() => undefined);
    for await (const chunk of chunks) {
      while (this.#inFlightBytes > IN_FLIGHT_BYTES && !state.isOver) {
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
        });
      }
      if (state.isOver) break;
      const bytes = ownBytes(chunk);
      this.#inFlightBytes += bytes.byteLength;
      this.#send({ type: "chunk", call, bytes }, [bytes.buffer]);
    }
    this.#send({ type: "end", call }, []);
    return Number(await size);
  }

  list(): Promise<never> {
    return refuse();
  }

  put(): Promise<never> {
    return refuse();
  }

  putIfAbsent(): Promise<never> {
    return refuse();
  }

  delete(): Promise<never> {
    return refuse();
  }

  move(): Promise<never> {
    return refuse();
  }

  /** Takes in what the main thread says of a call. */
  receive(message: Extract<ToThread, { type: "answer" | "refusal" | "taken" }>): void {
    if (message.type === "taken") {
      this.#inFlightBytes -= message.sizeBytes;
      this.#wake();
      return;
    }
    const pending = this.#calls.get(message.call);
    this.#calls.delete(message.call);
    if (message.type === "answer") pending?.resolve(message.value);
    else pending?.reject(new RemoteCallError(message.call, message.message));
  }

  /** Reads of this file are answered from here while `work` runs. */
  async knowing<T>(
    path: string,
    bytes: Uint8Array | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    if (bytes !== undefined) this.#known.set(path, bytes);
    try {
      return await work();
    } finally {
      this.#known.delete(path);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #call(request: StoreRequest): Promise<StoreAnswer> {
    const call = this.#callCount++;
    const answer = new Promise<StoreAnswer>((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
    });
    this.#send({ type: "call", call, request }, []);
    return answer;
  }
}

async function refuse(): Promise<never> {
  throw new Error("the rewriting thread only reads and writes data files");
}

/** The bytes in a buffer of their own, which can be handed over. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isOwn ? new Uint8Array(buffer) : Uint8Array.from(bytes);
}
