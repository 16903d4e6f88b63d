import { type Data, DataType } from "apache-arrow";
import type { Scalar } from "../scalar.ts";
import { wordsToBigint } from "../stats/extreme.ts";
import { isValid } from "./validity.ts";

/** One value of a primitive column as the exact value that partitions and statistics work with. */
export function readScalar(data: Data, row: number): Scalar {
  if (!isValid(data, row)) return null;
  const { type } = data;
  if (DataType.isBool(type)) {
    const position = data.offset + row;
    const bits: Uint8Array = data.values;
    return (((bits[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
  }
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    const offsets: Int32Array = data.valueOffsets;
    const all: Uint8Array = data.values;
    const bytes = all.subarray(offsets[row], offsets[row + 1]);
    return DataType.isUtf8(type) ? new TextDecoder().decode(bytes) : bytes;
  }
  if (DataType.isDecimal(type)) {
    const values: Uint32Array = data.values;
    const words = new Int32Array(values.buffer, values.byteOffset, values.length);
    return wordsToBigint(words, row * 4, 4);
  }
  const values: BigInt64Array | Int32Array = data.values;
  const value = values[row];
  if (value === undefined) throw new Error(`row ${row} lies outside its column`);
  return value;
}
