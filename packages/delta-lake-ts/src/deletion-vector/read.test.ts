import { crc32 } from "node:zlib";
import { expect, test } from "@jest/globals";
import type { DeletionVectorDescriptor } from "../action.ts";
import { append } from "../operation/append.ts";
import { merge } from "../operation/merge.ts";
import { MemoryStore } from "../store/memory.ts";
import { batchOf, readRows, schemaOf, writeRows } from "../table-fixture.test.support.ts";
import { deletionVectorPath, readDeletionVector } from "./read.ts";
import { decodeZ85 } from "./z85.ts";

const schema = schemaOf({ id: "long" });

/** Magic, one bucket, key 0, then a Roaring bitmap of one array container with these rows. */
function bitmapArray(rows: readonly number[]): Buffer {
  const bytes = Buffer.alloc(32 + rows.length * 2);
  bytes.writeInt32LE(1_681_511_377, 0);
  bytes.writeBigInt64LE(1n, 4);
  bytes.writeUInt32LE(12_346, 16);
  bytes.writeUInt32LE(1, 20);
  bytes.writeUInt16LE(rows.length - 1, 26);
  bytes.writeUInt32LE(16, 28);
  for (const [index, row] of rows.entries()) bytes.writeUInt16LE(row, 32 + index * 2);
  return bytes;
}

function vectorFile(data: Buffer): Buffer {
  const bytes = Buffer.alloc(1 + 4 + data.length + 4);
  bytes[0] = 1;
  bytes.writeInt32BE(data.length, 1);
  data.copy(bytes, 5);
  bytes.writeUInt32BE(crc32(data), 5 + data.length);
  return bytes;
}

const data = bitmapArray([1, 3]);
const descriptor: DeletionVectorDescriptor = {
  storageType: "u",
  pathOrInlineDv: "ab^-aqEH.-t@S}K{vb[*k^",
  offset: 1,
  sizeInBytes: data.length,
  cardinality: 2,
};
const path = "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";

test("Z85 decodes the protocol's own example", () => {
  expect(deletionVectorPath(descriptor)).toBe(path);
  expect(decodeZ85("HelloWorld")).toEqual(
    new Uint8Array([0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b]),
  );
  expect(decodeZ85("HelloWorl~")).toBeUndefined();
});

test("the rows of a vector are left out, also by a merge", async () => {
  const store = new MemoryStore();
  const [file] = await writeRows(
    store,
    schema,
    [0, 1, 2, 3].map((id) => ({ id })),
  );
  if (file === undefined) throw new Error("one file was written");
  await store.put(path, vectorFile(data));
  await append(store, [{ ...file, deletionVector: descriptor }], { createIfMissing: { schema } });

  expect(await readRows(store)).toEqual([{ id: 0 }, { id: 2 }]);

  const source = [batchOf(schema, [{ id: 2 }, { id: 3 }])];
  const result = await merge(store, { source, keys: ["id"], mode: "upsert" });

  expect(result).toMatchObject({ inserted: 1, updated: 0 });
  expect(await readRows(store)).toEqual([{ id: 0 }, { id: 2 }, { id: 3 }]);
});

test.each([
  ["absent", undefined, {}],
  ["cut off", vectorFile(data).subarray(0, 20), {}],
  ["damaged", Buffer.concat([vectorFile(data).subarray(0, -1), Buffer.from([0x5a])]), {}],
  ["of another cardinality", vectorFile(data), { cardinality: 3 }],
])("a vector that is %s is E_DATA_FILE", async (_what, bytes, change) => {
  const store = new MemoryStore();
  if (bytes !== undefined) await store.put(path, bytes);

  const read = readDeletionVector(store, { ...descriptor, ...change }, 4);

  await expect(read).rejects.toMatchObject({ code: "E_DATA_FILE" });
});
