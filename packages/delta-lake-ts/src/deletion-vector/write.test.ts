import { expect, test } from "@jest/globals";
import { assert, asyncProperty, nat, uniqueArray } from "fast-check";
import { MemoryStore } from "../store/memory.ts";
import { deletionVectorPath, readDeletionVector } from "./read.ts";
import { writeDeletionVectors } from "./write.ts";
import { decodeZ85, encodeZ85 } from "./z85.ts";

const UUID = "d2c639aa-8816-431a-aaf6-d3fe2512ff61";

function deletedRows(live: Uint8Array): number[] {
  return [...live.keys()].filter((row) => live[row] === 0);
}

test("what is written is read back, vector by vector", async () => {
  const dense = Uint32Array.from({ length: 6000 }, (_, row) => row * 3);
  const vectors = [
    Uint32Array.of(0),
    Uint32Array.of(3, 65_535, 65_536, 200_000),
    dense,
    Uint32Array.from({ length: 65_536 }, (_, row) => row),
  ];
  const store = new MemoryStore();

  const { path, descriptors } = await writeDeletionVectors(store, UUID, vectors);

  expect(path).toBe(`deletion_vector_${UUID}.bin`);
  for (const [index, descriptor] of descriptors.entries()) {
    expect(deletionVectorPath(descriptor)).toBe(path);
    const live = await readDeletionVector(store, descriptor, 200_001);
    expect(deletedRows(live)).toEqual([...(vectors[index] ?? [])]);
  }
});

test("any set of rows comes back", async () => {
  const sets = uniqueArray(nat(300_000), { minLength: 1, maxLength: 6000 });
  await assert(
    asyncProperty(sets, async (set) => {
      const rows = Uint32Array.from(set).toSorted();
      const store = new MemoryStore();
      const { descriptors } = await writeDeletionVectors(store, UUID, [rows]);
      const [descriptor] = descriptors;
      if (descriptor === undefined) throw new Error("there is one descriptor");
      expect(deletedRows(await readDeletionVector(store, descriptor, 300_001))).toEqual([...rows]);
    }),
    { numRuns: 30, seed: 7 },
  );
});

test("Z85 encodes what it decodes", () => {
  const bytes = Buffer.from(UUID.replaceAll("-", ""), "hex");

  expect(Buffer.from(decodeZ85(encodeZ85(bytes)) ?? [])).toEqual(bytes);
  expect(encodeZ85(Uint8Array.of(0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b))).toBe(
    "HelloWorld",
  );
});
