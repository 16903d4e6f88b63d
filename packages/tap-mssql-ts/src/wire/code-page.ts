import iconv from "iconv-lite";
import { writeSingleByte, writeString } from "./json-text.ts";
import type { RowBuffer } from "./row-buffer.ts";

/** Appends bytes `input[start, end)` of a code page as a JSON string. */
export type BytesWriter = (input: Buffer, start: number, end: number, out: RowBuffer) => void;

const MULTI_BYTE = new Set(["CP932", "CP936", "CP949", "CP950", "utf-8"]);
const DEFAULT_CODE_PAGE = "CP1252";

/** The writer for text of `codePage`, as tedious names it (`CP1252`, `utf-8`, …). */
export function codePageWriter(codePage: string = DEFAULT_CODE_PAGE): BytesWriter {
  if (MULTI_BYTE.has(codePage))
    return (input, start, end, out) =>
      writeString(iconv.decode(input.subarray(start, end), codePage), out);
  const highBytes = Buffer.from(Array.from({ length: 128 }, (_, index) => index + 128));
  const points = iconv.decode(highBytes, codePage);
  const table = Uint16Array.from({ length: 128 }, (_, index) => points.charCodeAt(index));
  return (input, start, end, out) => writeSingleByte(input, { start, end }, table, out);
}
