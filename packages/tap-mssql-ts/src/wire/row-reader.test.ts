import { expect, test } from "@jest/globals";
import { readerOfColumn, type ValueFormat, type WireColumn } from "./reader-of-column.ts";
import { RowBuffer } from "./row-buffer.ts";
import { RowReader } from "./row-reader.ts";

const format: ValueFormat = {
  zone: "Z",
  fractionDigitsMax: 7,
  datesAsDateTime: false,
  decimals: "number",
  uuidCase: "lower",
  binary: "base64",
};
const columns: readonly (WireColumn & { readonly name: string })[] = [
  { name: "id", typeName: "Int", dataLength: 4, scale: undefined, codePage: undefined },
  { name: "price", typeName: "DecimalN", dataLength: 5, scale: 2, codePage: undefined },
  { name: "text", typeName: "NVarChar", dataLength: 0xffff, scale: undefined, codePage: undefined },
  { name: "at", typeName: "DateTime2", dataLength: 8, scale: 7, codePage: undefined },
];
const row = Buffer.from(
  "2a000000 05019f860100 feffffffffffffff02000000480002000000e40000000000 08ffbf692ac9dab937".replaceAll(
    " ",
    "",
  ),
  "hex",
);
const line = '{"id":42,"price":999.99,"text":"Hä","at":"9999-12-31T23:59:59.9999999Z"}\n';

function rowReader(out: RowBuffer): RowReader {
  return new RowReader({
    fields: columns.map((column, index) => ({
      literal: Buffer.from(`${index === 0 ? "{" : ","}"${column.name}":`),
      read: readerOfColumn(column, format),
    })),
    suffix: Buffer.from("}\n"),
    keyColumns: [0, 3],
    out,
  });
}

test("a row cut at any byte is the same row", () => {
  for (let cut = 0; cut < row.length; cut++) {
    const out = new RowBuffer();
    const reader = rowReader(out);

    const consumed = reader.read(row.subarray(0, cut), 0);

    expect(consumed).toBeLessThan(0);
    expect(reader.read(row.subarray(~consumed), 0)).toBe(row.length - ~consumed);
    expect(out.bytes.toString("utf8", 0, out.position)).toBe(line);
  }
});

test("null columns of a compressed row take no bytes", () => {
  const out = new RowBuffer();
  const reader = rowReader(out);

  reader.beginCompressed(Uint8Array.of(0b1110));
  const next = reader.read(row, 0);

  expect(next).toBe(4);
  expect(out.bytes.toString("utf8", 0, out.position)).toBe(
    '{"id":42,"price":null,"text":null,"at":null}\n',
  );
});

test("the key texts are those of the last whole row", () => {
  const out = new RowBuffer();
  const reader = rowReader(out);

  reader.read(row, 0);
  reader.read(Buffer.from("07000000", "hex"), 0);

  expect(reader.lastText(0)).toBe("42");
  expect(reader.lastText(3)).toBe('"9999-12-31T23:59:59.9999999Z"');
});

test("a key text keeps the digits that the record cuts", () => {
  const out = new RowBuffer();
  const [, , , at] = columns;
  if (at === undefined) throw new Error("the fourth column is there");
  const reader = new RowReader({
    fields: [
      {
        literal: Buffer.from('{"at":'),
        read: readerOfColumn(at, { ...format, fractionDigitsMax: 3 }),
        readKey: readerOfColumn(at, format),
      },
    ],
    suffix: Buffer.from("}\n"),
    keyColumns: [0],
    out,
  });

  reader.read(Buffer.from("08ffbf692ac9dab937", "hex"), 0);
  reader.read(Buffer.from("08ffbf", "hex"), 0);

  expect(reader.lastText(0)).toBe('"9999-12-31T23:59:59.9999999Z"');
  expect(out.bytes.toString("utf8", 0, out.position)).toBe('{"at":"9999-12-31T23:59:59.999Z"}\n');
});
