import { hash } from "node:crypto";
import { type Action, type AddFile, decodeActions, type RemoveFile } from "./action.ts";
import { readCheckpoint } from "./checkpoint-read.ts";
import { DeltaError } from "./error.ts";
import { commitPath } from "./log-path.ts";
import { fileKey } from "./log-replay.ts";
import type { LogSegment } from "./log-segment.ts";
import type { ObjectStore } from "./store.ts";

/** The newest word of the log on one file. */
export type FileState =
  | { readonly type: "add"; readonly add: AddFile }
  | { readonly type: "remove"; readonly remove: RemoveFile };

/**
 * Every live file and every tombstone of a version, in batches, oldest first, without holding them: only 32 to 64 bytes
 * for each file that the commits after the checkpoint name. Those commits are read twice.
 */
export async function* streamFiles(
  store: ObjectStore,
  segment: LogSegment,
): AsyncGenerator<FileState[]> {
  const seen = new KeySet();
  const newest = new Map<number, Uint8Array>();
  for (const version of segment.commitVersions.toReversed()) {
    newest.set(version, markNewest(await readFiles(store, version), seen));
  }
  for (const path of segment.checkpoint?.paths ?? []) {
    for await (const actions of readCheckpoint(store, path, { hasFiles: true })) {
      // A checkpoint names a file once: its own keys need not be remembered.
      yield actions.filter(isFile).filter((file) => !seen.has(keyOf(file)));
    }
  }
  for (const version of segment.commitVersions) {
    const marks = newest.get(version);
    yield (await readFiles(store, version)).filter((_, index) => marks?.[index] === 1);
  }
}

/** One byte a file of the commit: 1 where no newer commit, and no later line of this one, names it again. */
function markNewest(files: readonly FileState[], seen: KeySet): Uint8Array {
  const marks = new Uint8Array(files.length);
  for (let index = files.length - 1; index >= 0; index -= 1) {
    const file = files[index];
    if (file !== undefined && seen.add(keyOf(file))) marks[index] = 1;
  }
  return marks;
}

async function readFiles(store: ObjectStore, version: number): Promise<FileState[]> {
  const bytes = await store.get(commitPath(version));
  if (bytes === undefined) {
    throw new DeltaError("E_CORRUPT_LOG", `version ${version} vanished while the log was read`);
  }
  return decodeActions(new TextDecoder().decode(bytes), version).filter(isFile);
}

function isFile(action: Action): action is FileState {
  return action.type === "add" || action.type === "remove";
}

function keyOf(file: FileState): string {
  return fileKey(file.type === "add" ? file.add : file.remove);
}

const WORDS = 4;

/** A set of texts by 128 bits of their SHA-256: 32 to 64 bytes each, whatever their length. */
class KeySet {
  #words = new Uint32Array(1024 * WORDS);
  #count = 0;

  /** True when the key was not there. */
  add(key: string): boolean {
    if (this.#count * 2 >= this.#words.length / WORDS) this.#grow();
    const words = digest(key);
    const slot = this.#slotOf(words, 0);
    if (this.#words[slot + 3] !== 0) return false;
    this.#words.set(words, slot);
    this.#count += 1;
    return true;
  }

  has(key: string): boolean {
    return this.#words[this.#slotOf(digest(key), 0) + 3] !== 0;
  }

  /** Where the four words at `place` are, or belong. The last word of a used slot is never 0. */
  #slotOf(words: Uint32Array, place: number): number {
    const table = this.#words;
    const slots = table.length / WORDS;
    for (let index = (words[place] ?? 0) & (slots - 1); ; index = (index + 1) & (slots - 1)) {
      const slot = index * WORDS;
      if (table[slot + 3] === 0) return slot;
      const isSame =
        table[slot] === words[place] &&
        table[slot + 1] === words[place + 1] &&
        table[slot + 2] === words[place + 2] &&
        table[slot + 3] === words[place + 3];
      if (isSame) return slot;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    for (let place = 0; place < old.length; place += WORDS) {
      if (old[place + 3] === 0) continue;
      this.#words.set(old.subarray(place, place + WORDS), this.#slotOf(old, place));
    }
  }
}

function digest(key: string): Uint32Array {
  const bytes = hash("sha256", key, "buffer");
  const words = Uint32Array.from({ length: WORDS }, (_, index) => bytes.readUInt32LE(index * 4));
  words[3] = (words[3] ?? 0) | 1;
  return words;
}
