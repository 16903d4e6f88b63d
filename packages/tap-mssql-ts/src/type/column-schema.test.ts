import { expect, test } from "@jest/globals";
import { stringifyJson } from "singer-sdk-ts";
import { schemaOfColumn } from "./column-schema.ts";
import type { SqlType } from "./sql-type.ts";

const format = { decimals: "number", binary: "base64", datesAsDateTime: false } as const;

function type(name: string, more: Partial<SqlType> = {}): SqlType {
  return { name, length: 0, precision: 0, scale: 0, isClr: false, ...more };
}

test.each([
  [type("bit"), '{"type":"boolean","x-sql-datatype":"bit"}'],
  [type("tinyint"), '{"type":"integer","minimum":0,"maximum":255,"x-sql-datatype":"tinyint"}'],
  [
    type("smallint"),
    '{"type":"integer","minimum":-32768,"maximum":32767,"x-sql-datatype":"smallint"}',
  ],
  [
    type("int"),
    '{"type":"integer","minimum":-2147483648,"maximum":2147483647,"x-sql-datatype":"int"}',
  ],
  [
    type("bigint"),
    '{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807,"x-sql-datatype":"bigint"}',
  ],
  [
    type("decimal", { precision: 5, scale: 2 }),
    '{"type":"number","multipleOf":0.01,"minimum":-999.99,"maximum":999.99,"x-precision":5,"x-scale":2,"x-sql-datatype":"decimal(5,2)"}',
  ],
  [
    type("money"),
    '{"type":"number","multipleOf":0.0001,"minimum":-999999999999999.9999,"maximum":999999999999999.9999,"x-precision":19,"x-scale":4,"x-sql-datatype":"money"}',
  ],
  [type("float"), '{"type":"number","x-sql-datatype":"float"}'],
  [type("real"), '{"type":"number","x-float32":true,"x-sql-datatype":"real"}'],
  [type("date"), '{"type":"string","format":"date","x-sql-datatype":"date"}'],
  [type("time", { scale: 7 }), '{"type":"string","format":"time","x-sql-datatype":"time(7)"}'],
  [type("datetime"), '{"type":"string","format":"date-time","x-sql-datatype":"datetime"}'],
  [
    type("datetimeoffset", { scale: 3 }),
    '{"type":"string","format":"date-time","x-sql-datatype":"datetimeoffset(3)"}',
  ],
  [
    type("nvarchar", { length: 50 }),
    '{"type":"string","maxLength":50,"x-sql-datatype":"nvarchar(50)"}',
  ],
  [type("nvarchar", { length: -1 }), '{"type":"string","x-sql-datatype":"nvarchar(max)"}'],
  [
    type("varbinary", { length: 9 }),
    '{"type":"string","contentEncoding":"base64","x-sql-datatype":"varbinary(9)"}',
  ],
  [type("timestamp"), '{"type":"string","contentEncoding":"base64","x-sql-datatype":"timestamp"}'],
  [
    type("uniqueidentifier"),
    '{"type":"string","x-sql-datatype":"uniqueidentifier","format":"uuid"}',
  ],
  [type("xml"), '{"type":"string","x-sql-datatype":"xml","contentMediaType":"application/xml"}'],
  [type("geography"), '{"type":"string","x-sql-datatype":"geography"}'],
  [type("Point3D", { isClr: true }), '{"type":"string","x-sql-datatype":"Point3D"}'],
])("%j has its schema", (sqlType, expected) => {
  expect(stringifyJson(schemaOfColumn({ type: sqlType, isNullable: false }, format))).toBe(
    expected,
  );
});

test("a nullable column allows null and carries its description", () => {
  const schema = schemaOfColumn(
    { type: type("int"), isNullable: true, description: "Ordered amount." },
    format,
  );

  expect(schema).toMatchObject({ type: ["null", "integer"], description: "Ordered amount." });
});

test("decimal_mode string names precision and scale beside the string", () => {
  const schema = schemaOfColumn(
    { type: type("decimal", { precision: 38, scale: 10 }), isNullable: false },
    { ...format, decimals: "string" },
  );

  expect(schema).toEqual({
    type: "string",
    "x-sql-datatype": "decimal(38,10)",
    format: "x-singer.decimal",
    precision: 38,
    scale: 10,
  });
});
