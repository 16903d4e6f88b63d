import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
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
const MS_PER_DAY = 86_400_000;
/** Milliseconds from 1970-01-01 back to 0001-01-01. */
const YEAR_ONE_MS = Date.parse("0001-01-01T00:00:00Z");

function read(column: Partial<WireColumn> & { readonly typeName: string }, input: Buffer): string {
  const out = new RowBuffer(16);
  const wire = { dataLength: undefined, scale: undefined, codePage: undefined, ...column };
  expect(readerOfColumn(wire, format)(input, 0, out)).toBe(input.length);
  return out.bytes.toString("utf8", 0, out.position);
}

test("any decimal prints all its digits", () => {
  const magnitudes = fc.bigInt({ min: 0n, max: 10n ** 38n - 1n });

  fc.assert(
    fc.property(
      magnitudes,
      fc.integer({ min: 0, max: 38 }),
      fc.boolean(),
      (value, scale, isNegative) => {
        const bytes = Buffer.alloc(18);
        bytes[0] = 17;
        bytes[1] = isNegative ? 0 : 1;
        for (let index = 0; index < 16; index++)
          bytes[index + 2] = Number((value >> BigInt(index * 8)) & 0xffn);

        const text = read({ typeName: "DecimalN", scale }, bytes);

        expect(text.includes(".") ? text.length - text.indexOf(".") - 1 : 0).toBe(scale);
        expect(BigInt(text.replace(".", ""))).toBe(isNegative ? -value : value);
      },
    ),
  );
});

test("any bigint and money prints all its digits", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const integer = Buffer.alloc(8);
      integer.writeBigInt64LE(value);
      const money = Buffer.alloc(8);
      money.writeInt32LE(Number(value >> 32n));
      money.writeUInt32LE(Number(value & 0xffff_ffffn), 4);

      expect(BigInt(read({ typeName: "BigInt" }, integer))).toBe(value);
      expect(BigInt(read({ typeName: "Money" }, money).replace(".", ""))).toBe(value);
    }),
  );
});

test("any float and real reads back as itself", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value);
      const single = Math.fround(value);
      const short = Buffer.alloc(4);
      short.writeFloatLE(Number.isFinite(single) ? single : 0);

      expect(JSON.parse(read({ typeName: "Float" }, bytes))).toBe(value);
      expect(Math.fround(JSON.parse(read({ typeName: "Real" }, short)))).toBe(short.readFloatLE());
    }),
  );
});

test("any datetime2(7) is the instant that Date prints, with four digits more", () => {
  const days = fc.integer({ min: 0, max: 3_652_058 });
  const ticks = fc.integer({ min: 0, max: 863_999_999_999 });

  fc.assert(
    fc.property(days, ticks, (day, tick) => {
      const bytes = Buffer.alloc(9);
      bytes[0] = 8;
      bytes.writeUIntLE(tick, 1, 5);
      bytes.writeUIntLE(day, 6, 3);
      const milliseconds = YEAR_ONE_MS + day * MS_PER_DAY + Math.floor(tick / 10_000);
      const shown = new Date(milliseconds).toISOString().slice(0, -1);

      expect(read({ typeName: "DateTime2", scale: 7 }, bytes)).toBe(
        `"${shown}${String(tick % 10_000).padStart(4, "0")}Z"`,
      );
    }),
  );
});

test("any nvarchar is the string that JSON.parse gives back, lone surrogates included", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
      const text = String.fromCharCode(...units);
      const value = Buffer.from(text, "utf16le");
      const bytes = Buffer.concat([Buffer.alloc(2), value]);
      bytes.writeUInt16LE(value.length);

      expect(JSON.parse(read({ typeName: "NVarChar", dataLength: 8000 }, bytes))).toBe(text);
    }),
  );
});
