import type { ObjectStore } from "../store.ts";
import type { FromThread, StoreAnswer, StoreRequest, ToThread } from "./message.ts";

/** Makes the calls of the store that a {@link RemoteStore} in another thread asks for. */
export class StoreHost {
  readonly #store: ObjectStore;
  readonly #send: (message: ToThread, transfer: readonly ArrayBuffer[]) => void;
  readonly #writes = new Map<number, ChunkQueue>();
  /** Files that were written or begun. */
  readonly #paths = new Map<string, Promise<unknown>>();
  readonly #errors = new Map<number, unknown>();

  constructor(
    store: ObjectStore,
    send: (message: ToThread, transfer: readonly ArrayBuffer[]) => void,
  ) {
    this.#store = store;
    this.#send = send;
  }

  receive(message: Extract<FromThread, { type: "call" | "chunk" | "end" }>): void {
    switch (message.type) {
      case "call":
        void this.#answer(message.call, message.request);
        return;
      case "chunk":
        this.#writes.get(message.call)?.push(message.bytes);
        return;
      case "end":
        this.#writes.get(message.call)?.end();
        return;
    }
  }

  /** The error that a call of the thread ended in. */
  errorOf(call: number): unknown {
    return this.#errors.get(call);
  }

  /** Deletes every file that the thread wrote, once the thread has ended. */
  async abort(): Promise<void> {
    for (const queue of this.#writes.values()) queue.fail(new Error("the merge was abandoned"));
    for (const [path, writing] of this.#paths) {
      await writing.catch(() => undefined);
      await this.#store.delete(path);
    }
  }

  async #answer(call: number, request: StoreRequest): Promise<void> {
    try {
      const value = await this.#make(call, request);
      this.#send({ type: "answer", call, value }, []);
    } catch (error) {
      this.#errors.set(call, error);
      const message = error instanceof Error ? error.message : String(error);
      this.#send({ type: "refusal", call, message }, []);
    }
  }

  async #make(call: number, request: StoreRequest): Promise<StoreAnswer> {
    switch (request.type) {
      case "head":
        return this.#store.head(request.path);
      case "get": {
        const bytes = await this.#store.get(request.path, request.range);
        // A copy: the bytes may be the store's own, and a part of a buffer would be sent with all of it.
        return bytes === undefined ? undefined : Uint8Array.from(bytes);
      }
      case "write": {
        const taken = (sizeBytes: number): void => this.#send({ type: "taken", sizeBytes }, []);
        const queue = new ChunkQueue(taken);
        this.#writes.set(call, queue);
        const writing = this.#store.write(request.path, queue.chunks());
        this.#paths.set(request.path, writing);
        try {
          return await writing;
        } finally {
          this.#writes.delete(call);
        }
      }
    }
  }
}

/** The chunks of one file between the thread that makes them and the store that takes them. */
class ChunkQueue {
  readonly #taken: (sizeBytes: number) => void;
  readonly #chunks: Uint8Array[] = [];
  #isOver = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor(taken: (sizeBytes: number) => void) {
    this.#taken = taken;
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        yield chunk;
        this.#taken(chunk.byteLength);
      } else if (this.#isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
