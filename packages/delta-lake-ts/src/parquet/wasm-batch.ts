import { type Data, DataType, makeData, type RecordBatch, type Schema } from "apache-arrow";
import type { RecordBatch as WasmBatch } from "parquet-wasm";
import { createBatch } from "../arrow/batch.ts";

/** WebAssembly's own memory, whose buffer is another one after it has grown. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** Memory that batches are copied into one after the other: each is valid until the next one comes. */
export interface BatchScratch {
  buffer: ArrayBuffer;
}

/** Buffers begin at multiples of this many bytes: the widest element of a typed array. */
const ALIGNMENT = 8;

/**
 * Copies a batch out of WebAssembly memory by the Arrow C data interface, each buffer once and all into one
 * `ArrayBuffer`. An Arrow stream, the other way out, is a copy in that memory first, and garbage of its own (bench/delta,
 * "merge"). Undefined for what it does not read, such as dictionaries: an Arrow stream holds those, too.
 * Source: arrow/format/CDataInterface.html, with pointers of 32 bits.
 */
export function copyBatch(
  batch: WasmBatch,
  schema: Schema,
  { memory, scratch }: { readonly memory: WasmMemory; readonly scratch?: BatchScratch },
): RecordBatch | undefined {
  const exported = batch.toFFI();
  try {
    const view = new DataView(memory.buffer);
    const planned = planStruct(view, exported.arrayAddr(), schema.fields);
    if (planned === undefined) return undefined;
    const copier = new Copier(memory.buffer, takeBuffer(sizeOf(planned.children), scratch));
    const children = planned.children.map((child) => copier.copy(child));
    return createBatch(schema, children, planned.length);
  } finally {
    exported.free();
  }
}

/** Where a buffer lies in WebAssembly memory. */
interface Range {
  readonly address: number;
  readonly sizeBytes: number;
}

/** A column, or a part of a nested one, before it is copied. */
interface PlannedData {
  readonly type: DataType;
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Range | undefined;
  readonly valueOffsets: Range | undefined;
  readonly values: Range | undefined;
  readonly children: readonly PlannedData[];
}

/** The fields of an `ArrowArray`, by their places in the structure. */
const LENGTH = 0;
const NULL_COUNT = 8;
const OFFSET = 16;
const CHILD_COUNT = 32;
const BUFFERS = 40;
const CHILDREN = 44;
const POINTER_BYTES = 4;

function planStruct(
  view: DataView,
  address: number,
  fields: readonly { readonly type: DataType }[],
): { readonly length: number; readonly children: readonly PlannedData[] } | undefined {
  const children = planChildren(view, address, fields);
  const isPlain = readLong(view, address + OFFSET) === 0;
  return children === undefined || !isPlain
    ? undefined
    : { length: readLong(view, address + LENGTH), children };
}

function planChildren(
  view: DataView,
  address: number,
  fields: readonly { readonly type: DataType }[],
): readonly PlannedData[] | undefined {
  if (readLong(view, address + CHILD_COUNT) !== fields.length) return undefined;
  const pointers = view.getUint32(address + CHILDREN, true);
  const planned: PlannedData[] = [];
  for (const [index, { type }] of fields.entries()) {
    const child = planData(view, view.getUint32(pointers + index * POINTER_BYTES, true), type);
    if (child === undefined) return undefined;
    planned.push(child);
  }
  return planned;
}

function planData(view: DataView, address: number, type: DataType): PlannedData | undefined {
  const length = readLong(view, address + LENGTH);
  const nullCount = readLong(view, address + NULL_COUNT);
  const shape = shapeOf(type);
  if (shape === undefined || nullCount < 0 || readLong(view, address + OFFSET) !== 0)
    return undefined;
  const children = planChildren(view, address, type.children ?? []);
  if (children === undefined) return undefined;
  const buffers = view.getUint32(address + BUFFERS, true);
  const bufferAt = (place: number): number => view.getUint32(buffers + place * POINTER_BYTES, true);
  const common = { type, length, nullCount, children };
  const nullBitmap = nullCount === 0 ? undefined : rangeOf(bufferAt(0), (length + 7) >> 3);
  if (shape === "fixed") {
    const values = rangeOf(bufferAt(1), valueBytes(type, length));
    return { ...common, nullBitmap, valueOffsets: undefined, values };
  }
  if (shape === "struct")
    return { ...common, nullBitmap, valueOffsets: undefined, values: undefined };
  // Offsets may be absent where there are no rows.
  const offsets = length === 0 ? 0 : bufferAt(1);
  const valueOffsets = rangeOf(offsets, length === 0 ? 0 : (length + 1) * 4);
  const lastOffset = length === 0 ? 0 : view.getInt32(offsets + length * 4, true);
  const values = shape === "bytes" ? rangeOf(bufferAt(2), lastOffset) : undefined;
  return { ...common, nullBitmap, valueOffsets, values };
}

