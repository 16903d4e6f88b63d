import { expect, test } from "@jest/globals";
import { Int64, type RecordBatch, Table, Utf8, vectorFromArray } from "apache-arrow";
import * as fc from "fast-check";
import { firstPerKey } from "./first-per-key.ts";
import { KeySet } from "./key-set.ts";

type Row = readonly [id: number, note: string];

function batchOfRows(rows: readonly Row[]): RecordBatch {
  const table = new Table({
    id: vectorFromArray(
      rows.map(([id]) => BigInt(id)),
      new Int64(),
    ),
    note: vectorFromArray(
      rows.map(([, note]) => note),
      new Utf8(),
    ),
  });
  const [batch] = table.batches;
  if (batch === undefined) throw new Error("a batch needs rows");
  return batch;
}

function rowsOf(batches: readonly RecordBatch[]): Row[] {
  return batches.flatMap((batch) =>
    Array.from(
      { length: batch.numRows },
      (_row, row): Row => [Number(batch.get(row)?.["id"]), String(batch.get(row)?.["note"])],
    ),
  );
}

test("a batch without a repeated key is the very one that was given", () => {
  const batches = [
    batchOfRows([
      [1, "a"],
      [2, "b"],
    ]),
    batchOfRows([[3, "c"]]),
  ];

  expect(firstPerKey(batches, ["id"])[0]).toBe(batches[0]);
});

test("of each key the first row is kept, in order", () => {
  const row = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.string());
  fc.assert(
    fc.property(
      fc.array(fc.array(row, { minLength: 1, maxLength: 10 }), { maxLength: 6 }),
      (batches) => {
        const rows: readonly Row[] = batches.flat();
        const expected = rows.filter(
          ([id], index) => rows.findIndex(([other]) => other === id) === index,
        );

        expect(rowsOf(firstPerKey(batches.map(batchOfRows), ["id"]))).toEqual(expected);
      },
    ),
  );
});

test("a key set grows beyond what was expected", () => {
  const set = new KeySet(0);
  const lanes = Int32Array.from({ length: 4000 }, (_lane, index) => (index * 2_654_435_761) | 0);
  const add = (): boolean[] => Array.from({ length: 1000 }, (_row, row) => set.add(lanes, 4 * row));

  expect(add().every(Boolean)).toBe(true);
  expect(add().some(Boolean)).toBe(false);
  expect(set.size).toBe(1000);
});
