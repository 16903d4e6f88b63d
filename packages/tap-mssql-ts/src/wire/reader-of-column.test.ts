import { describe, expect, test } from "@jest/globals";
import { readerOfColumn, type ValueFormat, type WireColumn } from "./reader-of-column.ts";
import { RowBuffer } from "./row-buffer.ts";

const format: ValueFormat = {
  zone: "Z",
  fractionDigitsMax: 7,
  datesAsDateTime: false,
  decimals: "number",
  uuidCase: "lower",
  binary: "base64",
};

function column(typeName: string, more: Partial<WireColumn> = {}): WireColumn {
  return { typeName, dataLength: undefined, scale: undefined, codePage: undefined, ...more };
}

/** Reads hexadecimal wire bytes and returns the JSON text. */
function read(wire: WireColumn, hex: string, changed: Partial<ValueFormat> = {}): string {
  const input = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const out = new RowBuffer(16);
  const next = readerOfColumn(wire, { ...format, ...changed })(input, 0, out);
  expect(next).toBe(input.length);
  return out.bytes.toString("utf8", 0, out.position);
}

describe("numbers keep every digit", () => {
  test.each([
    ["tinyint is unsigned", column("IntN"), "01 ff", "255"],
    ["smallint min", column("IntN"), "02 0080", "-32768"],
    ["int min", column("IntN"), "04 00000080", "-2147483648"],
    ["int max", column("IntN"), "04 ffffff7f", "2147483647"],
    ["int null", column("IntN"), "00", "null"],
    ["int not null", column("Int"), "2a000000", "42"],
    ["bigint max", column("IntN"), "08 ffffffffffffff7f", "9223372036854775807"],
    ["bigint min", column("IntN"), "08 0000000000000080", "-9223372036854775808"],
    ["bigint 2^53 + 1", column("BigInt"), "0100000000002000", "9007199254740993"],
    ["bigint -1", column("BigInt"), "ffffffffffffffff", "-1"],
    ["bit", column("BitN"), "01 01", "true"],
    ["bit null", column("BitN"), "00", "null"],
    ["bit false", column("Bit"), "00", "false"],
    ["float", column("FloatN"), "08 9a9999999999b93f", "0.1"],
    ["float negative zero", column("Float"), "0000000000000080", "-0.0"],
    ["real prints its own shortest text", column("FloatN"), "04 2320fcc5", "-8068.017"],
    ["float null", column("FloatN"), "00", "null"],
    ["decimal(5,2) min", column("DecimalN", { scale: 2 }), "05 00 9f860100", "-999.99"],
    ["decimal(5,4) below one", column("DecimalN", { scale: 4 }), "05 01 05000000", "0.0005"],
    ["decimal zero", column("DecimalN", { scale: 2 }), "05 01 00000000", "0.00"],
    ["decimal negative zero", column("DecimalN", { scale: 2 }), "05 00 00000000", "0.00"],
    [
      "decimal(18,0)",
      column("DecimalN", { scale: 0 }),
      "09 01 ffff63a7b3b6e00d",
      "999999999999999999",
    ],
    [
      "decimal(38,20) of 500 (tedious reads 499.99999999999994)",
      column("NumericN", { scale: 20 }),
      "11 01 0000407ba5f06381960a000000000000",
      "500.00000000000000000000",
    ],
    [
      "decimal(38,38) max",
      column("DecimalN", { scale: 38 }),
      "11 01 ffffffff3f228a097ac4865aa84c3b4b",
      "0.99999999999999999999999999999999999999",
    ],
    [
      "decimal(38,0) min",
      column("DecimalN", { scale: 0 }),
      "11 00 ffffffff3f228a097ac4865aa84c3b4b",
      "-99999999999999999999999999999999999999",
    ],
    ["decimal null", column("DecimalN", { scale: 2 }), "00", "null"],
    ["money max", column("MoneyN"), "08 ffffff7f ffffffff", "922337203685477.5807"],
    ["money min", column("MoneyN"), "08 00000080 00000000", "-922337203685477.5808"],
    ["money 8.3266", column("MoneyN"), "08 00000000 42450100", "8.3266"],
    ["money -0.0001", column("Money"), "ffffffff ffffffff", "-0.0001"],
    ["smallmoney min", column("MoneyN"), "04 00000080", "-214748.3648"],
    ["money null", column("MoneyN"), "00", "null"],
  ])("%s", (_, wire, hex, expected) => {
    expect(read(wire, hex)).toBe(expected);
  });

  test("decimal_mode string quotes the same digits", () => {
    expect(read(column("DecimalN", { scale: 2 }), "05 00 9f860100", { decimals: "string" })).toBe(
      '"-999.99"',
    );
  });
});

