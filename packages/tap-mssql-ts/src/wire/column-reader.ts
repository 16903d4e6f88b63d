import type { RowBuffer } from "./row-buffer.ts";

/**
 * Reads one column value of a row at `position` of `input` and appends it as JSON to `out`.
 * Returns the position behind the value, or `~consumed` (a negative number) when the value is not
 * complete yet: the caller then calls again with more bytes, starting at `consumed`. Only readers
 * of long values consume part of a value; the others return `~position`.
 */
export type ColumnReader = (input: Buffer, position: number, out: RowBuffer) => number;

/** Appends JSON null; every reader's answer to a missing value. */
export function writeNull(out: RowBuffer): void {
  out.ensure(4);
  const { bytes, position } = out;
  bytes[position] = 0x6e;
  bytes[position + 1] = 0x75;
  bytes[position + 2] = 0x6c;
  bytes[position + 3] = 0x6c;
  out.position = position + 4;
}
