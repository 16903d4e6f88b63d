import {
  type Data,
  DataType,
  DateUnit,
  Float64,
  Int32,
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
  for (const name of columns) {
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

/** The multipliers of the four lanes: odd, with well spread bits (from xxHash and MurmurHash3). */
const M0 = 0x9e3779b1;
const M1 = 0x85ebca77;
const M2 = 0xc2b2ae3d;
const M3 = 0x27d4eb2f;

/** MurmurHash3's 32-bit finaliser. */
function avalanche(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function finish(lanes: Int32Array): void {
  for (let index = 0; index < lanes.length; index++) lanes[index] = avalanche(at(lanes, index));
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

// The four lanes are local variables, mixed in line, instead of a shared state that functions change.

function addWords(lanes: Int32Array, data: Data, seed: number, words: number): void {
  const bytes: ArrayBufferView = data.values;
  const values = new Int32Array(bytes.buffer, bytes.byteOffset, data.length * words);
  const { nullBitmap: valid, offset } = data;
  const hasNulls = data.nullCount > 0;
  for (let row = 0; row < data.length; row++) {
    if (hasNulls && !isSet(valid, offset + row)) continue;
    let h0 = seed;
    let h1 = Math.imul(seed, M1);
    let h2 = Math.imul(seed, M2);
    let h3 = Math.imul(seed, M3);
    for (let index = row * words; index < (row + 1) * words; index++) {
      const word = at(values, index);
      h0 = Math.imul(h0 ^ word, M0);
      h0 ^= h0 >>> 15;
      h1 = Math.imul(h1 ^ word, M1);
      h1 ^= h1 >>> 14;
      h2 = Math.imul(h2 ^ word, M2);
      h2 ^= h2 >>> 16;
      h3 = Math.imul(h3 ^ word, M3);
      h3 ^= h3 >>> 13;
    }
    const index = 4 * row;
    lanes[index] = (at(lanes, index) + avalanche(h0)) | 0;
    lanes[index + 1] = (at(lanes, index + 1) + avalanche(h1)) | 0;
    lanes[index + 2] = (at(lanes, index + 2) + avalanche(h2)) | 0;
    lanes[index + 3] = (at(lanes, index + 3) + avalanche(h3)) | 0;
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
  const numbers = new Int32Array(data.length);
  for (let row = 0; row < data.length; row++) {
    numbers[row] = isSet(bits, data.offset + row) ? 1 : 2;
  }
  const words = makeData({
    type: new Int32(),
    length: data.length,
    nullCount: data.nullCount,
    nullBitmap: alignedNulls(data),
    data: numbers,
  });
  addWords(lanes, words, seed, 1);
}

function addBytes(lanes: Int32Array, data: Data, seed: number): void {
  const bytes: Uint8Array = data.values;
  const offsets: Int32Array = data.valueOffsets;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { nullBitmap: valid, offset } = data;
  const hasNulls = data.nullCount > 0;
  for (let row = 0; row < data.length; row++) {
    if (hasNulls && !isSet(valid, offset + row)) continue;
    addText(lanes, { row, seed, view, first: at(offsets, row), end: at(offsets, row + 1) });
  }
}

interface Text {
  readonly row: number;
  readonly seed: number;
  readonly view: DataView;
  readonly first: number;
  readonly end: number;
}

/** Bytes from `first` to before `end`, four at a time; then the tail, and the length. */
function addText(lanes: Int32Array, { row, seed, view, first, end }: Text): void {
  let h0 = seed;
  let h1 = Math.imul(seed, M1);
  let h2 = Math.imul(seed, M2);
  let h3 = Math.imul(seed, M3);
  let position = first;
  for (let isTail = false; !isTail; position += 4) {
    isTail = position + 4 > end;
    const word = isTail ? tailWord(view, position, end) : view.getInt32(position, true);
    h0 = Math.imul(h0 ^ word, M0);
    h0 ^= h0 >>> 15;
    h1 = Math.imul(h1 ^ word, M1);
    h1 ^= h1 >>> 14;
    h2 = Math.imul(h2 ^ word, M2);
    h2 ^= h2 >>> 16;
    h3 = Math.imul(h3 ^ word, M3);
    h3 ^= h3 >>> 13;
  }
  const length = end - first;
  const index = 4 * row;
  lanes[index] = (at(lanes, index) + avalanche(Math.imul(h0 ^ length, M0))) | 0;
  lanes[index + 1] = (at(lanes, index + 1) + avalanche(Math.imul(h1 ^ length, M1))) | 0;
  lanes[index + 2] = (at(lanes, index + 2) + avalanche(Math.imul(h2 ^ length, M2))) | 0;
  lanes[index + 3] = (at(lanes, index + 3) + avalanche(Math.imul(h3 ^ length, M3))) | 0;
}

/** The last zero to three bytes. */
function tailWord(view: DataView, first: number, end: number): number {
  let word = 0;
  for (let position = first; position < end; position++) {
    word = (word << 8) | view.getUint8(position);
  }
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
    addText(lanes, { row, seed, view, first: 0, end: bytes.byteLength });
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
  for (const byte of Buffer.from(text)) hash = avalanche(Math.imul(hash ^ byte, M0));
  return hash;
}

/** Callers stay inside the array; the fallback only satisfies the type checker. */
function at(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}
