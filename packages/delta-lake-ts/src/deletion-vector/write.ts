import { crc32 } from "node:zlib";
import type { DeletionVectorDescriptor } from "../action.ts";
import type { ObjectStore } from "../store.ts";
import { encodeBitmapArray } from "./roaring.ts";
import { encodeZ85 } from "./z85.ts";

/** Version of the file format, its first byte (PROTOCOL.md, "Deletion Vector File Storage Format"). */
const FORMAT_VERSION = 1;

/**
 * Puts the deletion vectors of one commit into one file in the table's root. The rows of each are physical row numbers,
 * ascending; the descriptors come in the same order. Durable when it resolves; nothing is visible before a commit.
 */
export async function writeDeletionVectors(
  store: ObjectStore,
  uuid: string,
  vectors: readonly Uint32Array[],
): Promise<{ path: string; descriptors: readonly DeletionVectorDescriptor[] }> {
  const path = `deletion_vector_${uuid}.bin`;
  const pathOrInlineDv = encodeZ85(Buffer.from(uuid.replaceAll("-", ""), "hex"));
  const parts: Uint8Array[] = [Uint8Array.of(FORMAT_VERSION)];
  const descriptors: DeletionVectorDescriptor[] = [];
  let offset = 1;
  for (const rows of vectors) {
    const data = encodeBitmapArray(rows);
    const size = new DataView(new ArrayBuffer(4));
    size.setInt32(0, data.length);
    const checksum = new DataView(new ArrayBuffer(4));
    checksum.setUint32(0, crc32(data));
    parts.push(new Uint8Array(size.buffer), data, new Uint8Array(checksum.buffer));
    descriptors.push({
      storageType: "u",
      pathOrInlineDv,
      offset,
      sizeInBytes: data.length,
      cardinality: rows.length,
    });
    offset += data.length + 8;
  }
  await store.put(path, Buffer.concat(parts));
  return { path, descriptors };
}
