import type { BlobLike, ObjectStore } from "./store.ts";

/** Opens an object for range reads; undefined when it is absent. */
export async function openBlob(store: ObjectStore, path: string): Promise<BlobLike | undefined> {
  if (store.openBlob !== undefined) return store.openBlob(path);
  const bytes = await store.get(path);
  return bytes === undefined ? undefined : new Blob([Buffer.from(bytes)]);
}
