/** One object of a store. */
export interface ObjectMeta {
  /** Relative to the store's root, `/` between the parts, never URI-encoded. */
  readonly path: string;
  readonly sizeBytes: number;
  /** By the store's own clock, milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** A create that may have happened. `retryAfterMs`: the store wants no further try before that. */
export class UnclearPutError extends Error {
  readonly retryAfterMs: number;

  constructor(message: string, options: { retryAfterMs: number }) {
    super(message);
    this.name = "UnclearPutError";
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The slice of a web `Blob` that the Parquet reader uses: ranges are fetched only when asked for. */
export interface BlobLike {
  readonly size: number;
  slice(start?: number, end?: number): { arrayBuffer(): Promise<ArrayBuffer> };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Where a table lives. All paths are relative to the table's root folder.
 * An absent object is `undefined`; every other trouble is an error, so that "no table" is never guessed from a failure.
 */
export interface ObjectStore {
  /**
   * Engines, by their `engineInfo`, that overwrite commits in this kind of store: a table that one of them writes is
   * refused, since either's commits could be lost.
   */
  readonly distrustedEngines?: RegExp | undefined;
  /** The folder of this machine that the store is: another thread can open it by itself. */
  readonly folder?: string | undefined;
  get(path: string, range?: { start: number; end: number }): Promise<Uint8Array | undefined>;
  head(path: string): Promise<ObjectMeta | undefined>;
  /** Everything whose path starts with `prefix` and sorts after `startAfter`, in UTF-8 byte order. */
  list(prefix: string, startAfter?: string): Promise<readonly ObjectMeta[]>;
  /** Writes the whole object, over an older one if there is one; durable when it resolves. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Creates the object if there is none, in one atomic step; durable when it resolves.
   * Throws E_STORE when it certainly did not happen, and anything else when that is not known.
   */
  putIfAbsent(path: string, bytes: Uint8Array): Promise<"created" | "exists">;
  /** Writes a new object from chunks and resolves to its size in bytes, durable. */
  write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number>;
  /** Deletes the object; an absent one is no error. */
  delete(path: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  /** A view for reading ranges; falls back to `get` where a store has nothing better. */
  openBlob?(path: string): Promise<BlobLike | undefined>;
}
