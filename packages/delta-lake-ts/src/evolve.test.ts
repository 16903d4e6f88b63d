import { expect, test } from "@jest/globals";
import { evolveSchema } from "./evolve.ts";
import { schemaOf } from "./table-fixture.test.support.ts";

const nested = (columns: Record<string, string>) =>
  ({ type: "struct", fields: schemaOf(columns).fields }) as const;

test("new columns come last and may be null, missing ones stay", () => {
  const evolved = evolveSchema(
    schemaOf({ a: "long!", b: "string" }),
    schemaOf({ c: "date!", A: "long!" }),
  );

  expect(evolved).toEqual(schemaOf({ a: "long!", b: "string", c: "date" }));
});

test("a required column may become nullable, never the other way round", () => {
  const evolved = evolveSchema(
    schemaOf({ a: "long!", b: "long" }),
    schemaOf({ a: "long", b: "long!" }),
  );

  expect(evolved).toEqual(schemaOf({ a: "long", b: "long" }));
});

test("fields are added inside structs, arrays and maps", () => {
  const table = schemaOf({
    s: nested({ x: "long" }),
    l: { type: "array", elementType: nested({ x: "long" }), containsNull: true },
    m: {
      type: "map",
      keyType: "string",
      valueType: nested({ x: "long" }),
      valueContainsNull: false,
    },
  });
  const wanted = schemaOf({
    s: nested({ y: "string" }),
    l: { type: "array", elementType: nested({ y: "string" }), containsNull: false },
    m: {
      type: "map",
      keyType: "string",
      valueType: nested({ y: "string" }),
      valueContainsNull: true,
    },
  });

  expect(evolveSchema(table, wanted)).toEqual(
    schemaOf({
      s: nested({ x: "long", y: "string" }),
      l: { type: "array", elementType: nested({ x: "long", y: "string" }), containsNull: true },
      m: {
        type: "map",
        keyType: "string",
        valueType: nested({ x: "long", y: "string" }),
        valueContainsNull: true,
      },
    }),
  );
});

test.each([
  ["long", "string", "column a is long in the table and string in the new rows"],
  ["decimal(10,2)", "decimal(12,2)", "column a is decimal(10,2)"],
])("a change from %s to %s is refused by the column's name", (from, to, words) => {
  expect(() => evolveSchema(schemaOf({ a: from }), schemaOf({ a: to }))).toThrow(words);
});
