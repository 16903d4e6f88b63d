import type { Type, TypeName } from "../engine/type.ts";
import { decimalMagnitudeBytes } from "./decimal-size.ts";
import type { TokenBuffer } from "./token-buffer.ts";

/** SQL_Latin1_General_CP1_CI_AS: LCID, flags, version and sort id (MS-TDS 2.2.5.1.2). */
export const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

/** Type tokens of MS-TDS 2.2.5.4. */
export const typeToken = {
  int1: 0x30,
  bit: 0x32,
  int2: 0x34,
  int4: 0x38,
  smalldatetime: 0x3a,
  real: 0x3b,
  money: 0x3c,
  datetime: 0x3d,
  float: 0x3e,
  smallmoney: 0x7a,
  int8: 0x7f,
  guid: 0x24,
  intN: 0x26,
  date: 0x28,
  time: 0x29,
  datetime2: 0x2a,
  datetimeoffset: 0x2b,
  bitN: 0x68,
  decimalN: 0x6a,
  numericN: 0x6c,
  floatN: 0x6d,
  moneyN: 0x6e,
  datetimeN: 0x6f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  nvarchar: 0xe7,
  nchar: 0xef,
  udt: 0xf0,
  xml: 0xf1,
  image: 0x22,
  text: 0x23,
  ntext: 0x63,
  variant: 0x62,
} as const;

/** Token for columns that are never null, token for those that may be, and size in bytes. */
const sizedTokens: Partial<Record<TypeName, readonly [number, number, number]>> = {
  bit: [typeToken.bit, typeToken.bitN, 1],
  tinyint: [typeToken.int1, typeToken.intN, 1],
  smallint: [typeToken.int2, typeToken.intN, 2],
  int: [typeToken.int4, typeToken.intN, 4],
  bigint: [typeToken.int8, typeToken.intN, 8],
  real: [typeToken.real, typeToken.floatN, 4],
  float: [typeToken.float, typeToken.floatN, 8],
  money: [typeToken.money, typeToken.moneyN, 8],
  smallmoney: [typeToken.smallmoney, typeToken.moneyN, 4],
  datetime: [typeToken.datetime, typeToken.datetimeN, 8],
  smalldatetime: [typeToken.smalldatetime, typeToken.datetimeN, 4],
};

/** Whether never-null columns of the type have a token without a length. */
export function hasFixedToken(type: Type): boolean {
  return sizedTokens[type.name] !== undefined;
}

/** Writes TYPE_INFO; `isFixed` takes the never-null form. */
export function writeTypeInfo(
  out: TokenBuffer,
  type: Type,
  isFixed: boolean,
  database: string,
): void {
  const tokens = sizedTokens[type.name];
  if (tokens !== undefined) {
    out.uint8(isFixed ? tokens[0] : tokens[1]);
    if (!isFixed) out.uint8(tokens[2]);
    return;
  }
  switch (type.name) {
    case "decimal":
    case "numeric":
      out.uint8(type.name === "decimal" ? typeToken.decimalN : typeToken.numericN);
      out.uint8(decimalMagnitudeBytes(type.precision) + 1);
      out.uint8(type.precision);
      out.uint8(type.scale);
      return;
    case "date":
      out.uint8(typeToken.date);
      return;
    case "time":
    case "datetime2":
    case "datetimeoffset":
      out.uint8(typeToken[type.name]);
      out.uint8(type.scale);
      return;
    case "uniqueidentifier":
      out.uint8(typeToken.guid);
      out.uint8(16);
      return;
    default:
      writeByteTypeInfo(out, type, database);
  }
}

function writeByteTypeInfo(out: TokenBuffer, type: Type, database: string): void {
  switch (type.name) {
    case "nchar":
    case "nvarchar":
      out.uint8(typeToken[type.name]);
      out.uint16(type.length === -1 ? 0xffff : type.length * 2);
      out.raw(collation);
      return;
    case "char":
    case "varchar":
      out.uint8(typeToken[type.name]);
      out.uint16(type.length === -1 ? 0xffff : type.length);
      out.raw(collation);
      return;
    case "binary":
    case "varbinary":
      out.uint8(typeToken[type.name]);
      out.uint16(type.length === -1 ? 0xffff : type.length);
      return;
    case "timestamp":
      out.uint8(typeToken.binary);
      out.uint16(8);
      return;
    case "text":
    case "ntext":
    case "image":
      writePointedInfo(out, type.name);
      return;
    case "sql_variant":
      out.uint8(typeToken.variant);
      out.uint32(variantBytesMax);
      return;
    case "xml":
      out.uint8(typeToken.xml);
      out.uint8(0);
      return;
    case "hierarchyid":
    case "geography":
    case "geometry":
      writeUdtInfo(out, type.name, database);
      return;
    default:
      throw new Error(`no TYPE_INFO for ${type.name}`);
  }
}

/** Longest sql_variant, its header included (MS-TDS 2.2.5.5.4). */
const variantBytesMax = 8009;

/** text, ntext and image name their table in COLMETADATA: here one of no parts. */
function writePointedInfo(out: TokenBuffer, name: "text" | "ntext" | "image"): void {
  out.uint8(typeToken[name]);
  out.uint32(0x7fffffff);
  if (name !== "image") out.raw(collation);
  out.uint8(0);
}

/** UDT_INFO in COLMETADATA (MS-TDS 2.2.5.5.2); 0xffff is a size without limit. */
function writeUdtInfo(
  out: TokenBuffer,
  name: "hierarchyid" | "geography" | "geometry",
  database: string,
): void {
  const classNames = {
    hierarchyid: "SqlHierarchyId",
    geography: "SqlGeography",
    geometry: "SqlGeometry",
  };
  const className = classNames[name];
  const assembly =
    "Microsoft.SqlServer.Types, Version=11.0.0.0, Culture=neutral, PublicKeyToken=89845dcd8080cc91";
  out.uint8(typeToken.udt);
  out.uint16(name === "hierarchyid" ? 892 : 0xffff);
  out.shortText(database);
  out.shortText("sys");
  out.shortText(name);
  out.longText(`Microsoft.SqlServer.Types.${className}, ${assembly}`);
}
