import { expect, test } from "@jest/globals";
import { Bool, Decimal, Field, Int64, Schema, Struct, Utf8, vectorFromArray } from "apache-arrow";
import * as fc from "fast-check";
import { createBatch } from "./batch.ts";
import { takeRows } from "./take.ts";

const types = {
  id: new Int64(),
  name: new Utf8(),
  isNew: new Bool(),
  amount: new Decimal(4, 38, 128),
  place: new Struct([new Field("city", new Utf8(), true)]),
};
const row = fc.record({
  id: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  name: fc.option(fc.string({ maxLength: 50, unit: "grapheme" })),
  isNew: fc.option(fc.boolean()),
  amount: fc.option(
    fc.constantFrom(0n, 1n, 10n ** 37n).map((value) => {
      const words = [0n, 32n, 64n, 96n].map((bits) => Number((value >> bits) & 0xffff_ffffn));
      return Uint32Array.from(words);
    }),
  ),
  place: fc.record({ city: fc.option(fc.string({ maxLength: 5 })) }),
});

test("the rows taken are those at the indexes, alone and in runs", () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 40 })), { maxLength: 6 }),
      (rows, runs) => {
        const schema = new Schema(
          Object.entries(types).map(([name, type]) => new Field(name, type, true)),
        );
        const children = Object.entries(types).map(([name, type]) => {
          const values = rows.map((value) => ({ ...value })[name as keyof typeof types]);
          const [data] = vectorFromArray(values, type).data;
          if (data === undefined) throw new Error("a vector without data");
          return data;
        });
        const batch = createBatch(schema, children, rows.length);
        const indexes = runs.flatMap(([start, length]) =>
          Array.from({ length }, (_, place) => (start + place) % rows.length),
        );

        const taken = takeRows(batch, Int32Array.from(indexes));

        const text = (at: typeof batch) => at.toArray().map((value) => String(value));
        const all = text(batch);
        expect(text(taken)).toEqual(indexes.map((index) => all[index]));
      },
    ),
    { numRuns: 300 },
  );
});
