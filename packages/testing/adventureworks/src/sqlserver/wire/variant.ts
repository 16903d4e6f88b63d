import { bytesOf, type Value } from "../engine/value.ts";
import type { TokenBuffer } from "./token-buffer.ts";
import { collation, typeToken } from "./type-info.ts";

/**
 * Writes a sql_variant that is not null; its base type is that of the value: bit, int, bigint,
 * nvarchar or varbinary. Source: MS-TDS 2.2.5.5.4.
 */
export function writeVariant(out: TokenBuffer, value: Value): void {
  switch (typeof value) {
    case "boolean":
      head(out, typeToken.bit, 1);
      out.uint8(value ? 1 : 0);
      return;
    case "number":
      head(out, typeToken.int4, 4);
      out.int32(value);
      return;
    case "bigint":
      head(out, typeToken.int8, 8);
      out.uint64(BigInt.asUintN(64, value));
      return;
    case "string":
      head(out, typeToken.nvarchar, value.length * 2, collation.length + 2);
      out.raw(collation);
      out.uint16(value.length * 2);
      out.utf16(value);
      return;
    default: {
      const bytes = bytesOf(value);
      head(out, typeToken.varbinary, bytes.length, 2);
      out.uint16(bytes.length);
      out.raw(bytes);
    }
  }
}

/** Length of all that follows, base type, length of its properties. */
function head(out: TokenBuffer, token: number, dataBytes: number, propertyBytes = 0): void {
  out.uint32(2 + propertyBytes + dataBytes);
  out.uint8(token);
  out.uint8(propertyBytes);
}
