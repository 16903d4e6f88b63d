import { type Data, DataType } from "apache-arrow";
import { DeltaError } from "../error.ts";
import { describeType } from "./type.ts";
import { validityMask } from "./validity.ts";

/**
 * The values of a key column as bytes laid out for hashing and comparing: `width` 32-bit words a row, or for texts and
 * binaries a byte range a row. Keys of several columns are several of these.
 */
export type KeyColumn =
  | { readonly type: "words"; readonly words: Int32Array; readonly width: number }
  | { readonly type: "bytes"; readonly bytes: Uint8Array; readonly offsets: Int32Array };

const HASH_SEED = 0x81_1c_9d_c5;
const HASH_FACTOR = 0x01_00_01_93;

/** Lays out a column of a type that can be a key; E_SCHEMA_MISMATCH for floats and nested types. */
export function keyColumn(data: Data, name: string): KeyColumn {
  const { type } = data;
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    return { type: "bytes", bytes: data.values, offsets: data.valueOffsets };
  }
  const width = wordWidth(type);
  if (width !== undefined) {
    const values: Int32Array | BigInt64Array = data.values;
    const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
    return { type: "words", words, width };
  }
  if (DataType.isInt(type)) {
    const values: Int8Array | Int16Array = data.values;
    return { type: "words", words: Int32Array.from(values), width: 1 };
  }
  if (DataType.isBool(type)) return { type: "words", words: boolWords(data), width: 1 };
  throw new DeltaError(
    "E_SCHEMA_MISMATCH",
    `column ${name} is ${describeType(type)}, which cannot be a key`,
  );
}

/** One hash a row over all key columns, at the start of `target`; the part of it that holds them. */
export function hashKeys(
  columns: readonly KeyColumn[],
  rowCount: number,
  target: Uint32Array,
): Uint32Array {
  const hashes = target.subarray(0, rowCount);
  const [first] = columns;
  if (columns.length === 1 && first?.type === "words" && first.width === 2) {
    hashLongs(first.words, hashes);
    return hashes;
  }
  hashes.fill(HASH_SEED);
  for (const column of columns) {
    if (column.type === "words") hashWords(column.words, column.width, hashes);
    else hashBytes(column.bytes, column.offsets, hashes);
  }
  for (let row = 0; row < rowCount; row += 1) hashes[row] = scramble(hashes[row] ?? 0);
  return hashes;
}

/** The hashes that {@link hashKeys} gives to some rows of a single column of words, each at its row in `target`. */
export function hashRows(
  { words, width }: { readonly words: Int32Array; readonly width: number },
  rows: Uint32Array,
  target: Uint32Array,
): void {
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] ?? 0;
    let hash = HASH_SEED;
    for (let part = 0; part < width; part += 1)
      hash = mixWord(hash, words[row * width + part] ?? 0);
    target[row] = scramble(hash);
  }
}

/** True when both rows have the same key. */
export function isSameKey(
  left: readonly KeyColumn[],
  leftRow: number,
  right: readonly KeyColumn[],
  rightRow: number,
): boolean {
  for (let index = 0; index < left.length; index += 1) {
    const a = left[index];
    const b = right[index];
    if (a?.type === "words" && b?.type === "words") {
      if (!isSameWords(a.words, leftRow, b.words, rightRow, a.width)) return false;
    } else if (a?.type === "bytes" && b?.type === "bytes") {
      if (!isSameBytes(a.bytes, a.offsets, leftRow, b.bytes, b.offsets, rightRow)) return false;
    } else throw new Error("the key columns of both sides differ in type");
  }
  return true;
}

/** 1 for rows whose key has no null: the others match nothing. Undefined when all have none. */
export function keyMask(columns: readonly Data[]): Uint8Array | undefined {
  let mask: Uint8Array | undefined;
  for (const data of columns) mask = validityMask(data, mask);
  return mask;
}

function wordWidth(type: DataType): number | undefined {
  if (DataType.isInt(type)) return type.bitWidth >= 32 ? type.bitWidth / 32 : undefined;
  if (DataType.isTimestamp(type)) return 2;
  if (DataType.isDecimal(type)) return 4;
  return DataType.isDate(type) ? 1 : undefined;
}

function boolWords(data: Data): Int32Array {
  const bits: Uint8Array = data.values;
  return Int32Array.from({ length: data.length }, (_, row) => {
    const position = data.offset + row;
    return ((bits[position >> 3] ?? 0) >> (position & 7)) & 1;
  });
}

// Plain loops over typed arrays: 1.5 times JS Map<number>, 30 times Map of joined strings (speed.md §7).
function hashWords(words: Int32Array, width: number, hashes: Uint32Array): void {
  for (let row = 0; row < hashes.length; row += 1) {
    let hash = hashes[row] ?? 0;
    for (let part = 0; part < width; part += 1)
      hash = mixWord(hash, words[row * width + part] ?? 0);
    hashes[row] = hash;
  }
}

function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, HASH_FACTOR);
  return mixed ^ (mixed >>> 15);
}

/** A key of one 64-bit column, the usual one, in one pass. */
function hashLongs(words: Int32Array, hashes: Uint32Array): void {
  for (let row = 0; row < hashes.length; row += 1) {
    const hash = mixWord(HASH_SEED, words[row * 2] ?? 0);
    hashes[row] = scramble(mixWord(hash, words[row * 2 + 1] ?? 0));
  }
}

function hashBytes(bytes: Uint8Array, offsets: Int32Array, hashes: Uint32Array): void {
  for (let row = 0; row < hashes.length; row += 1) {
    let hash = hashes[row] ?? 0;
    const start = offsets[row] ?? 0;
    const end = offsets[row + 1] ?? 0;
    for (let index = start; index < end; index += 1) {
      hash = Math.imul(hash ^ (bytes[index] ?? 0), HASH_FACTOR);
    }
    // The length keeps ("a", "bc") and ("ab", "c") apart.
    hashes[row] = Math.imul(hash ^ (end - start), HASH_FACTOR);
  }
}

/** Murmur3's finaliser: spreads the hash over the low bits that pick a slot. */
function scramble(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function isSameWords(
  left: Int32Array,
  leftRow: number,
  right: Int32Array,
  rightRow: number,
  width: number,
): boolean {
  for (let part = 0; part < width; part += 1) {
    if (left[leftRow * width + part] !== right[rightRow * width + part]) return false;
  }
  return true;
}

function isSameBytes(
  left: Uint8Array,
  leftOffsets: Int32Array,
  leftRow: number,
  right: Uint8Array,
  rightOffsets: Int32Array,
  rightRow: number,
): boolean {
  const leftStart = leftOffsets[leftRow] ?? 0;
  const rightStart = rightOffsets[rightRow] ?? 0;
  const length = (leftOffsets[leftRow + 1] ?? 0) - leftStart;
  if (length !== (rightOffsets[rightRow + 1] ?? 0) - rightStart) return false;
  for (let index = 0; index < length; index += 1) {
    if (left[leftStart + index] !== right[rightStart + index]) return false;
  }
  return true;
}
