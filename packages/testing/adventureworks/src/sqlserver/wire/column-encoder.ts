import { encodeCodePage } from "../engine/code-page.ts";
import { encodeGeography } from "../engine/geography.ts";
import { writeGuid } from "../engine/guid-text.ts";
import { encodeHierarchyId } from "../engine/hierarchy-id.ts";
import type { Type } from "../engine/type.ts";
import {
  bigintOf,
  bytesOf,
  numberOf,
  offsetDateTimeOf,
  textOf,
  type Value,
} from "../engine/value.ts";
import { decimalMagnitudeBytes } from "./decimal-size.ts";
import { datetimeTicksPerDay, timeBytes } from "./temporal-size.ts";
import type { TokenBuffer } from "./token-buffer.ts";
import { writeVariant } from "./variant.ts";

/** Writes one value of a column; `value` is not null. */
export type ValueWriter = (out: TokenBuffer, value: Value) => void;
/** Writes the null of a column. */
export type NullWriter = (out: TokenBuffer) => void;

/** The writer for values of a type. `isFixed` leaves out the length that nullable types carry. */
export function valueWriter(type: Type, isFixed: boolean): ValueWriter {
  switch (type.name) {
    case "bit":
      return sized(isFixed, 1, (out, value) => out.uint8(value === true ? 1 : 0));
    case "tinyint":
      return sized(isFixed, 1, (out, value) => out.uint8(numberOf(value)));
    case "smallint":
      return sized(isFixed, 2, (out, value) => out.uint16(numberOf(value) & 0xffff));
    case "int":
      return sized(isFixed, 4, (out, value) => out.int32(numberOf(value)));
    case "bigint":
      return sized(isFixed, 8, (out, value) => out.uint64(BigInt.asUintN(64, bigintOf(value))));
    case "float":
      return sized(isFixed, 8, (out, value) => {
        out.ensure(8);
        out.position = out.bytes.writeDoubleLE(numberOf(value), out.position);
      });
    case "real":
      return sized(isFixed, 4, (out, value) => {
        out.ensure(4);
        out.position = out.bytes.writeFloatLE(numberOf(value), out.position);
      });
    case "money":
      return sized(isFixed, 8, writeMoney);
    case "smallmoney":
      return sized(isFixed, 4, (out, value) => out.int32(Number(bigintOf(value))));
    case "decimal":
    case "numeric":
      return decimalWriter(type.precision);
    case "date":
    case "time":
    case "datetime":
    case "smalldatetime":
    case "datetime2":
    case "datetimeoffset":
      return temporalWriter(type, isFixed);
    case "uniqueidentifier":
      return sized(false, 16, (out, value) => {
        out.ensure(16);
        writeGuid(textOf(value), out.bytes, out.position);
        out.position += 16;
      });
    default:
      return byteWriter(type);
  }
}

/** The writer for nulls of a type. */
export function nullWriter(type: Type): NullWriter {
  switch (type.name) {
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
    case "binary":
    case "varbinary":
      return type.length === -1 ? writePlpNull : (out) => out.uint16(0xffff);
    case "xml":
    case "hierarchyid":
    case "geography":
      return writePlpNull;
    case "timestamp":
      return (out) => out.uint16(0xffff);
    case "sql_variant":
      return (out) => out.uint32(0);
    default:
      return (out) => out.uint8(0);
  }
}

function writePlpNull(out: TokenBuffer): void {
  out.uint64(0xffffffffffffffffn);
}

function sized(isFixed: boolean, byteCount: number, write: ValueWriter): ValueWriter {
  if (isFixed) return write;
  return (out, value) => {
    out.uint8(byteCount);
    write(out, value);
  };
}

function writeMoney(out: TokenBuffer, value: Value): void {
  const unsigned = BigInt.asUintN(64, bigintOf(value));
  out.uint32(Number(unsigned >> 32n));
  out.uint32(Number(unsigned & 0xffffffffn));
}

function decimalWriter(precision: number): ValueWriter {
  const byteCount = decimalMagnitudeBytes(precision);
  return (out, value) => {
    const unscaled = bigintOf(value);
    let magnitude = unscaled < 0n ? -unscaled : unscaled;
    out.uint8(byteCount + 1);
    out.uint8(unscaled < 0n ? 0 : 1);
    for (let written = 0; written < byteCount; written += 4) {
      out.uint32(Number(magnitude & 0xffffffffn));
      magnitude >>= 32n;
    }
  };
}

