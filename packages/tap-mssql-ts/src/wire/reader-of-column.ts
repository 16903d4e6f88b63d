import { Collation } from "tedious/lib/collation.js";
import { codePageWriter } from "./code-page.ts";
import type { ColumnReader } from "./column-reader.ts";
import { decimalReader, moneyReader, nullableMoneyReader } from "./decimal.ts";
import { fixedFloat, readNullableFloat } from "./float.ts";
import { guidReader } from "./guid.ts";
import { fixedInteger, readBit, readNullableBit, readNullableInteger } from "./integer.ts";
import { partialLengthReader } from "./partial-length.ts";
import {
  base64Writer,
  hexWriter,
  pointerReader,
  shortReader,
  utf16Writer,
  xmlWriter,
} from "./text.ts";
import {
  dateReader,
  dateTime2Reader,
  dateTimeOffsetReader,
  dateTimeReader,
  nullableDateTimeReader,
  smallDateTimeReader,
  type TimeFormat,
  timeReader,
} from "./time.ts";
import { variantReader } from "./variant.ts";

/** How values are written, from the settings. */
export interface ValueFormat extends TimeFormat {
  /** Decimals as JSON numbers, or the same digits as strings. */
  readonly decimals: "number" | "string";
  readonly uuidCase: "lower" | "upper";
  readonly binary: "base64" | "hex";
}

/** What COLMETADATA says about a column, as far as reading it needs. */
export interface WireColumn {
  readonly typeName: string;
  readonly dataLength: number | undefined;
  readonly scale: number | undefined;
  readonly codePage: string | undefined;
}

/** Length in COLMETADATA that marks a (max) type. */
const MAX_LENGTH = 0xffff;

/** Chooses the reader of a column once, before its rows; type names are tedious' own. */
export function readerOfColumn(column: WireColumn, format: ValueFormat): ColumnReader {
  const { typeName } = column;
  const reader =
    numberReader(typeName, column, format) ??
    timeTypeReader(typeName, column.scale ?? 7, format) ??
    bytesReader(typeName, column, format);
  if (reader === undefined) throw new Error(`no reader for the wire type ${typeName}`);
  return reader;
}

function numberReader(
  typeName: string,
  column: WireColumn,
  format: ValueFormat,
): ColumnReader | undefined {
  const quoted = format.decimals === "string";
  switch (typeName) {
    case "IntN":
      return readNullableInteger;
    case "TinyInt":
      return fixedInteger(1);
    case "SmallInt":
      return fixedInteger(2);
    case "Int":
      return fixedInteger(4);
    case "BigInt":
      return fixedInteger(8);
    case "BitN":
      return readNullableBit;
    case "Bit":
      return readBit;
    case "FloatN":
      return readNullableFloat;
    case "Real":
      return fixedFloat(4);
    case "Float":
      return fixedFloat(8);
    case "DecimalN":
    case "NumericN":
      return decimalReader(column.scale ?? 0, quoted);
    case "MoneyN":
      return nullableMoneyReader(quoted);
    case "Money":
      return moneyReader(8, quoted);
    case "SmallMoney":
      return moneyReader(4, quoted);
    default:
      return undefined;
  }
}

function timeTypeReader(
  typeName: string,
  scale: number,
  format: ValueFormat,
): ColumnReader | undefined {
  switch (typeName) {
    case "Date":
      return dateReader(format);
    case "Time":
      return timeReader(scale, format);
    case "DateTimeN":
      return nullableDateTimeReader(format);
    case "DateTime":
      return dateTimeReader(format);
    case "SmallDateTime":
      return smallDateTimeReader(format);
    case "DateTime2":
      return dateTime2Reader(scale, format);
    case "DateTimeOffset":
      return dateTimeOffsetReader(scale, format);
    default:
      return undefined;
  }
}

function bytesReader(
  typeName: string,
  column: WireColumn,
  format: ValueFormat,
): ColumnReader | undefined {
  const binaryWriter = format.binary === "hex" ? hexWriter : base64Writer;
  const sized = column.dataLength === MAX_LENGTH ? partialLengthReader : shortReader;
  switch (typeName) {
    case "UniqueIdentifier":
      return guidReader(format.uuidCase);
    case "NVarChar":
    case "NChar":
      return sized(utf16Writer);
    case "VarChar":
    case "Char":
      return sized(codePageWriter(column.codePage));
    case "VarBinary":
    case "Binary":
      return sized(binaryWriter);
    case "Xml":
      return partialLengthReader(xmlWriter);
    case "UDT":
      return partialLengthReader(binaryWriter);
    case "Text":
      return pointerReader(codePageWriter(column.codePage));
    case "NText":
      return pointerReader(utf16Writer);
    case "Image":
      return pointerReader(binaryWriter);
    case "Variant":
      return variantReader({
        readerOf: (base) => readerOfColumn(base, format),
        codePageOf: (collation) => Collation.fromBuffer(collation).codepage,
      });
    default:
      return undefined;
  }
}