describe("times keep every digit", () => {
  test.each([
    ["date min", column("Date"), "03 000000", '"0001-01-01"'],
    ["date max", column("Date"), "03 dab937", '"9999-12-31"'],
    ["date leap day", column("Date"), "03 42240b", '"2000-02-29"'],
    ["date null", column("Date"), "00", "null"],
    ["datetime .003", column("DateTimeN"), "08 00000000 01000000", '"1900-01-01T00:00:00.003Z"'],
    ["datetime .007", column("DateTimeN"), "08 00000000 02000000", '"1900-01-01T00:00:00.007Z"'],
    ["datetime max", column("DateTime"), "7f242d00 ff818b01", '"9999-12-31T23:59:59.997Z"'],
    ["datetime min", column("DateTime"), "462effff 00000000", '"1753-01-01T00:00:00.000Z"'],
    ["smalldatetime max", column("DateTimeN"), "04 ffff 9f05", '"2079-06-06T23:59:00Z"'],
    ["datetime null", column("DateTimeN"), "00", "null"],
    ["time(7) max", column("Time", { scale: 7 }), "05 ffbf692ac9", '"23:59:59.9999999"'],
    ["time(0)", column("Time", { scale: 0 }), "03 7f5101", '"23:59:59"'],
    [
      "datetime2(7) max",
      column("DateTime2", { scale: 7 }),
      "08 ffbf692ac9 dab937",
      '"9999-12-31T23:59:59.9999999Z"',
    ],
    [
      "datetime2(7) min",
      column("DateTime2", { scale: 7 }),
      "08 0000000000 000000",
      '"0001-01-01T00:00:00.0000000Z"',
    ],
    [
      "datetime2(0)",
      column("DateTime2", { scale: 0 }),
      "06 7f5101 dab937",
      '"9999-12-31T23:59:59Z"',
    ],
    ["datetime2 null", column("DateTime2", { scale: 7 }), "00", "null"],
    [
      "datetimeoffset keeps its offset, over midnight",
      column("DateTimeOffset", { scale: 0 }),
      "08 304b01 010000 4a01",
      '"0001-01-03T05:03:04+05:30"',
    ],
    [
      "datetimeoffset west of UTC",
      column("DateTimeOffset", { scale: 7 }),
      "0a 0000000000 010000 10ff",
      '"0001-01-01T20:00:00.0000000-04:00"',
    ],
  ])("%s", (_, wire, hex, expected) => {
    expect(read(wire, hex)).toBe(expected);
  });

  test("max_fraction_digits cuts and never rounds", () => {
    const wire = column("DateTime2", { scale: 7 });

    expect(read(wire, "08 ffbf692ac9 dab937", { fractionDigitsMax: 6 })).toBe(
      '"9999-12-31T23:59:59.999999Z"',
    );
    expect(read(wire, "08 ffbf692ac9 dab937", { fractionDigitsMax: 0 })).toBe(
      '"9999-12-31T23:59:59Z"',
    );
  });

  test("dates_as_datetime writes midnight", () => {
    expect(read(column("Date"), "03 000000", { datesAsDateTime: true })).toBe(
      '"0001-01-01T00:00:00Z"',
    );
  });
});

