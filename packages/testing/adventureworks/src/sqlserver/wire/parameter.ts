import { decodeCodePage } from "../engine/code-page.ts";
import { SqlError } from "../engine/error.ts";
import { decodeGuid } from "../engine/guid-text.ts";
import { intType, makeType, nvarchar, type Type, varchar } from "../engine/type.ts";
import type { Value } from "../engine/value.ts";
import type { ByteReader } from "./byte-reader.ts";
import { datetimeTicksPerDay } from "./temporal-size.ts";
import { typeToken } from "./type-info.ts";

/** A parameter of a remote call; `name` keeps its `@` and may be empty. */
export interface Parameter {
  readonly name: string;
  readonly isOutput: boolean;
  readonly type: Type;
  readonly value: Value;
}

/** Reads one parameter of an RPC (MS-TDS 2.2.6.6). */
export function readParameter(reader: ByteReader): Parameter {
  const name = reader.utf16(reader.uint8());
  const isOutput = (reader.uint8() & 0x01) !== 0;
  return { name, isOutput, ...readTyped(reader) };
}

interface Typed {
  readonly type: Type;
  readonly value: Value;
}

const nullTypeToken = 0x1f;

function readTyped(reader: ByteReader): Typed {
  const token = reader.uint8();
  switch (token) {
    case nullTypeToken:
      return { type: intType, value: null };
    case typeToken.intN:
    case typeToken.bitN:
    case typeToken.floatN:
    case typeToken.moneyN:
    case typeToken.datetimeN: {
      const declared = reader.uint8();
      return readNumber(reader, { token, declared, actual: reader.uint8() });
    }
    case typeToken.decimalN:
    case typeToken.numericN:
      return readDecimal(reader, token === typeToken.decimalN ? "decimal" : "numeric");
    case typeToken.guid: {
      reader.uint8();
      const length = reader.uint8();
      const value = length === 0 ? null : decodeGuid(reader.raw(length));
      return { type: makeType("uniqueidentifier"), value };
    }
    case typeToken.date: {
      const length = reader.uint8();
      return { type: makeType("date"), value: length === 0 ? null : reader.uintN(3) };
    }
    case typeToken.time:
    case typeToken.datetime2:
    case typeToken.datetimeoffset:
      return readScaledTime(reader, token);
    default:
      return readFixed(reader, token) ?? readText(reader, token);
  }
}

/** The types without a length, which some clients send for values that are not null. */
function readFixed(reader: ByteReader, token: number): Typed | undefined {
  switch (token) {
    case typeToken.int1:
    case typeToken.int2:
    case typeToken.int4:
    case typeToken.int8: {
      const actual = { 0x30: 1, 0x34: 2, 0x38: 4, 0x7f: 8 }[token];
      return readNumber(reader, { token: typeToken.intN, declared: actual, actual });
    }
    case typeToken.bit:
      return readNumber(reader, { token: typeToken.bitN, declared: 1, actual: 1 });
    case typeToken.float:
      return readNumber(reader, { token: typeToken.floatN, declared: 8, actual: 8 });
    case typeToken.datetime:
      return readNumber(reader, { token: typeToken.datetimeN, declared: 8, actual: 8 });
    default:
      return undefined;
  }
}

function readNumber(
  reader: ByteReader,
  { token, declared, actual }: { token: number; declared: number; actual: number },
): Typed {
  const type = numberType(token, declared);
  if (actual === 0) return { type, value: null };
  switch (type.name) {
    case "bit":
      return { type, value: reader.uint8() !== 0 };
    case "tinyint":
      return { type, value: reader.uint8() };
    case "smallint":
      return { type, value: reader.int16() };
    case "int":
      return { type, value: reader.int32() };
    case "bigint":
      return { type, value: reader.int64() };
    case "real":
      return { type, value: reader.raw(4).readFloatLE() };
    case "float":
      return { type, value: reader.raw(8).readDoubleLE() };
    case "smallmoney":
      return { type, value: BigInt(reader.int32()) };
    case "money": {
      const high = BigInt(reader.int32());
      return { type, value: (high << 32n) | BigInt(reader.uint32()) };
    }
    case "datetime": {
      const days = reader.int32();
      return { type, value: days * datetimeTicksPerDay + reader.uint32() };
    }
    default: {
      const days = reader.uint16();
      return { type, value: days * 1440 + reader.uint16() };
    }
  }
}

