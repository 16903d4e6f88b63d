import { type Data, DataType } from "apache-arrow";
import { isValid } from "../arrow/validity.ts";

/** Rows looked at, spread over the batch. */
const SAMPLE_ROWS = 4096;
/** A dictionary pays when a value comes back at least twice on average. */
const DISTINCT_SHARE_MAX = 0.5;

/** True when a dictionary makes the column smaller and faster, judged by a sample of its values. */
export function isLowCardinality(data: Data): boolean {
  const step = Math.max(1, Math.floor(data.length / SAMPLE_ROWS));
  const hashes = new Set<number>();
  let sampled = 0;
  for (let row = 0; row < data.length; row += step) {
    if (!isValid(data, row)) continue;
    sampled += 1;
    hashes.add(hashValue(data, row));
  }
  return hashes.size <= sampled * DISTINCT_SHARE_MAX || sampled < 16;
}

/** A 32-bit hash of one value's bytes; collisions only make a column look a little more repetitive. */
function hashValue(data: Data, row: number): number {
  if (DataType.isBool(data.type)) return 0;
  const values: Uint8Array = data.values;
  if (values.buffer === undefined) return row;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const offsets: Int32Array | undefined = data.valueOffsets;
  const isVariable = offsets !== undefined && offsets !== null && offsets.length > 0;
  const width = (values.BYTES_PER_ELEMENT ?? 1) * data.stride;
  const start = isVariable ? (offsets[row] ?? 0) : row * width;
  const end = isVariable ? (offsets[row + 1] ?? 0) : start + width;
  let hash = 0x81_1c_9d_c5;
  for (let index = start; index < end; index += 1) {
    hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01_00_01_93);
  }
  return hash;
}