describe("text and bytes", () => {
  test.each([
    ["nvarchar", column("NVarChar", { dataLength: 100 }), "0600 4800e4002720", '"Hä\u2027"'],
    ["nvarchar empty", column("NVarChar", { dataLength: 100 }), "0000", '""'],
    ["nvarchar null", column("NVarChar", { dataLength: 100 }), "ffff", "null"],
    ["surrogate pair", column("NChar", { dataLength: 4 }), "0400 3dd800de", '"😀"'],
    ["lone surrogate", column("NVarChar", { dataLength: 4 }), "0200 00d8", String.raw`"\ud800"`],
    [
      "NUL and controls",
      column("NVarChar", { dataLength: 9 }),
      "0c00 00000a0009000d001f007f00",
      '"\\u0000\\n\\t\\r\\u001f\u007f"',
    ],
    [
      "quote and backslash",
      column("NVarChar", { dataLength: 9 }),
      "0400 22005c00",
      String.raw`"\"\\"`,
    ],
    [
      "varchar of code page 1252",
      column("VarChar", { dataLength: 9, codePage: "CP1252" }),
      "0300 41e480",
      '"Aä€"',
    ],
    [
      "varchar of code page 437",
      column("VarChar", { dataLength: 9, codePage: "CP437" }),
      "0100 e1",
      '"ß"',
    ],
    [
      "varchar of a double-byte page",
      column("VarChar", { dataLength: 9, codePage: "CP932" }),
      "0300 41 93fa",
      '"A日"',
    ],
    [
      "varchar in UTF-8",
      column("VarChar", { dataLength: 9, codePage: "utf-8" }),
      "0300 e697a5",
      '"日"',
    ],
    ["char keeps trailing blanks", column("Char", { dataLength: 3 }), "0300 412020", '"A  "'],
    ["varbinary", column("VarBinary", { dataLength: 9 }), "0300 0001ff", '"AAH/"'],
    ["binary null", column("Binary", { dataLength: 9 }), "ffff", "null"],
    [
      "varbinary(max) in two chunks",
      column("VarBinary", { dataLength: 0xffff }),
      "0300000000000000 01000000 00 02000000 01ff 00000000",
      '"AAH/"',
    ],
    [
      "nvarchar(max) of unknown length",
      column("NVarChar", { dataLength: 0xffff }),
      "feffffffffffffff 02000000 4100 00000000",
      '"A"',
    ],
    [
      "nvarchar(max) empty",
      column("NVarChar", { dataLength: 0xffff }),
      "0000000000000000 00000000",
      '""',
    ],
    ["nvarchar(max) null", column("NVarChar", { dataLength: 0xffff }), "ffffffffffffffff", "null"],
    [
      "xml without its byte order mark",
      column("Xml"),
      "feffffffffffffff 06000000 fffe3c003e00 00000000",
      '"<>"',
    ],
    ["ntext", column("NText"), `10 ${"00".repeat(16)} ${"00".repeat(8)} 02000000 4100`, '"A"'],
    ["text null", column("Text"), "00", "null"],
    ["image", column("Image"), `10 ${"00".repeat(16)} ${"00".repeat(8)} 01000000 ff`, '"/w=="'],
    [
      "uniqueidentifier",
      column("UniqueIdentifier"),
      "10 ff19966f868b11d0b42d00c04fc964ff",
      '"6f9619ff-8b86-d011-b42d-00c04fc964ff"',
    ],
    ["uniqueidentifier null", column("UniqueIdentifier"), "00", "null"],
  ])("%s", (_, wire, hex, expected) => {
    expect(read(wire, hex)).toBe(expected);
  });

  test("settings choose hexadecimal bytes and upper-case identifiers", () => {
    expect(read(column("VarBinary", { dataLength: 9 }), "0300 0001ff", { binary: "hex" })).toBe(
      '"0x0001FF"',
    );
    expect(
      read(column("UniqueIdentifier"), "10 ff19966f868b11d0b42d00c04fc964ff", {
        uuidCase: "upper",
      }),
    ).toBe('"6F9619FF-8B86-D011-B42D-00C04FC964FF"');
  });
});

describe("sql_variant is the text of its base type", () => {
  test.each([
    ["null", "00000000", "null"],
    ["int", "06000000 38 00 2a000000", '"42"'],
    ["bit", "03000000 32 00 01", '"1"'],
    ["decimal(5,2)", "09000000 6a 02 0502 01 9f860100", '"999.99"'],
    ["date", "05000000 28 00 dab937", '"9999-12-31"'],
    ["datetime2(7)", "0b000000 2a 01 07 ffbf692ac9 dab937", '"9999-12-31T23:59:59.9999999Z"'],
    ["nvarchar", "0b000000 e7 07 0904d00034 6400 4100", '"A"'],
    ["varchar", "0a000000 a7 07 0904d00034 6400 e4", '"ä"'],
    ["varbinary", "05000000 a5 02 0900 ff", '"/w=="'],
    [
      "uniqueidentifier",
      "12000000 24 00 ff19966f868b11d0b42d00c04fc964ff",
      '"6f9619ff-8b86-d011-b42d-00c04fc964ff"',
    ],
  ])("%s", (_, hex, expected) => {
    expect(read(column("Variant"), hex)).toBe(expected);
  });
});
