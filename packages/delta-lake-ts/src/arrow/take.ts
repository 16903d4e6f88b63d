import { type Data, DataType, makeData, type RecordBatch } from "apache-arrow";
import { createBatch } from "./batch.ts";
import { isValid, type Mask, packMask, validityMask } from "./validity.ts";

/** Copies the rows at `indexes`, in that order, into a new batch that shares nothing with the old one. */
export function takeRows(batch: RecordBatch, indexes: Int32Array): RecordBatch {
  const children = batch.data.children.map((data) => takeData(data, indexes));
  return createBatch(batch.schema, children, indexes.length);
}

/** Copies the values at `indexes`; -1 becomes null. */
function takeData(data: Data, indexes: Int32Array): Data {
  const { type } = data;
  const validity = takeValidity(data, indexes);
  const common = { length: indexes.length, ...validity };
  if (DataType.isBool(type)) return makeData({ type, ...common, data: takeBits(data, indexes) });
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    return makeData({ type, ...common, ...takeBytes(data, indexes) } as MakeDataInput);
  }
  if (DataType.isStruct(type)) {
    const children = data.children.map((child) => takeData(child, indexes));
    return makeData({ type, ...common, children });
  }
  if (DataType.isList(type) || DataType.isMap(type)) return takeLists(data, indexes, common);
  return makeData({ type, ...common, data: takeFixed(data, indexes) } as MakeDataInput);
}

/** makeData's overloads do not take a union of types; every call here passes the buffers of its own type. */
type MakeDataInput = Parameters<typeof makeData>[0];

/** From this length on a call into `set` is faster than a plain loop. */
const SET_LENGTH_MIN = 32;

type FixedArray = BigInt64Array | Int32Array | Float64Array;

/** Spelt out per element size: typed arrays of one kind keep the loop monomorphic. */
function takeFixed(data: Data, indexes: Int32Array): unknown {
  const { stride } = data;
  const values: FixedArray = data.values;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The constructor makes an array of the same kind.
  const Kind = values.constructor as new (length: number) => FixedArray;
  const taken = new Kind(indexes.length * stride);
  for (let row = 0; row < indexes.length; ) {
    const index = indexes[row] ?? -1;
    const end = runEnd(indexes, row);
    if (index >= 0) {
      const source = index * stride;
      const length = (end - row) * stride;
      const target = row * stride;
      if (length < SET_LENGTH_MIN) {
        for (let part = 0; part < length; part += 1) {
          const value = values[source + part];
          if (value !== undefined) taken[target + part] = value;
        }
        // FixedArray is one of three kinds, and `taken` is of the same one.
      } else
        (taken as Int32Array).set((values as Int32Array).subarray(source, source + length), target);
    }
    row = end;
  }
  return taken;
}

/** The end of the rows from `row` on that lie one behind the other in the source; nulls have runs of their own. */
function runEnd(indexes: Int32Array, row: number): number {
  let end = row + 1;
  const first = indexes[row] ?? -1;
  const step = first < 0 ? 0 : 1;
  while (end < indexes.length && indexes[end] === first + (end - row) * step) end += 1;
  return end;
}

function takeBits(data: Data, indexes: Int32Array): Uint8Array {
  const bits: Uint8Array = data.values;
  const taken = new Uint8Array((indexes.length + 7) >> 3);
  for (let row = 0; row < indexes.length; row += 1) {
    const index = indexes[row] ?? -1;
    if (index < 0) continue;
    const position = data.offset + index;
    const bit = ((bits[position >> 3] ?? 0) >> (position & 7)) & 1;
    taken[row >> 3] = (taken[row >> 3] ?? 0) | (bit << (row & 7));
  }
  return taken;
}

function takeBytes(
  data: Data,
  indexes: Int32Array,
): { valueOffsets: Int32Array; data: Uint8Array } {
  const bytes: Uint8Array = data.values;
  const { offsets, starts } = takeOffsets(data, indexes);
  const taken = new Uint8Array(offsets[indexes.length] ?? 0);
  for (let row = 0; row < indexes.length; ) {
    const target = offsets[row] ?? 0;
    const start = starts[row] ?? 0;
    // Values that lie one behind the other are copied at once; an empty or null one ends such a run.
    let end = row + 1;
    let length = (offsets[end] ?? 0) - target;
    while (end < indexes.length && starts[end] === start + length) {
      end += 1;
      length = (offsets[end] ?? 0) - target;
    }
    if (length < SET_LENGTH_MIN) {
      for (let index = 0; index < length; index += 1)
        taken[target + index] = bytes[start + index] ?? 0;
    } else taken.set(bytes.subarray(start, start + length), target);
    row = end;
  }
  return { valueOffsets: offsets, data: taken };
}

function takeLists(
  data: Data,
  indexes: Int32Array,
  common: { length: number; nullCount: number; nullBitmap: Uint8Array | null },
): Data {
  const { offsets, starts } = takeOffsets(data, indexes);
  const childIndexes = new Int32Array(offsets[indexes.length] ?? 0);
  for (let row = 0; row < indexes.length; row += 1) {
    const target = offsets[row] ?? 0;
    const length = (offsets[row + 1] ?? 0) - target;
    for (let index = 0; index < length; index += 1) {
      childIndexes[target + index] = (starts[row] ?? 0) + index;
    }
  }
  const [child] = data.children;
  if (child === undefined) throw new Error("a list column has no values");
  const taken = takeData(child, childIndexes);
  return makeData({
    type: data.type,
    ...common,
    valueOffsets: offsets,
    child: taken,
  } as MakeDataInput);
}

/** New offsets, and where each value starts in the old buffer; nulls become empty. */
function takeOffsets(data: Data, indexes: Int32Array): { offsets: Int32Array; starts: Int32Array } {
  const source: Int32Array = data.valueOffsets;
  const offsets = new Int32Array(indexes.length + 1);
  const starts = new Int32Array(indexes.length);
  let end = 0;
  for (let row = 0; row < indexes.length; row += 1) {
    const index = indexes[row] ?? -1;
    if (index >= 0 && isValid(data, index)) {
      const start = source[index] ?? 0;
      starts[row] = start;
      end += (source[index + 1] ?? 0) - start;
    }
    offsets[row + 1] = end;
  }
  return { offsets, starts };
}

function takeValidity(
  data: Data,
  indexes: Int32Array,
): { nullCount: number; nullBitmap: Uint8Array | null } {
  const mask: Mask = validityMask(data);
  const hasGap = mask === undefined && indexes.includes(-1);
  if (mask === undefined && !hasGap) return { nullCount: 0, nullBitmap: null };
  const taken = new Uint8Array(indexes.length);
  for (let row = 0; row < indexes.length; row += 1) {
    const index = indexes[row] ?? -1;
    taken[row] = index < 0 ? 0 : (mask?.[index] ?? 1);
  }
  const { bitmap, nullCount } = packMask(taken);
  return { nullCount, nullBitmap: bitmap };
}
