import {
  type Data,
  DataType,
  DateUnit,
  Float64,
  MapRow,
  makeData,
  Precision,
  type RecordBatch,
  StructRow,
  Vector,
} from "apache-arrow";
import { alignedNulls, isSet } from "./validity.ts";

/**
 * 128-bit hashes of rows, as four lanes of 32 bits: `lanes[4 * row + lane]`.
 *
 * A hash depends on the names and values of the columns that are not null, and on nothing else: not on the order of the
 * columns, the cuts between batches, or columns that only hold nulls. Not made to withstand an attacker.
 */
export function hashRows(batch: RecordBatch, columns: readonly string[]): Int32Array {
  const lanes = new Int32Array(4 * batch.numRows);
  const { fields } = batch.schema;
  for (const name of columns.toSorted()) {
    const index = fields.findIndex((field) => field.name === name);
    const data = batch.data.children[index];
    if (data !== undefined) addColumn(lanes, data, hashText(name));
  }
  finish(lanes);
  return lanes;
}

/** Adds the rows' hashes to `sum`, lane by lane; the result does not depend on the order of the rows. */
export function addHashes(sum: Int32Array, lanes: Int32Array): void {
  let [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = sum;
  // Wrapping 32-bit additions, lane by lane.
  for (let index = 0; index + 3 < lanes.length; index += 4) {
    s0 = (s0 + at(lanes, index)) | 0;
    s1 = (s1 + at(lanes, index + 1)) | 0;
    s2 = (s2 + at(lanes, index + 2)) | 0;
    s3 = (s3 + at(lanes, index + 3)) | 0;
  }
  sum.set([s0, s1, s2, s3]);
}

/** 32 hexadecimal digits of the four lanes that start at `offset`. */
export function hashDigits(lanes: Int32Array, offset = 0): string {
  let digits = "";
  for (let lane = 0; lane < 4; lane++) {
    digits += (at(lanes, offset + lane) >>> 0).toString(16).padStart(8, "0");
  }
  return digits;
}

/** The multiplier of xxHash and MurmurHash3 for 32 bits: odd, with well spread bits. */
const SPREAD = 0x9e3779b1;

/** MurmurHash3's 32-bit finaliser. */
function avalanche(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * ChaCha's quarter round (RFC 8439 §2.1) over the four lanes of a row: reversible, so that a difference between two rows
 * never fades, and it reaches every lane before the next column comes. Faster than mixing each lane by multiplications.
 */
function mix(lanes: Int32Array, index: number): void {
  let a = at(lanes, index);
  let b = at(lanes, index + 1);
  let c = at(lanes, index + 2);
  let d = at(lanes, index + 3);
  a = (a + b) | 0;
  d ^= a;
  d = (d << 16) | (d >>> 16);
  c = (c + d) | 0;
  b ^= c;
  b = (b << 12) | (b >>> 20);
  a = (a + b) | 0;
  d ^= a;
  d = (d << 8) | (d >>> 24);
  c = (c + d) | 0;
  b ^= c;
  b = (b << 7) | (b >>> 25);
  lanes[index] = a;
  lanes[index + 1] = b;
  lanes[index + 2] = c;
  lanes[index + 3] = d;
}

function finish(lanes: Int32Array): void {
  for (let index = 0; index < lanes.length; index += 4) {
    mix(lanes, index);
    mix(lanes, index);
    for (let lane = index; lane < index + 4; lane++) lanes[lane] = avalanche(at(lanes, lane));
  }
}

function addColumn(lanes: Int32Array, data: Data, seed: number): void {
  const { type } = data;
  if (DataType.isNull(type)) return;
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return addBytes(lanes, data, seed);
  if (DataType.isBool(type)) return addBooleans(lanes, data, seed);
  if (DataType.isFloat(type) && type.precision === Precision.SINGLE)
    return addFloats(lanes, data, seed);
  const words = wordsPerValue(type);
  if (words > 0) return addWords(lanes, data, seed, words);
  addNested(lanes, data, seed);
}

/** How many 32-bit words one value of a fixed-width type has; 0 for any other type. */
function wordsPerValue(type: DataType): number {
  if (DataType.isInt(type)) return type.bitWidth === 64 ? 2 : type.bitWidth === 32 ? 1 : 0;
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 2 : 0;
  if (DataType.isDecimal(type)) return 4;
  if (DataType.isTimestamp(type)) return 2;
  if (DataType.isDate(type)) return type.unit === DateUnit.DAY ? 1 : 2;
  return 0;
}

/** Each word of a value goes into a lane of its own; then `mix`, in line: the lanes stay in registers. */
function addWords(lanes: Int32Array, data: Data, seed: number, words: number): void {
  const bytes: ArrayBufferView = data.values;
  const values = new Int32Array(bytes.buffer, bytes.byteOffset, data.length * words);
  const { nullBitmap: valid, offset } = data;
  const hasNulls = data.nullCount > 0;
  for (let row = 0; row < data.length; row++) {
    if (hasNulls && !isSet(valid, offset + row)) continue;
    const index = 4 * row;
    const from = row * words;
    let a = at(lanes, index) ^ at(values, from) ^ seed;
    let b = at(lanes, index + 1);
    let c = at(lanes, index + 2);
    let d = at(lanes, index + 3);
    if (words > 1) b ^= at(values, from + 1);
    if (words > 2) {
      c ^= at(values, from + 2);
      d ^= at(values, from + 3);
    }
    a = (a + b) | 0;
    d ^= a;
    d = (d << 16) | (d >>> 16);
    c = (c + d) | 0;
    b ^= c;
    b = (b << 12) | (b >>> 20);
    a = (a + b) | 0;
    d ^= a;
    d = (d << 8) | (d >>> 24);
    c = (c + d) | 0;
    b ^= c;
    b = (b << 7) | (b >>> 25);
    lanes[index] = a;
    lanes[index + 1] = b;
    lanes[index + 2] = c;
    lanes[index + 3] = d;
  }
}

/** Float32 is hashed as the double it equals, so that a table with a wider column agrees. */
function addFloats(lanes: Int32Array, data: Data, seed: number): void {
  const singles: Float32Array = data.values;
  const doubles = makeData({
    type: new Float64(),
    length: data.length,
    nullCount: data.nullCount,
    nullBitmap: alignedNulls(data),
    data: Float64Array.from(singles),
  });
  addWords(lanes, doubles, seed, 2);
}

function addBooleans(lanes: Int32Array, data: Data, seed: number): void {
  const bits: Uint8Array = data.values;
  const { nullBitmap: valid, offset } = data;
  const hasNulls = data.nullCount > 0;
  for (let row = 0; row < data.length; row++) {
    if (hasNulls && !isSet(valid, offset + row)) continue;
    const index = 4 * row;
    lanes[index] = at(lanes, index) ^ seed ^ (isSet(bits, offset + row) ? 1 : 2);
    mix(lanes, index);
  }
}

function addBytes(lanes: Int32Array, data: Data, seed: number): void {
  const bytes: Uint8Array = data.values;
  const offsets: Int32Array = data.valueOffsets;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { nullBitmap: valid, offset } = data;
  const hasNulls = data.nullCount > 0;
  for (let row = 0; row < data.length; row++) {
    if (hasNulls && !isSet(valid, offset + row)) continue;
    const index = 4 * row;
    lanes[index] = at(lanes, index) ^ seed;
    addText(lanes, index, { view, first: at(offsets, row), end: at(offsets, row + 1) });
  }
}

/** Bytes from `first` to before `end`, sixteen at a time; then the last 0 to 15, with their count in the byte behind. */
function addText(
  lanes: Int32Array,
  index: number,
  { view, first, end }: { readonly view: DataView; readonly first: number; readonly end: number },
): void {
  let a = at(lanes, index);
  let b = at(lanes, index + 1);
  let c = at(lanes, index + 2);
  let d = at(lanes, index + 3);
  for (let position = first, isTail = false; !isTail; position += 16) {
    isTail = position + 16 > end;
    if (isTail) {
      a ^= wordAt(view, position, end);
      b ^= wordAt(view, position + 4, end);
      c ^= wordAt(view, position + 8, end);
      d ^= wordAt(view, position + 12, end) ^ ((end - position) << 24);
    } else {
      a ^= view.getInt32(position, true);
      b ^= view.getInt32(position + 4, true);
      c ^= view.getInt32(position + 8, true);
      d ^= view.getInt32(position + 12, true);
    }
    a = (a + b) | 0;
    d ^= a;
    d = (d << 16) | (d >>> 16);
    c = (c + d) | 0;
    b ^= c;
    b = (b << 12) | (b >>> 20);
    a = (a + b) | 0;
    d ^= a;
    d = (d << 8) | (d >>> 24);
    c = (c + d) | 0;
    b ^= c;
    b = (b << 7) | (b >>> 25);
  }
  lanes[index] = a;
  lanes[index + 1] = b;
  lanes[index + 2] = c;
  lanes[index + 3] = d;
}

/** The up to four bytes at `position` that lie before `end`; zeros stand for the others. */
function wordAt(view: DataView, position: number, end: number): number {
  if (position + 4 <= end) return view.getInt32(position, true);
  let word = 0;
  for (let p = position, shift = 0; p < end; p++, shift += 8) word |= view.getUint8(p) << shift;
  return word;
}

/** Structs, lists, maps and rare widths: through a canonical text of the value; slow and general. */
function addNested(lanes: Int32Array, data: Data, seed: number): void {
  const vector = new Vector([data]);
  const encoder = new TextEncoder();
  for (let row = 0; row < data.length; row++) {
    const value: unknown = vector.get(row);
    if (value === null || value === undefined) continue;
    const bytes = encoder.encode(canonicalText(value));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    lanes[4 * row] = at(lanes, 4 * row) ^ seed;
    addText(lanes, 4 * row, { view, first: 0, end: bytes.byteLength });
  }
}

/** One text per value: fields by name without nulls, list items in order, bytes and decimals as hexadecimal digits. */
function canonicalText(value: unknown): string {
  if (value instanceof StructRow || value instanceof MapRow) {
    const entries = [...value]
      .filter(([, field]) => field !== null && field !== undefined)
      .map(([name, field]) => `${JSON.stringify(String(name))}:${canonicalText(field)}`);
    return `{${entries.toSorted().join(",")}}`;
  }
  if (value instanceof Vector) return `[${[...value].map(canonicalText).join(",")}]`;
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
  }
  return typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? "null");
}

function hashText(text: string): number {
  let hash = text.length;
  for (const byte of Buffer.from(text)) hash = avalanche(Math.imul(hash ^ byte, SPREAD));
  return hash;
}

/** Callers stay inside the array; the fallback only satisfies the type checker. */
function at(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}
