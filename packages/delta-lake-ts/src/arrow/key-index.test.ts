import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { batchOf, type Row, schemaOf } from "../table-fixture.test.support.ts";
import { KeyIndex } from "./key-index.ts";

/** Neighbours beyond 2^53 are one number as doubles. */
const longs = fc.oneof(
  fc.bigInt({ min: -6n, max: 6n }),
  fc.bigInt({ min: 2n ** 62n, max: 2n ** 62n + 6n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
);

/** What the index must find: of each row with a key its number and that of the last source row with the same key. */
function expected(source: readonly Row[], rows: readonly Row[]): [number, number][] {
  return rows.flatMap(({ id }, place): [number, number][] => {
    const match = source.findLastIndex((row) => row["id"] === id);
    return id === null || match === -1 ? [] : [[place, match]];
  });
}

const cases = [
  { type: "long" as const, values: longs },
  { type: "timestamp" as const, values: longs },
  { type: "integer" as const, values: fc.integer({ min: -9, max: 9 }) },
  { type: "date" as const, values: fc.integer({ min: -9, max: 9 }) },
  { type: "decimal(20,0)" as const, values: fc.bigInt({ min: -9n, max: 9n }) },
];

test.each(cases)(
  "rows of a $type find their keys, in whatever order they come",
  ({ type, values }) => {
    const schema = schemaOf({ id: type });
    const ids = fc.array(fc.option<bigint | number>(values, { freq: 30 }), { maxLength: 40 });
    const order = fc.constantFrom("as they come", "ascending");
    fc.assert(
      fc.property(ids, ids, ids, order, (first, second, probed, sorting) => {
        const parts = [first, second].map((part) => part.map((id) => ({ id })));
        const rows = (sorting === "ascending" ? ascending(probed) : probed).map((id) => ({ id }));
        const index = new KeyIndex(
          parts.map((part) => batchOf(schema, part)),
          [0],
        );

        const found = index.probe(batchOf(schema, rows), [0]);

        const pairs = [...found.rows].map((row, place) => [row, found.matches[place]]);
        expect(pairs).toEqual(expected(parts.flat(), rows));
      }),
      { numRuns: 300, seed: 7 },
    );
  },
);

function ascending(ids: readonly (bigint | number | null)[]): (bigint | number)[] {
  return ids
    .filter((id) => id !== null)
    .toSorted((left, right) => (left < right ? -1 : Number(left > right)));
}

test("an ascending batch after one that is not finds the keys of a long source", () => {
  const schema = schemaOf({ id: "long" });
  const source = Array.from({ length: 1000 }, (_, row) => ({ id: BigInt(row * 7) }));
  const index = new KeyIndex([batchOf(schema, source.toReversed())], [0]);
  const rows = Array.from({ length: 5000 }, (_, row) => ({ id: BigInt(row) }));

  const shuffled = index.probe(batchOf(schema, rows.toReversed()), [0]);
  const straight = index.probe(batchOf(schema, rows), [0]);

  expect([...straight.rows]).toEqual(Array.from({ length: 715 }, (_, place) => place * 7));
  expect([...straight.matches]).toEqual(Array.from({ length: 715 }, (_, place) => 999 - place));
  expect(shuffled.matches.toReversed()).toEqual(straight.matches);
});
