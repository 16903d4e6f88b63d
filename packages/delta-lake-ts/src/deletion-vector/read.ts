import { crc32 } from "node:zlib";
import type { DeletionVectorDescriptor } from "../action.ts";
import { DeltaError } from "../error.ts";
import type { ObjectStore } from "../store.ts";
import { visitBitmapArray } from "./roaring.ts";
import { decodeZ85 } from "./z85.ts";

/** Characters that a UUID takes in Z85; what stands before them is a folder (PROTOCOL.md, "Deletion Vectors"). */
const UUID_LENGTH = 20;

/**
 * Reads which rows of a file are deleted: one byte a row, 0 for deleted. E_DATA_FILE when the vector is absent,
 * damaged, or does not hold as many rows as its descriptor says.
 */
export async function readDeletionVector(
  store: ObjectStore,
  vector: DeletionVectorDescriptor,
  rowCount: number,
): Promise<Uint8Array> {
  const live = new Uint8Array(rowCount).fill(1);
  let deletedCount = 0;
  visitBitmapArray(await readBytes(store, vector), (row) => {
    live[row] = 0;
    deletedCount += 1;
  });
  if (deletedCount !== vector.cardinality) {
    throw damaged(`holds ${deletedCount} rows, the log says ${vector.cardinality}`);
  }
  return live;
}

/** Where a stored vector lies, relative to the table; undefined for an inline one. */
export function deletionVectorPath(vector: DeletionVectorDescriptor): string | undefined {
  if (vector.storageType === "i") return undefined;
  if (vector.storageType !== "u") {
    throw new DeltaError(
      "E_TABLE_FEATURE",
      "cannot read a deletion vector outside the table's folder",
    );
  }
  const { pathOrInlineDv } = vector;
  const prefix = pathOrInlineDv.slice(0, -UUID_LENGTH);
  const bytes = decodeZ85(pathOrInlineDv.slice(-UUID_LENGTH));
  if (bytes === undefined) throw damaged("has a name that is not Z85");
  const hex = Buffer.from(bytes).toString("hex");
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return `${prefix === "" ? "" : `${prefix}/`}deletion_vector_${uuid}.bin`;
}

async function readBytes(
  store: ObjectStore,
  vector: DeletionVectorDescriptor,
): Promise<Uint8Array> {
  const path = deletionVectorPath(vector);
  if (path === undefined) {
    const inline = decodeZ85(vector.pathOrInlineDv);
    if (inline === undefined) throw damaged("is not Z85");
    return inline.subarray(0, vector.sizeInBytes);
  }
  const start = vector.offset ?? 0;
  const end = start + 4 + vector.sizeInBytes + 4;
  const bytes = await store.get(path, { start, end });
  if (bytes === undefined || bytes.length !== end - start)
    throw damaged(`${path} is absent or cut off`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = bytes.subarray(4, 4 + vector.sizeInBytes);
  const isWhole =
    view.getInt32(0) === vector.sizeInBytes &&
    view.getUint32(4 + vector.sizeInBytes) === crc32(data);
  if (!isWhole) throw damaged(`${path} has another size or checksum than it says`);
  return data;
}

function damaged(what: string): DeltaError {
  return new DeltaError("E_DATA_FILE", `a deletion vector ${what}`, {
    hint: "restore the file; reading without it would bring deleted rows back",
  });
}