function rangeOf(address: number, sizeBytes: number): Range {
  return { address, sizeBytes };
}

/** Which buffers a type has, or undefined where this is not known. */
function shapeOf(type: DataType): "fixed" | "bytes" | "list" | "struct" | undefined {
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return "bytes";
  if (DataType.isStruct(type)) return "struct";
  if (DataType.isList(type) || DataType.isMap(type)) return "list";
  if (DataType.isDecimal(type)) return type.bitWidth === 128 ? "fixed" : undefined;
  const isFixed =
    DataType.isInt(type) ||
    DataType.isFloat(type) ||
    DataType.isBool(type) ||
    DataType.isDate(type) ||
    DataType.isTimestamp(type);
  return isFixed ? "fixed" : undefined;
}

function valueBytes(type: DataType, length: number): number {
  if (DataType.isBool(type)) return (length + 7) >> 3;
  if (DataType.isDecimal(type)) return length * 16;
  return length * type.ArrayType.BYTES_PER_ELEMENT;
}

/** Counts and lengths are 64 bits wide; none of a batch in 32-bit memory comes near 2^53. */
function readLong(view: DataView, address: number): number {
  return Number(view.getBigInt64(address, true));
}

function sizeOf(planned: readonly PlannedData[]): number {
  let sizeBytes = 0;
  for (const { nullBitmap, valueOffsets, values, children } of planned) {
    for (const range of [nullBitmap, valueOffsets, values])
      sizeBytes += align(range?.sizeBytes ?? 0);
    sizeBytes += sizeOf(children);
  }
  return sizeBytes;
}

function align(sizeBytes: number): number {
  return (sizeBytes + ALIGNMENT - 1) & -ALIGNMENT;
}

function takeBuffer(sizeBytes: number, scratch: BatchScratch | undefined): ArrayBuffer {
  if (scratch === undefined) return new ArrayBuffer(sizeBytes);
  if (scratch.buffer.byteLength < sizeBytes) scratch.buffer = new ArrayBuffer(sizeBytes);
  return scratch.buffer;
}

/** Copies planned columns into one buffer, one behind the other. */
class Copier {
  readonly #source: ArrayBuffer;
  readonly #target: ArrayBuffer;
  #place = 0;

  constructor(source: ArrayBuffer, target: ArrayBuffer) {
    this.#source = source;
    this.#target = target;
  }

  copy({ type, length, nullCount, ...planned }: PlannedData): Data {
    const nullBitmap = planned.nullBitmap === undefined ? null : this.#take(planned.nullBitmap);
    const offsets = planned.valueOffsets;
    const valueOffsets = offsets?.sizeBytes === 0 ? new Int32Array(1) : this.#take(offsets);
    const data = this.#take(planned.values);
    const children = planned.children.map((child) => this.copy(child));
    const [child] = children;
    const common = { type, length, nullCount, nullBitmap };
    // makeData's overloads do not take a union of types; each type finds its own buffers here.
    return makeData({ ...common, valueOffsets, data, children, child } as Parameters<
      typeof makeData
    >[0]);
  }

  #take(range: Range | undefined): Uint8Array | undefined {
    if (range === undefined) return undefined;
    const { address, sizeBytes } = range;
    const bytes = new Uint8Array(this.#target, this.#place, sizeBytes);
    bytes.set(new Uint8Array(this.#source, address, sizeBytes));
    this.#place += align(sizeBytes);
    return bytes;
  }
}