function temporalWriter(type: Type, isFixed: boolean): ValueWriter {
  const byteCount = timeBytes(type.scale);
  switch (type.name) {
    case "date":
      return sized(false, 3, (out, value) => out.uintN(numberOf(value), 3));
    case "time":
      return sized(false, byteCount, (out, value) => writeTicks(out, numberOf(value), type.scale));
    case "datetime":
      return sized(isFixed, 8, (out, value) => {
        const days = Math.floor(numberOf(value) / datetimeTicksPerDay);
        out.int32(days);
        out.uint32(numberOf(value) - days * datetimeTicksPerDay);
      });
    case "smalldatetime":
      return sized(isFixed, 4, (out, value) => {
        out.uint16(Math.floor(numberOf(value) / 1440));
        out.uint16(numberOf(value) % 1440);
      });
    case "datetime2":
      return sized(false, byteCount + 3, (out, value) => {
        writeTicksAndDays(out, bigintOf(value), type.scale);
      });
    default:
      return sized(false, byteCount + 5, (out, value) => {
        const { ticks, offsetMinutes } = offsetDateTimeOf(value);
        writeTicksAndDays(out, ticks, type.scale);
        out.uint16(offsetMinutes & 0xffff);
      });
  }
}

const ticksPerDay = 864_000_000_000n;

function writeTicksAndDays(out: TokenBuffer, ticks: bigint, scale: number): void {
  const days = ticks / ticksPerDay;
  writeTicks(out, Number(ticks - days * ticksPerDay), scale);
  out.uintN(Number(days), 3);
}

function writeTicks(out: TokenBuffer, ticks: number, scale: number): void {
  out.uintN(Math.floor(ticks / 10 ** (7 - scale)), timeBytes(scale));
}

function byteWriter(type: Type): ValueWriter {
  switch (type.name) {
    case "nchar":
    case "nvarchar":
      return type.length === -1 ? writePlpText : writeText;
    case "xml":
      return writePlpText;
    case "char":
    case "varchar":
      return framed(type.length === -1, (value) => encodeCodePage(textOf(value)));
    case "hierarchyid":
      return framed(true, (value) => encodeHierarchyId(textOf(value)));
    case "geography":
      return framed(true, (value) => encodeGeography(textOf(value)));
    case "text":
      return pointed((value) => encodeCodePage(textOf(value)));
    case "ntext":
      return pointed((value) => Buffer.from(textOf(value), "utf16le"));
    case "image":
      return pointed(bytesOf);
    case "sql_variant":
      return writeVariant;
    default:
      return framed(type.length === -1, bytesOf);
  }
}

function writeText(out: TokenBuffer, value: Value): void {
  const text = textOf(value);
  out.uint16(text.length * 2);
  out.utf16(text);
}

function writePlpText(out: TokenBuffer, value: Value): void {
  const text = textOf(value);
  const byteCount = text.length * 2;
  out.uint64(BigInt(byteCount));
  if (byteCount > 0) {
    out.uint32(byteCount);
    out.utf16(text);
  }
  out.uint32(0);
}

/** text, ntext and image: a pointer and a timestamp, which clients skip, then the bytes (MS-TDS 2.2.5.5). */
function pointed(encode: (value: Value) => Uint8Array): ValueWriter {
  const pointer = Buffer.alloc(16);
  const timestamp = Buffer.alloc(8);
  return (out, value) => {
    const bytes = encode(value);
    out.uint8(pointer.length);
    out.raw(pointer);
    out.raw(timestamp);
    out.uint32(bytes.length);
    out.raw(bytes);
  };
}

function framed(isPlp: boolean, encode: (value: Value) => Uint8Array): ValueWriter {
  if (!isPlp) {
    return (out, value) => {
      const bytes = encode(value);
      out.uint16(bytes.length);
      out.raw(bytes);
    };
  }
  return (out, value) => {
    const bytes = encode(value);
    out.uint64(BigInt(bytes.length));
    if (bytes.length > 0) {
      out.uint32(bytes.length);
      out.raw(bytes);
    }
    out.uint32(0);
  };
}
