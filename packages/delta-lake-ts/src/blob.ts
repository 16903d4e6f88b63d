import { DeltaError } from "./error.ts";
import type { BlobLike, ObjectMeta, ObjectStore } from "./store.ts";

/** Opens an object for range reads; undefined when it is absent. */
export async function openBlob(store: ObjectStore, path: string): Promise<BlobLike | undefined> {
  if (store.openBlob !== undefined) return store.openBlob(path);
  const bytes = await store.get(path);
  return bytes === undefined ? undefined : bytesBlob(bytes);
}

/** Bytes in memory as something to read ranges from; only the ranges are copied. */
export function bytesBlob(bytes: Uint8Array): BlobLike {
  return blobOf(bytes.length, async (start, end) => bytes.subarray(start, end));
}

/** An object of a store, of which each range is fetched when it is asked for. */
export function rangeBlob(store: ObjectStore, { path, sizeBytes }: ObjectMeta): BlobLike {
  return blobOf(sizeBytes, async (start, end) => {
    const bytes = await store.get(path, { start, end });
    if (bytes?.length === end - start) return bytes;
    throw new DeltaError("E_DATA_FILE", `${path} vanished or shrank while it was read`);
  });
}

function blobOf(size: number, read: (start: number, end: number) => Promise<Uint8Array>): BlobLike {
  const range = async (start: number, end: number): Promise<ArrayBuffer> =>
    toArrayBuffer(await read(start, end));
  return {
    size,
    slice: (start = 0, end = size) => ({
      arrayBuffer: () => range(start, Math.min(end, size)),
    }),
    arrayBuffer: () => range(0, size),
  };
}

/** The bytes' own buffer where they fill it, else a copy. */
function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length;
  return isWhole ? buffer : Uint8Array.from(bytes).buffer;
}
