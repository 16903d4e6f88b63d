import { expect, test } from "@jest/globals";
import {
  Decimal,
  Field,
  Int64,
  List,
  type RecordBatch,
  Struct,
  Table,
  TimestampMicrosecond,
  tableFromArrays,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import { addHashes, hashDigits, hashRows } from "./row-hash.ts";

function onlyBatch(table: Table): RecordBatch {
  const [batch] = table.batches;
  if (batch === undefined) throw new Error("the table has no batch");
  return batch;
}

const orders = onlyBatch(
  new Table({
    id: vectorFromArray([1n, 2n, 3n, 4n], new Int64()),
    name: vectorFromArray(["a", "", null, "żółw €5"], new Utf8()),
    at: vectorFromArray([0, 1, null, 3], new TimestampMicrosecond("UTC")),
    paid: vectorFromArray([true, false, null, true]),
    amount: vectorFromArray([1.5, -0, Number.NaN, null]),
  }),
);
const names = ["id", "name", "at", "paid", "amount"];

function digits(batch: RecordBatch, columns = names): string[] {
  const lanes = hashRows(batch, columns);
  return Array.from({ length: batch.numRows }, (_row, row) => hashDigits(lanes, 4 * row));
}

test("rows that differ have different hashes", () => {
  expect(new Set(digits(orders)).size).toBe(4);
});

test("a slice hashes its rows as the whole does", () => {
  expect(digits(orders.slice(1, 4))).toEqual(digits(orders).slice(1));
});

function column(name: string): Vector {
  const vector = orders.getChild(name);
  if (vector === null) throw new Error(`no column ${name}`);
  return vector;
}

test("the order of the columns and columns of nulls do not count", () => {
  const wider = onlyBatch(
    new Table({
      note: vectorFromArray([null, null, null, null], new Utf8()),
      amount: column("amount"),
      paid: column("paid"),
      at: column("at"),
      name: column("name"),
      id: column("id"),
    }),
  );

  expect(digits(wider, ["note", ...names.toReversed()])).toEqual(digits(orders));
});

test("the same value in another column is another row", () => {
  const first = onlyBatch(
    new Table({ a: vectorFromArray(["x"], new Utf8()), b: vectorFromArray([null], new Utf8()) }),
  );
  const second = onlyBatch(
    new Table({ a: vectorFromArray([null], new Utf8()), b: vectorFromArray(["x"], new Utf8()) }),
  );

  expect(digits(first, ["a", "b"])).not.toEqual(digits(second, ["a", "b"]));
});

test("swapped values of two rows change the sum", () => {
  const first = onlyBatch(tableFromArrays({ a: [1, 2], b: [3, 4] }));
  const second = onlyBatch(tableFromArrays({ a: [1, 2], b: [4, 3] }));
  const sums = [first, second].map((batch) => {
    const sum = new Int32Array(4);
    addHashes(sum, hashRows(batch, ["a", "b"]));
    return hashDigits(sum);
  });

  expect(sums[0]).not.toBe(sums[1]);
});

test("the sum does not depend on cuts and order", () => {
  const whole = new Int32Array(4);
  addHashes(whole, hashRows(orders, names));

  const parts = new Int32Array(4);
  for (const batch of [orders.slice(3, 4), orders.slice(0, 1), orders.slice(1, 3)])
    addHashes(parts, hashRows(batch, names));

  expect(hashDigits(parts)).toBe(hashDigits(whole));
});

test("every bit of a decimal counts", () => {
  const type = new Decimal(0, 38, 128);
  const values = Array.from({ length: 127 }, (_value, bit) => {
    const words = new Uint32Array(4);
    words[bit >> 5] = 1 << (bit & 31);
    return words;
  });
  const batch = onlyBatch(new Table({ d: vectorFromArray(values, type) }));

  expect(new Set(digits(batch, ["d"])).size).toBe(127);
});

test("nested values hash by content", () => {
  const nested = new Struct([
    new Field("a", new Int64()),
    new Field("b", new List(new Field("element", new Utf8(), true))),
  ]);
  const batch = onlyBatch(
    new Table({
      n: vectorFromArray(
        [
          { a: 1n, b: ["x", null] },
          { a: 1n, b: ["x"] },
          { a: 1n, b: ["x", null] },
        ],
        nested,
      ),
    }),
  );
  const [first, second, third] = digits(batch, ["n"]);

  expect(first).toBe(third);
  expect(first).not.toBe(second);
});
