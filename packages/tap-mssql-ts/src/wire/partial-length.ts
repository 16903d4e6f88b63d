import type { BytesWriter } from "./code-page.ts";
import { type ColumnReader, writeNull } from "./column-reader.ts";

/** Low and high half of the total length that says null. Source: MS-TDS 2.2.5.2.3 (PLP_NULL). */
const NULL_HALF = 0xffff_ffff;
const HEADER_BYTES = 8;

/**
 * Reads a partially length-prefixed value, that is a (max) type, xml or a UDT: eight bytes of total
 * length, then chunks with a four-byte length each, then a chunk of length 0. What has arrived is
 * taken at once, so that a value of any size is copied once; the reader keeps it between calls and
 * therefore belongs to one column of one result.
 */
export function partialLengthReader(write: BytesWriter): ColumnReader {
  let isStarted = false;
  let chunkBytesLeft = 0;
  let pieces: Buffer[] = [];

  return (input, position, out) => {
    let at = position;
    if (!isStarted) {
      if (at + HEADER_BYTES > input.length) return ~at;
      const low = input.readUInt32LE(at);
      const high = input.readUInt32LE(at + 4);
      at += HEADER_BYTES;
      if (low === NULL_HALF && high === NULL_HALF) {
        writeNull(out);
        return at;
      }
      isStarted = true;
    }
    for (;;) {
      if (chunkBytesLeft === 0) {
        if (at + 4 > input.length) return ~at;
        chunkBytesLeft = input.readUInt32LE(at);
        at += 4;
        if (chunkBytesLeft === 0) break;
      }
      const stop = Math.min(input.length, at + chunkBytesLeft);
      if (stop === at) return ~at;
      pieces.push(input.subarray(at, stop));
      chunkBytesLeft -= stop - at;
      at = stop;
    }
    const [first] = pieces;
    const whole = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    write(whole, 0, whole.length, out);
    isStarted = false;
    pieces = [];
    return at;
  };
}