function numberType(token: number, size: number): Type {
  switch (token) {
    case typeToken.bitN:
      return makeType("bit");
    case typeToken.intN:
      return makeType(
        size === 1 ? "tinyint" : size === 2 ? "smallint" : size === 4 ? "int" : "bigint",
      );
    case typeToken.floatN:
      return makeType(size === 4 ? "real" : "float");
    case typeToken.moneyN:
      return makeType(size === 4 ? "smallmoney" : "money", { scale: 4 });
    default:
      return makeType(size === 4 ? "smalldatetime" : "datetime");
  }
}

function readDecimal(reader: ByteReader, name: "decimal" | "numeric"): Typed {
  reader.uint8();
  const type = makeType(name, { precision: reader.uint8(), scale: reader.uint8() });
  const length = reader.uint8();
  if (length === 0) return { type, value: null };
  const isPositive = reader.uint8() !== 0;
  let magnitude = 0n;
  for (let index = 0; index < length - 1; index += 1)
    magnitude |= BigInt(reader.uint8()) << BigInt(index * 8);
  return { type, value: isPositive ? magnitude : -magnitude };
}

function readScaledTime(reader: ByteReader, token: number): Typed {
  const scale = reader.uint8();
  const length = reader.uint8();
  const name =
    token === typeToken.time
      ? "time"
      : token === typeToken.datetime2
        ? "datetime2"
        : "datetimeoffset";
  const type = makeType(name, { scale });
  if (length === 0) return { type, value: null };
  const dateBytes = name === "time" ? 0 : name === "datetime2" ? 3 : 5;
  const ticks = reader.uintN(length - dateBytes) * 10 ** (7 - scale);
  if (name === "time") return { type, value: ticks };
  const instant = BigInt(reader.uintN(3)) * 864_000_000_000n + BigInt(ticks);
  if (name === "datetime2") return { type, value: instant };
  return { type, value: { ticks: instant, offsetMinutes: reader.int16() } };
}

function readText(reader: ByteReader, token: number): Typed {
  switch (token) {
    case typeToken.nvarchar:
    case typeToken.nchar: {
      const { length, bytes } = readShortOrPlp(reader, true);
      return {
        type: nvarchar(length === -1 ? -1 : length / 2),
        value: bytes?.toString("utf16le") ?? null,
      };
    }
    case typeToken.varchar:
    case typeToken.char: {
      const { length, bytes } = readShortOrPlp(reader, true);
      return { type: varchar(length), value: bytes === undefined ? null : decodeCodePage(bytes) };
    }
    case typeToken.varbinary:
    case typeToken.binary: {
      const { length, bytes } = readShortOrPlp(reader, false);
      return { type: makeType("varbinary", { length }), value: bytes ?? null };
    }
    case typeToken.xml: {
      if (reader.uint8() !== 0) throw new SqlError(8016, "Typed XML parameters are not supported.");
      const bytes = readPlp(reader);
      return {
        type: makeType("xml"),
        value: bytes?.toString("utf16le").replace("\ufeff", "") ?? null,
      };
    }
    case typeToken.ntext:
    case typeToken.text:
    case typeToken.image:
      return readLongText(reader, token);
    default:
      throw new SqlError(
        8009,
        `The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. Data type 0x${token.toString(16).toUpperCase()} is unknown.`,
      );
  }
}

function readShortOrPlp(
  reader: ByteReader,
  hasCollation: boolean,
): { length: number; bytes: Buffer | undefined } {
  const declared = reader.uint16();
  if (hasCollation) reader.raw(5);
  if (declared === 0xffff) return { length: -1, bytes: readPlp(reader) };
  const length = reader.uint16();
  return { length: declared, bytes: length === 0xffff ? undefined : reader.raw(length) };
}

/** Reads a partially length-prefixed value (MS-TDS 2.2.5.2.3); `undefined` is null. */
function readPlp(reader: ByteReader): Buffer | undefined {
  if (reader.uint64() === 0xffffffffffffffffn) return undefined;
  const chunks: Buffer[] = [];
  for (let length = reader.uint32(); length !== 0; length = reader.uint32())
    chunks.push(reader.raw(length));
  return Buffer.concat(chunks);
}

function readLongText(reader: ByteReader, token: number): Typed {
  reader.uint32();
  if (token !== typeToken.image) reader.raw(5);
  const length = reader.int32();
  const bytes = length === -1 ? undefined : reader.raw(length);
  switch (token) {
    case typeToken.ntext:
      return { type: nvarchar(-1), value: bytes?.toString("utf16le") ?? null };
    case typeToken.text:
      return { type: varchar(-1), value: bytes === undefined ? null : decodeCodePage(bytes) };
    default:
      return { type: makeType("varbinary", { length: -1 }), value: bytes ?? null };
  }
}
