import { expect, test } from "@jest/globals";
import {
  Dictionary,
  Int32,
  RecordBatch,
  Table,
  tableFromIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import * as fc from "fast-check";
import { bytesBlob } from "../blob.ts";
import { batchOf, batchRows, type Row, schemaOf } from "../table-fixture.test.support.ts";
import { decodeParquet } from "./decode.ts";
import { encodeParquet } from "./encode.ts";
import { loadParquetWasm } from "./wasm.ts";
import { copyBatch } from "./wasm-batch.ts";

const schema = schemaOf({
  flag: "boolean",
  tiny: "byte",
  small: "short",
  whole: "integer",
  id: "long!",
  x: "float",
  y: "double",
  amount: "decimal(38,6)",
  day: "date",
  at: "timestamp",
  name: "string",
  raw: "binary",
  list: { type: "array", elementType: "string", containsNull: true },
  pairs: { type: "map", keyType: "string", valueType: "long", valueContainsNull: true },
  inner: { type: "struct", fields: schemaOf({ deep: "string", y: "double" }).fields },
});

const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values);
const row = fc.record({
  flag: optional(fc.boolean()),
  tiny: optional(fc.integer({ min: -128, max: 127 })),
  small: optional(fc.integer({ min: -32_768, max: 32_767 })),
  whole: optional(fc.integer()),
  id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  x: optional(fc.float()),
  y: optional(fc.double()),
  amount: optional(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })),
  day: optional(fc.integer({ min: -100_000, max: 100_000 })),
  at: optional(fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })),
  name: optional(fc.string({ unit: "grapheme" })),
  raw: optional(fc.uint8Array()),
  list: optional(fc.array(optional(fc.string()))),
  pairs: optional(fc.dictionary(fc.string(), optional(fc.bigInt({ min: 0n, max: 9n })))),
  inner: optional(fc.record({ deep: optional(fc.string()), y: optional(fc.double()) })),
});

async function parquetOf(batch: RecordBatch): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeParquet([batch])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("a batch that is copied out of wasm holds what the Arrow stream of it holds", async () => {
  const wasm = await loadParquetWasm();
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      const table = wasm.readParquet(await parquetOf(batchOf(schema, rows)));
      const batch = table.recordBatch(0);
      if (batch === undefined) throw new Error("the file has rows");

      const memory = wasm.wasmMemory();
      const copied = copyBatch(batch, tableFromIPC(table.schema.intoIPCStream()).schema, {
        memory,
      });

      const [streamed] = tableFromIPC(batch.intoIPCStream()).batches;
      if (copied === undefined || streamed === undefined) throw new Error("both hold a batch");
      expect(batchRows(copied)).toEqual(batchRows(streamed));
      expect(copied.schema.fields.map(String)).toEqual(streamed.schema.fields.map(String));
      table.free();
    }),
    { numRuns: 50, seed: 11 },
  );
});

test("batches that are read into the same memory hold their rows until the next one comes", async () => {
  const rows = Array.from({ length: 25 }, (_, id) => ({ id, name: `name ${"x".repeat(id)}` }));
  const file = bytesBlob(await parquetOf(batchOf(schemaOf({ id: "long", name: "string" }), rows)));
  const scratch = { buffer: new ArrayBuffer() };

  const found: Row[] = [];
  const buffers: unknown[] = [];
  for await (const batch of decodeParquet(file, { batchRows: 10, scratch })) {
    found.push(...batchRows(batch));
    buffers.push(batch.data.children[0]?.values.buffer);
  }

  expect(found.map(({ id, name }) => ({ id: Number(id), name }))).toEqual(rows);
  expect(buffers.length).toBe(3);
  expect(buffers.at(-1)).toBe(scratch.buffer);
});

test("a column that the file says to be a dictionary is read as one", async () => {
  const values = vectorFromArray(["a", "b", "a", null], new Dictionary(new Utf8(), new Int32()));
  const [batch] = new Table({ v: values }).batches;
  if (batch === undefined) throw new Error("the table has rows");
  const file = bytesBlob(await parquetOf(batch));

  const found: unknown[] = [];
  for await (const decoded of decodeParquet(file)) found.push(...(decoded.getChild("v") ?? []));

  expect(found).toEqual(["a", "b", "a", null]);
});
