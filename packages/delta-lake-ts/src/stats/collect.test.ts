import { expect, test } from "@jest/globals";
import {
  array as anyArray,
  bigInt as anyBigint,
  string as anyString,
  assert,
  property,
} from "fast-check";
import { parseProperties } from "../property.ts";
import { parseDecimalText } from "../scalar.ts";
import { batchOf, schemaOf } from "../table-fixture.test.support.ts";
import { chooseStatistics } from "./choice.ts";
import { StatisticsCollector } from "./collect.ts";

test("statistics cover nested leaves, and types without an order only by their nulls", () => {
  const schema = schemaOf({
    id: "long",
    flag: "boolean",
    place: { type: "struct", fields: schemaOf({ city: "string", zip: "integer" }).fields },
    tags: { type: "array", elementType: "string", containsNull: true },
  });
  const statistics = new StatisticsCollector(schema);

  statistics.add(
    batchOf(schema, [{ id: 5, flag: true, place: { city: "b", zip: null }, tags: [] }]),
  );
  statistics.add(batchOf(schema, [{ id: -(2n ** 63n), flag: null, place: null, tags: null }]));

  expect(statistics.toJson()).toBe(
    '{"numRecords":2,"minValues":{"id":-9223372036854775808,"place":{"city":"b"}},' +
      '"maxValues":{"id":5,"place":{"city":"b"}},' +
      '"nullCount":{"id":0,"flag":1,"place":{"city":1,"zip":2},"tags":1}}',
  );
});

test("a column that holds a NaN has no bounds", () => {
  const schema = schemaOf({ x: "double", y: "double" });
  const statistics = new StatisticsCollector(schema);

  statistics.add(
    batchOf(schema, [
      { x: Number.NaN, y: 2 },
      { x: 1, y: -1.5 },
    ]),
  );

  expect(statistics.toJson()).toBe(
    '{"numRecords":2,"minValues":{"y":-1.5},"maxValues":{"y":2},"nullCount":{"x":0,"y":0}}',
  );
});

test("only the first columns are indexed when the table says so", () => {
  const schema = schemaOf({ a: "long", b: "long" });
  const statistics = new StatisticsCollector(schema, { indexedColumnCount: 1, prefixLength: 32 });

  statistics.add(batchOf(schema, [{ a: 1, b: 2 }]));

  expect(statistics.toJson()).toBe(
    '{"numRecords":1,"minValues":{"a":1},"maxValues":{"a":1},"nullCount":{"a":0}}',
  );
});

test("bug 22: decimals of 38 digits lie exactly within their bounds", () => {
  const schema = schemaOf({ d: "decimal(38,10)" });
  const unscaled = anyBigint({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
  assert(
    property(anyArray(unscaled, { minLength: 1, maxLength: 20 }), (values) => {
      const statistics = new StatisticsCollector(schema);
      statistics.add(
        batchOf(
          schema,
          values.map((d) => ({ d })),
        ),
      );
      const [, min, max] =
        /"d":(-?[\d.]+)\},"maxValues":\{"d":(-?[\d.]+)\}/.exec(statistics.toJson()) ?? [];
      const sorted = values.toSorted((left, right) => (left < right ? -1 : Number(left > right)));

      expect(parseDecimalText(min ?? "", 10)).toBe(sorted[0]);
      expect(parseDecimalText(max ?? "", 10)).toBe(sorted.at(-1));
    }),
  );
});

test("text lies between its bounds, which are values, in the order of bytes", () => {
  const schema = schemaOf({ text: "string" });
  const tail = anyString({ maxLength: 4, unit: "binary" }).map((text) => text.toWellFormed());
  assert(
    property(
      anyArray(anyArray(tail, { minLength: 1 }), { minLength: 1, maxLength: 4 }),
      (batches) => {
        const statistics = new StatisticsCollector(schema);
        const texts = batches.flat().map((text) => `name ${text}`);

        for (const batch of batches)
          statistics.add(
            batchOf(
              schema,
              batch.map((text) => ({ text: `name ${text}` })),
            ),
          );

        const sorted = texts.toSorted((left, right) =>
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
        );
        expect(JSON.parse(statistics.toJson())).toMatchObject({
          minValues: { text: sorted[0] },
          maxValues: { text: sorted.at(-1) },
        });
      },
    ),
  );
});

test.each([
  ["S.city, `a.b`", { s: { city: 0 }, "a.b": 0 }],
  ["s", { s: { city: 0, zip: 0 } }],
  ["late, absent", { late: 0 }],
])(
  "with delta.dataSkippingStatsColumns %p these columns have statistics: %p",
  (columns, nullCount) => {
    const schema = schemaOf({
      id: "long",
      s: schemaOf({ zip: "long", city: "string" }),
      "a.b": "long",
      late: "string",
    });
    const configuration = {
      "delta.dataSkippingStatsColumns": columns,
      "delta.dataSkippingNumIndexedCols": "1",
      "delta.dataSkippingStringPrefixLength": "3",
    };
    const choice = chooseStatistics(parseProperties(configuration), schema, { isMapped: false });
    const statistics = new StatisticsCollector(schema, choice);

    statistics.add(
      batchOf(schema, [{ id: 1, s: { zip: 1, city: "London" }, "a.b": 1, late: "Oslo" }]),
    );

    const { maxValues, ...rest } = JSON.parse(statistics.toJson());
    expect(rest.nullCount).toEqual(nullCount);
    expect([undefined, "Lon\u007f"]).toContain(maxValues.s?.city);
    expect([undefined, "Osl\u007f"]).toContain(maxValues.late);
  },
);
