import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { parseJson, stringifyJson } from "./json.ts";
import { type ColumnType, columnSchema, type JsonSchema, parseColumns } from "./schema.ts";

function typeOf(property: string): unknown {
  const schema = parseJson(`{"properties":{"c":${property}}}`);
  return parseColumns(schema as JsonSchema)[0]?.type;
}

describe("the five decimal dialects", () => {
  test.each([
    [
      '{"type":["null","number"],"multipleOf":0.0001,"minimum":-922337203685477.5808,"maximum":922337203685477.5807}',
      19,
      4,
    ],
    ['{"type":"number","multipleOf":0.01,"exclusiveMaximum":true,"maximum":10000000000}', 12, 2],
    ['{"type":"number","multipleOf":1e-10}', 38, 10],
    ['{"type":"number","multipleOf":1,"minimum":-999,"maximum":999}', 3, 0],
    [
      '{"type":["null","number","string"],"format":"singer.decimal","additionalProperties":{"scale_precision":"(12,0)"}}',
      12,
      0,
    ],
    ['{"type":"string","format":"singer.decimal"}', 38, 18],
    ['{"type":["string","null"],"format":"x-singer.decimal","precision":10,"scale":3}', 10, 3],
    ['{"type":"number","x-sql-datatype":"decimal(38,10)"}', 38, 10],
    ['{"type":"number","x-sql-datatype":"numeric(18)"}', 18, 0],
  ])("%s", (property, precision, scale) => {
    expect(typeOf(property)).toEqual({ type: "decimal", precision, scale });
  });

  test("a number with nothing known is a double", () => {
    expect(typeOf('{"type":"number"}')).toEqual({ type: "float", bits: 64 });
  });
});

describe("shapes of real streams", () => {
  test.each<[string, unknown]>([
    ['{"type":["null","integer"]}', { type: "integer", bits: 64 }],
    ['{"type":"integer","minimum":-32768,"maximum":32767}', { type: "integer", bits: 16 }],
    ['{"type":"integer","minimum":0,"maximum":255}', { type: "integer", bits: 16 }],
    [
      '{"type":"integer","minimum":0,"maximum":18446744073709551615}',
      { type: "decimal", precision: 38, scale: 0 },
    ],
    ['{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]}', { type: "timestamp" }],
    [
      '{"anyOf":[{"type":"string","format":"date-time"},{"type":["string","null"]}]}',
      { type: "timestamp" },
    ],
    ['{"oneOf":[{"type":"integer"},{"type":"string"}]}', { type: "json" }],
    ['{"type":["integer","number","null"]}', { type: "float", bits: 64 }],
    ['{"type":["string","integer"]}', { type: "json" }],
    ['{"format":"date"}', { type: "date" }],
    ['{"type":"date-time"}', { type: "timestamp" }],
    ['{"enum":["a","b",null]}', { type: "string" }],
    ['{"type":"string","contentEncoding":"base64"}', { type: "binary", encoding: "base64" }],
    ["{}", { type: "json" }],
    ['{"type":"object"}', { type: "json" }],
    ['{"type":"array"}', { type: "json" }],
    [
      '{"type":"object","additionalProperties":{"type":"integer"}}',
      { type: "map", values: { type: "integer", bits: 64 } },
    ],
    [
      '{"type":"array","items":{"type":["null","boolean"]}}',
      { type: "array", items: { type: "boolean" } },
    ],
  ])("%s", (property, type) => {
    expect(typeOf(property)).toEqual(type);
  });

  test("a property is nullable unless it is required and its type leaves null out", () => {
    const schema = {
      required: ["a", "b"],
      properties: { a: { type: "string" }, b: { type: ["null", "string"] }, c: { type: "string" } },
    };

    expect(parseColumns(schema).map(({ nullable }) => nullable)).toEqual([false, true, true]);
  });

  test("P28: a $ref is followed, and keywords beside it win", () => {
    const schema = {
      definitions: { money: { type: "number", multipleOf: 0.01 } },
      properties: { total: { $ref: "#/definitions/money", description: "All of it." } },
    };

    expect(parseColumns(schema)).toEqual([
      {
        name: "total",
        type: { type: "decimal", precision: 38, scale: 2 },
        nullable: true,
        description: "All of it.",
      },
    ]);
  });

  test("a schema that refers to itself ends in JSON text", () => {
    const node = { type: "object", properties: { next: { $ref: "#/definitions/node" } } };

    expect(() =>
      parseColumns({
        definitions: { node },
        properties: { first: { $ref: "#/definitions/node" } },
      }),
    ).not.toThrow();
  });
});

test("a column's schema is read back as the same type, through text", () => {
  const leaf = fc.oneof(
    fc.constantFrom<ColumnType>(
      { type: "boolean" },
      { type: "date" },
      { type: "time" },
      { type: "timestamp" },
    ),
    fc.constantFrom<ColumnType>(
      { type: "json" },
      { type: "string" },
      { type: "string", maxLength: 50 },
    ),
    fc.constantFrom(8, 16, 32, 64).map((bits) => ({ type: "integer" as const, bits })),
    fc.constantFrom(32, 64).map((bits) => ({ type: "float" as const, bits })),
    fc.constantFrom("base64", "hex").map((encoding) => ({ type: "binary" as const, encoding })),
    fc
      .integer({ min: 1, max: 38 })
      .chain((precision) =>
        fc
          .integer({ min: 0, max: precision })
          .map((scale) => ({ type: "decimal" as const, precision, scale })),
      ),
  );
  const type = fc.oneof(
    leaf,
    leaf.map((items): ColumnType => ({ type: "array", items })),
    leaf
      .filter(({ type: name }) => name !== "json")
      .map((values): ColumnType => ({ type: "map", values })),
    leaf.map(
      (inner): ColumnType => ({
        type: "object",
        columns: [{ name: "x", type: inner, nullable: true }],
      }),
    ),
  );

  fc.assert(
    fc.property(type, fc.boolean(), (column, nullable) => {
      // An array of anything is read as JSON text: there is no type for its items.
      fc.pre(!(column.type === "array" && column.items.type === "json"));
      const schema = { required: ["c"], properties: { c: columnSchema(column, { nullable }) } };
      const [read] = parseColumns(parseJson(stringifyJson(schema)) as JsonSchema);
      expect(read?.type).toEqual(column);
      // Anything at all is also null.
      expect(read?.nullable).toBe(nullable || column.type === "json");
    }),
  );
});
