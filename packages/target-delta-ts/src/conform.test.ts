import { expect, test } from "@jest/globals";
import { Decimal, Float32, Int64, type RecordBatch, Table, vectorFromArray } from "apache-arrow";
import { conform } from "./conform.ts";

function onlyBatch(table: Table): RecordBatch {
  const [batch] = table.batches;
  if (batch === undefined) throw new Error("the table has no batch");
  return batch;
}

function field(name: string, type: string) {
  return { name, type, nullable: true, metadata: {} };
}

/** The unscaled values of a decimal column. */
function unscaled(batch: RecordBatch, column: string): (bigint | null)[] {
  const vector = batch.getChild(column);
  return Array.from({ length: batch.numRows }, (_row, row) => {
    const value: Uint32Array | null = vector?.get(row);
    return value === null
      ? null
      : BigInt.asIntN(
          128,
          value.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
        );
  });
}

function words(value: bigint): Uint32Array {
  return Uint32Array.from([0n, 32n, 64n, 96n], (shift) =>
    Number(BigInt.asUintN(32, value >> shift)),
  );
}

test("a column takes the table's name without a copy", () => {
  const batch = onlyBatch(
    new Table({
      ID: vectorFromArray([1n, 2n], new Int64()),
      gone: vectorFromArray([1n, 2n], new Int64()),
    }),
  );
  const conformed = conform(batch, new Map([["ID", field("id", "long")]]));

  expect(conformed.schema.names).toEqual(["id"]);
  expect(conformed.data.children[0]?.values).toBe(batch.data.children[0]?.values);
});

test("decimals move their point exactly, negative ones and nulls too", () => {
  const values = [words(5n), null, words(-5n), words(10n ** 27n)];
  const batch = onlyBatch(new Table({ d: vectorFromArray(values, new Decimal(2, 28, 128)) }));
  const conformed = conform(batch, new Map([["d", field("d", "decimal(38,12)")]]));

  expect(unscaled(conformed, "d")).toEqual([5n * 10n ** 10n, null, -5n * 10n ** 10n, 10n ** 37n]);
});

test("a slice of integers becomes decimals", () => {
  const batch = onlyBatch(
    new Table({ i: vectorFromArray([1n, null, -(2n ** 63n)], new Int64()) }),
  ).slice(1);
  const conformed = conform(batch, new Map([["i", field("i", "decimal(21,2)")]]));

  expect(unscaled(conformed, "i")).toEqual([null, -(2n ** 63n) * 100n]);
});

test("single precision becomes double", () => {
  const batch = onlyBatch(new Table({ f: vectorFromArray([0.5, null], new Float32()) }));
  const conformed = conform(batch, new Map([["f", field("f", "double")]]));

  expect([...(conformed.getChild("f") ?? [])]).toEqual([0.5, null]);
});
