import { LAST_CHECKPOINT_PATH, parseLogPath } from "../log-path.ts";
import type { ObjectMeta, ObjectStore } from "../store.ts";

/** Bugs that the simulator must find, so that it is known to look (delta.md §5.5). */
export type PlantedBug =
  | "rename"
  | "deleteOnUnknown"
  | "noReadback"
  | "noTxnCheck"
  | "pointerFirst"
  | "noDeleteDelete";

/** Makes the code above it behave as if it had the bug; the other bugs are planted in the workload. */
export class PlantedStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #bug: PlantedBug | undefined;
  #heldCheckpoint: { path: string; bytes: Uint8Array } | undefined;
  #lostVersion: number | undefined;

  constructor(store: ObjectStore, bug: PlantedBug | undefined) {
    this.#store = store;
    this.#bug = bug;
  }

  async get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    if (this.#heldCheckpoint?.path === path) return this.#heldCheckpoint.bytes;
    const bytes = await this.#store.get(path, range);
    const file = parseLogPath(path);
    if (bytes === undefined || file?.type !== "commit") return bytes;
    if (this.#bug === "noReadback")
      return editLines(bytes, (line) => line.replace(/"txnId"/, '"notMine"'));
    const isWinner = this.#lostVersion !== undefined && file.version >= this.#lostVersion;
    if (this.#bug === "noDeleteDelete" && isWinner) {
      return editLines(bytes, (line) => (line.startsWith('{"remove"') ? "" : line));
    }
    return bytes;
  }

  head(path: string): Promise<ObjectMeta | undefined> {
    return this.#store.head(path);
  }

  list(prefix: string, startAfter?: string): Promise<readonly ObjectMeta[]> {
    // A new look at the table: the lost race is over.
    this.#lostVersion = undefined;
    return this.#store.list(prefix, startAfter);
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    if (this.#bug === "pointerFirst" && parseLogPath(path)?.type === "checkpoint") {
      this.#heldCheckpoint = { path, bytes };
      return;
    }
    await this.#store.put(path, bytes);
    const held = this.#heldCheckpoint;
    if (path === LAST_CHECKPOINT_PATH && held !== undefined) {
      await this.#store.put(held.path, held.bytes);
      this.#heldCheckpoint = undefined;
    }
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    if (this.#bug === "rename") {
      if ((await this.#store.head(path)) !== undefined) return "exists";
      await this.#store.put(path, bytes);
      return "created";
    }
    const outcome = await this.#store.putIfAbsent(path, bytes);
    if (outcome === "exists") this.#lostVersion ??= parseLogPath(path)?.version;
    return outcome;
  }

  write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#store.write(path, chunks);
  }

  delete(path: string): Promise<void> {
    return this.#store.delete(path);
  }

  move(from: string, to: string): Promise<void> {
    return this.#store.move(from, to);
  }
}

function editLines(bytes: Uint8Array, edit: (line: string) => string): Uint8Array {
  const lines = new TextDecoder().decode(bytes).split("\n");
  return new TextEncoder().encode(lines.map(edit).join("\n"));
}
