import { type Data, DataType, makeData, type RecordBatch } from "apache-arrow";
import { createBatch } from "./batch.ts";
import { RowRuns } from "./row-runs.ts";
import { packMask, validityMask } from "./validity.ts";

/** Copies the rows at `indexes`, in that order, into a new batch that shares nothing with the old one. */
export function takeRows(batch: RecordBatch, indexes: Int32Array | Uint32Array): RecordBatch {
  return takeRuns([batch], RowRuns.of(indexes));
}

/** Copies runs of rows out of batches of one schema, in the order of the runs. */
export function takeRuns(
  batches: readonly [RecordBatch, ...RecordBatch[]],
  runs: RowRuns,
): RecordBatch {
  const [first] = batches;
  const children = first.data.children.map((_, column) =>
    takeData(
      batches.map((batch) => childOf(batch.data, column)),
      runs,
    ),
  );
  return createBatch(first.schema, children, runs.rowCount);
}

function childOf(data: Data, index: number): Data {
  const child = data.children[index];
  if (child === undefined)
    throw new Error("the batches that rows are taken from differ in columns");
  return child;
}

/** One column; `sources` are its parts, of one type, at least one. */
function takeData(sources: readonly Data[], runs: RowRuns): Data {
  const [first] = sources;
  if (first === undefined) throw new Error("rows are taken from at least one batch");
  const { type } = first;
  const common = { length: runs.rowCount, ...takeValidity(sources, runs) };
  if (DataType.isBool(type)) return makeData({ type, ...common, data: takeBits(sources, runs) });
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    return makeData({ type, ...common, ...takeBytes(sources, runs) } as MakeDataInput);
  }
  if (DataType.isStruct(type)) {
    const children = first.children.map((_, index) =>
      takeData(
        sources.map((data) => childOf(data, index)),
        runs,
      ),
    );
    return makeData({ type, ...common, children });
  }
  if (DataType.isList(type) || DataType.isMap(type)) {
    const child = takeData(
      sources.map((data) => childOf(data, 0)),
      childRuns(sources, runs),
    );
    return makeData({
      type,
      ...common,
      valueOffsets: takeOffsets(sources, runs),
      child,
    } as MakeDataInput);
  }
  return makeData({ type, ...common, data: takeFixed(sources, runs) } as MakeDataInput);
}

/** makeData's overloads do not take a union of types; every call here passes the buffers of its own type. */
type MakeDataInput = Parameters<typeof makeData>[0];

/** From this length on a call into `set` is faster than a plain loop. */
const SET_LENGTH_MIN = 32;

/** A fixed-width column's values, as 32-bit words or, for narrower types, as they are. */
type FixedArray = Int32Array | Int16Array | Int8Array;

function takeFixed(sources: readonly Data[], runs: RowRuns): unknown {
  const parts = sources.map(({ values }): FixedArray => fixedArray(values));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A fixed-width column has a typed array of values.
  const original = sources[0]?.values as BigInt64Array;
  const width = ((sources[0]?.stride ?? 1) * original.BYTES_PER_ELEMENT) / wordBytes(original);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The constructor makes an array of the same kind.
  const Kind = original.constructor as new (length: number) => BigInt64Array;
  const taken = new Kind(
    (runs.rowCount * width * wordBytes(original)) / original.BYTES_PER_ELEMENT,
  );
  const target = fixedArray(taken);
  const { starts, lengths } = runs;
  for (let run = 0, place = 0; run < runs.count; run += 1) {
    const values = parts[runs.sources[run] ?? 0];
    const start = (starts[run] ?? 0) * width;
    const length = (lengths[run] ?? 0) * width;
    if (values !== undefined) copyWords(values, { start, length }, target, place);
    place += length;
  }
  return taken;
}

/** Four bytes at a time, so that columns of all usual types share one loop; narrower columns as they are. */
function fixedArray(values: ArrayBufferView & { readonly BYTES_PER_ELEMENT?: number }): FixedArray {
  const { buffer, byteOffset, byteLength } = values;
  switch (wordBytes(values)) {
    case 1:
      return new Int8Array(buffer, byteOffset, byteLength);
    case 2:
      return new Int16Array(buffer, byteOffset, byteLength >> 1);
    default:
      return new Int32Array(buffer, byteOffset, byteLength >> 2);
  }
}

