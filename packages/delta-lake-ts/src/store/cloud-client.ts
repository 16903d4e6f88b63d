import type { ObjectMeta } from "../store.ts";
import type { CloudKind, StoreFailure } from "./put-outcome.ts";

/** Where and with what a client connects. */
export interface ClientOptions {
  readonly bucket: string;
  readonly account: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The few calls that a table needs of one bucket. Keys are whole; every call fails with the library's own error. */
export interface CloudClient {
  readonly kind: CloudKind;
  /** Half-open range in bytes. */
  get(key: string, range?: { start: number; end: number }): Promise<Uint8Array>;
  head(key: string): Promise<Omit<ObjectMeta, "path">>;
  /** In UTF-8 order; `path` is the whole key. A store that cannot skip to `startAfter` may give more. */
  list(prefix: string, startAfter: string | undefined): AsyncIterable<ObjectMeta>;
  put(key: string, bytes: Uint8Array, options: { isConditional: boolean }): Promise<void>;
  /** Streams a large object in parts; it appears whole or not at all. */
  upload(key: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  delete(key: string): Promise<void>;
  failureOf(error: unknown): StoreFailure;
}

/** Reads one property of something unknown. */
export function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name] // Any object can be asked for any name.
    : undefined;
}

/** The first text among these, without spaces, as the name of an error. */
export function codeText(...candidates: readonly unknown[]): string {
  const found = candidates.find((text) => typeof text === "string" && /^[\w.-]+$/.test(text));
  return typeof found === "string" ? found : "unknown error";
}

/** Parts of this size bound the memory of an upload; S3 allows 10,000 of them (80 GB). */
export const PART_BYTES = 8 * 1024 * 1024;
export const PARTS_AT_ONCE = 4;
