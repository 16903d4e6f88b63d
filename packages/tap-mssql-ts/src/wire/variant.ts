import type { ColumnReader } from "./column-reader.ts";
import { writeNull } from "./column-reader.ts";
import type { WireColumn } from "./reader-of-column.ts";
import { RowBuffer } from "./row-buffer.ts";

/** How a base type stands inside a variant: its properties, then its bare bytes. Source: MS-TDS 2.2.5.5.4. */
interface VariantBase {
  readonly typeName: string;
  /** What the ordinary reader of the type expects in front of the bytes. */
  readonly prefix: "none" | "byte" | "short";
  readonly scaleAt?: number;
  readonly hasCollation?: true;
}

const BASES: Readonly<Record<number, VariantBase>> = {
  0x24: { typeName: "UniqueIdentifier", prefix: "byte" },
  0x28: { typeName: "Date", prefix: "byte" },
  0x29: { typeName: "Time", prefix: "byte", scaleAt: 0 },
  0x2a: { typeName: "DateTime2", prefix: "byte", scaleAt: 0 },
  0x2b: { typeName: "DateTimeOffset", prefix: "byte", scaleAt: 0 },
  0x30: { typeName: "TinyInt", prefix: "none" },
  0x32: { typeName: "TinyInt", prefix: "none" },
  0x34: { typeName: "SmallInt", prefix: "none" },
  0x38: { typeName: "Int", prefix: "none" },
  0x3a: { typeName: "SmallDateTime", prefix: "none" },
  0x3b: { typeName: "Real", prefix: "none" },
  0x3c: { typeName: "Money", prefix: "none" },
  0x3d: { typeName: "DateTime", prefix: "none" },
  0x3e: { typeName: "Float", prefix: "none" },
  0x6a: { typeName: "DecimalN", prefix: "byte", scaleAt: 1 },
  0x6c: { typeName: "NumericN", prefix: "byte", scaleAt: 1 },
  0x7a: { typeName: "SmallMoney", prefix: "none" },
  0x7f: { typeName: "BigInt", prefix: "none" },
  0xa5: { typeName: "VarBinary", prefix: "short" },
  0xa7: { typeName: "VarChar", prefix: "short", hasCollation: true },
  0xad: { typeName: "Binary", prefix: "short" },
  0xaf: { typeName: "Char", prefix: "short", hasCollation: true },
  0xe7: { typeName: "NVarChar", prefix: "short", hasCollation: true },
  0xef: { typeName: "NChar", prefix: "short", hasCollation: true },
};
const QUOTE = 0x22;

/** Reads sql_variant as a JSON string: the text its base type has elsewhere, numbers as digits, bits as 0 and 1. */
export function variantReader(options: {
  readonly readerOf: (column: WireColumn) => ColumnReader;
  readonly codePageOf: (collation: Buffer) => string | undefined;
}): ColumnReader {
  const value = new RowBuffer(16 * 1024);
  return (input, position, out) => {
    if (position + 4 > input.length) return ~position;
    const end = position + 4 + input.readUInt32LE(position);
    if (end === position + 4) {
      writeNull(out);
      return end;
    }
    if (end > input.length) return ~position;
    const type = input[position + 4] ?? 0;
    const base = BASES[type];
    if (base === undefined) throw new Error(`sql_variant holds the unknown base type ${type}`);
    const properties = position + 6;
    const start = properties + (input[position + 5] ?? 0);
    const read = options.readerOf({
      typeName: base.typeName,
      dataLength: end - start,
      scale: base.scaleAt === undefined ? undefined : input[properties + base.scaleAt],
      codePage: base.hasCollation
        ? options.codePageOf(input.subarray(properties, properties + 5))
        : undefined,
    });
    value.position = 0;
    read(Buffer.concat([prefixOf(base, end - start), input.subarray(start, end)]), 0, value);
    const isText = value.bytes[0] === QUOTE;
    if (!isText) out.ascii('"');
    out.copy(value.bytes.subarray(0, value.position));
    if (!isText) out.ascii('"');
    return end;
  };
}

function prefixOf(base: VariantBase, sizeBytes: number): Buffer {
  if (base.prefix === "none") return Buffer.alloc(0);
  if (base.prefix === "byte") return Buffer.from([sizeBytes]);
  return Buffer.from([sizeBytes & 0xff, sizeBytes >> 8]);
}
