import type { BytesWriter } from "./code-page.ts";
import { type ColumnReader, writeNull } from "./column-reader.ts";
import { writeUtf16 } from "./json-text.ts";

/** Length of a USHORTLEN value that is null. Source: MS-TDS 2.2.5.2.3. */
const NULL_LENGTH = 0xffff;
/** Bytes of the timestamp behind a text pointer. */
const TEXT_TIMESTAMP_BYTES = 8;

/** Appends the bytes of a character value as JSON. */
export const utf16Writer: BytesWriter = writeUtf16;

/** Appends an xml value: UTF-16LE, which some servers start with a byte order mark that is not content. */
export const xmlWriter: BytesWriter = (input, start, end, out) => {
  const hasMark = end - start >= 2 && input[start] === 0xff && input[start + 1] === 0xfe;
  writeUtf16(input, hasMark ? start + 2 : start, end, out);
};

/** Appends bytes as a base64 JSON string. */
export const base64Writer: BytesWriter = (input, start, end, out) => {
  out.ensure(2);
  out.bytes[out.position++] = 0x22;
  out.ascii(input.toString("base64", start, end));
  out.ensure(1);
  out.bytes[out.position++] = 0x22;
};

/** Appends bytes as a `0x…` JSON string, upper case as SQL Server prints them. */
export const hexWriter: BytesWriter = (input, start, end, out) => {
  out.ascii(`"0x${input.toString("hex", start, end).toUpperCase()}"`);
};

/** Reads a value with a two-byte length: char, varchar, nchar, nvarchar, binary, varbinary up to 8000 bytes. */
export function shortReader(write: BytesWriter): ColumnReader {
  return (input, position, out) => {
    if (position + 2 > input.length) return ~position;
    const length = input.readUInt16LE(position);
    if (length === NULL_LENGTH) {
      writeNull(out);
      return position + 2;
    }
    const end = position + 2 + length;
    if (end > input.length) return ~position;
    write(input, position + 2, end, out);
    return end;
  };
}

/** Reads text, ntext, image: text pointer (length 0 is null), timestamp, four-byte length, bytes. */
export function pointerReader(write: BytesWriter): ColumnReader {
  return (input, position, out) => {
    if (position >= input.length) return ~position;
    const pointerBytes = input[position] ?? 0;
    if (pointerBytes === 0) {
      writeNull(out);
      return position + 1;
    }
    const lengthAt = position + 1 + pointerBytes + TEXT_TIMESTAMP_BYTES;
    if (lengthAt + 4 > input.length) return ~position;
    const start = lengthAt + 4;
    const end = start + input.readUInt32LE(lengthAt);
    if (end > input.length) return ~position;
    write(input, start, end, out);
    return end;
  };
}
