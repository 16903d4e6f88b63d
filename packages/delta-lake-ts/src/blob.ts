import type { BlobLike, ObjectStore } from "./store.ts";

/** Opens an object for range reads; undefined when it is absent. */
export async function openBlob(store: ObjectStore, path: string): Promise<BlobLike | undefined> {
  if (store.openBlob !== undefined) return store.openBlob(path);
  const bytes = await store.get(path);
  return bytes === undefined ? undefined : bytesBlob(bytes);
}

/** Bytes in memory as something to read ranges from; only the ranges are copied. */
export function bytesBlob(bytes: Uint8Array): BlobLike {
  const copy = (start: number, end: number): ArrayBuffer =>
    Uint8Array.from(bytes.subarray(start, end)).buffer;
  return {
    size: bytes.length,
    slice: (start = 0, end = bytes.length) => new Blob([copy(start, end)]),
    arrayBuffer: async () => copy(0, bytes.length),
  };
}
