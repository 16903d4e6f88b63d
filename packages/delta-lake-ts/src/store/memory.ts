import { DeltaError } from "../error.ts";
import type { ObjectMeta, ObjectStore } from "../store.ts";

/** A table in memory, for tests and the simulator. Atomic by nature: JavaScript runs one step at a time. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, { bytes: Uint8Array; modifiedMs: number }>();
  readonly #now: () => number;

  constructor(options: { now?: () => number } = {}) {
    this.#now = options.now ?? ((): number => 0);
  }

  async get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined> {
    const bytes = this.objects.get(path)?.bytes;
    return range === undefined ? bytes : bytes?.subarray(range.start, range.end);
  }

  async head(path: string): Promise<ObjectMeta | undefined> {
    const found = this.objects.get(path);
    if (found === undefined) return undefined;
    return { path, sizeBytes: found.bytes.length, modifiedMs: found.modifiedMs };
  }

  async list(prefix: string, startAfter?: string): Promise<readonly ObjectMeta[]> {
    return [...this.objects]
      .filter(
        ([path]) => path.startsWith(prefix) && (startAfter === undefined || path > startAfter),
      )
      .map(([path, { bytes, modifiedMs }]) => ({ path, sizeBytes: bytes.length, modifiedMs }))
      .toSorted((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    this.objects.set(path, { bytes: bytes.slice(), modifiedMs: this.#now() });
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists"> {
    if (this.objects.has(path)) return "exists";
    await this.put(path, bytes);
    return "created";
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    const bytes = Buffer.concat(parts);
    await this.put(path, bytes);
    return bytes.length;
  }

  async delete(path: string): Promise<void> {
    this.objects.delete(path);
  }

  async move(from: string, to: string): Promise<void> {
    const found = this.objects.get(from);
    if (found === undefined) throw new DeltaError("E_STORE", `cannot move ${from}: it is absent`);
    this.objects.set(to, found);
    this.objects.delete(from);
  }
}
