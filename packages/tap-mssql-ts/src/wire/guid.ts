import { type ColumnReader, writeNull } from "./column-reader.ts";

/** Where each text byte of a GUID stands on the wire: three little-endian groups, then eight bytes in order. */
const BYTE_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const QUOTED_GUID_LENGTH = 38;

/** Reads GUID: a length byte (0 is null), then 16 bytes. */
export function guidReader(letterCase: "lower" | "upper"): ColumnReader {
  const alphabet = Buffer.from(letterCase === "lower" ? "0123456789abcdef" : "0123456789ABCDEF");
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    if (input[position] === 0) {
      writeNull(out);
      return position + 1;
    }
    const start = position + 1;
    if (start + 16 > input.length) return ~position;
    out.ensure(QUOTED_GUID_LENGTH);
    const { bytes } = out;
    let at = out.position;
    bytes[at++] = 0x22;
    for (let index = 0; index < 16; index++) {
      if (index === 4 || index === 6 || index === 8 || index === 10) bytes[at++] = 0x2d;
      const value = input[start + (BYTE_ORDER[index] ?? 0)] ?? 0;
      bytes[at++] = alphabet[value >> 4] ?? 0;
      bytes[at++] = alphabet[value & 15] ?? 0;
    }
    bytes[at++] = 0x22;
    out.position = at;
    return start + 16;
  };
}