function wordBytes(values: { readonly BYTES_PER_ELEMENT?: number }): number {
  return Math.min(4, values.BYTES_PER_ELEMENT ?? 4);
}

function copyWords(
  values: FixedArray | Uint8Array,
  { start, length }: { readonly start: number; readonly length: number },
  target: FixedArray | Uint8Array,
  place: number,
): void {
  if (length >= SET_LENGTH_MIN) target.set(values.subarray(start, start + length), place);
  else {
    for (let index = 0; index < length; index += 1)
      target[place + index] = values[start + index] ?? 0;
  }
}

function takeBits(sources: readonly Data[], runs: RowRuns): Uint8Array {
  const taken = new Uint8Array((runs.rowCount + 7) >> 3);
  for (let run = 0, row = 0; run < runs.count; run += 1) {
    const data = sources[runs.sources[run] ?? 0];
    const bits: Uint8Array = data?.values;
    const first = (data?.offset ?? 0) + (runs.starts[run] ?? 0);
    const length = runs.lengths[run] ?? 0;
    for (let index = 0; index < length; index += 1, row += 1) {
      const position = first + index;
      const bit = ((bits[position >> 3] ?? 0) >> (position & 7)) & 1;
      taken[row >> 3] = (taken[row >> 3] ?? 0) | (bit << (row & 7));
    }
  }
  return taken;
}

function takeBytes(
  sources: readonly Data[],
  runs: RowRuns,
): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = takeOffsets(sources, runs);
  const taken = new Uint8Array(valueOffsets[runs.rowCount] ?? 0);
  const parts = sources.map(({ values, valueOffsets: offsets }) => ({ values, offsets }));
  for (let run = 0, place = 0; run < runs.count; run += 1) {
    const part = parts[runs.sources[run] ?? 0];
    if (part === undefined) throw new Error("a run of rows names no batch");
    const values: Uint8Array = part.values;
    const offsets: Int32Array = part.offsets;
    const row = runs.starts[run] ?? 0;
    const start = offsets[row] ?? 0;
    const length = (offsets[row + (runs.lengths[run] ?? 0)] ?? 0) - start;
    copyWords(values, { start, length }, taken, place);
    place += length;
  }
  return { valueOffsets, data: taken };
}

/** The items of the lists that the runs take; lists that lie one behind the other have theirs so, too. */
function childRuns(sources: readonly Data[], runs: RowRuns): RowRuns {
  const children = new RowRuns();
  for (let run = 0; run < runs.count; run += 1) {
    const source = runs.sources[run] ?? 0;
    const offsets: Int32Array = sources[source]?.valueOffsets;
    const row = runs.starts[run] ?? 0;
    const start = offsets[row] ?? 0;
    children.add(source, start, (offsets[row + (runs.lengths[run] ?? 0)] ?? 0) - start);
  }
  return children;
}

/** New offsets. What a null may have in the old buffer it keeps: runs are copied whole. */
function takeOffsets(sources: readonly Data[], runs: RowRuns): Int32Array {
  const taken = new Int32Array(runs.rowCount + 1);
  for (let run = 0, place = 0, end = 0; run < runs.count; run += 1) {
    const offsets: Int32Array = sources[runs.sources[run] ?? 0]?.valueOffsets;
    const first = runs.starts[run] ?? 0;
    const length = runs.lengths[run] ?? 0;
    const shift = end - (offsets[first] ?? 0);
    for (let row = 1; row <= length; row += 1) {
      taken[place + row] = (offsets[first + row] ?? 0) + shift;
    }
    place += length;
    end = taken[place] ?? 0;
  }
  return taken;
}

function takeValidity(
  sources: readonly Data[],
  runs: RowRuns,
): { nullCount: number; nullBitmap: Uint8Array | null } {
  const masks = sources.map((data) => validityMask(data));
  if (masks.every((mask) => mask === undefined)) return { nullCount: 0, nullBitmap: null };
  const taken = new Uint8Array(runs.rowCount).fill(1);
  for (let run = 0, place = 0; run < runs.count; run += 1) {
    const mask = masks[runs.sources[run] ?? 0];
    const start = runs.starts[run] ?? 0;
    const length = runs.lengths[run] ?? 0;
    if (mask !== undefined) copyWords(mask, { start, length }, taken, place);
    place += length;
  }
  const { bitmap, nullCount } = packMask(taken);
  return { nullCount, nullBitmap: bitmap };
}
