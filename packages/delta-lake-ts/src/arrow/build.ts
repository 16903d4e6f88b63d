import { type Data, DataType, makeData, type RecordBatch, type Schema } from "apache-arrow";
import { isObject } from "../json.ts";
import { createBatch } from "./batch.ts";
import { packMask } from "./validity.ts";

/** makeData's overloads do not take a union of types; every call here passes the buffers of its own type. */
type MakeDataInput = Parameters<typeof makeData>[0];

/** Builds a batch from plain rows: for logs and tests, not for loads. Missing keys become null. */
export function buildBatch(
  schema: Schema,
  rows: readonly Readonly<Record<string, unknown>>[],
): RecordBatch {
  const children = schema.fields.map(({ name, type }) =>
    buildData(
      type,
      rows.map((row) => row[name]),
    ),
  );
  return createBatch(schema, children, rows.length);
}

/**
 * Builds one column. Values are plain: bigint or number for 64-bit integers, bigint for decimals (unscaled) and timestamps,
 * days for dates, objects for structs and maps, arrays for lists; null and undefined are null.
 */
export function buildData(type: DataType, values: readonly unknown[]): Data {
  const mask = Uint8Array.from(values, (value) => (value === null || value === undefined ? 0 : 1));
  const { bitmap, nullCount } = packMask(mask);
  if (nullCount === values.length) return buildNulls(type, values.length);
  const common = {
    length: values.length,
    nullCount,
    nullBitmap: nullCount === 0 ? null : bitmap,
  };
  if (DataType.isStruct(type)) {
    const children = type.children.map((field) =>
      buildData(
        field.type,
        values.map((value) => (isObject(value) ? value[field.name] : undefined)),
      ),
    );
    return makeData({ type, ...common, children });
  }
  if (DataType.isList(type) || DataType.isMap(type)) return buildLists(type, values, common);
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return buildBytes(type, values, common);
  return makeData({ type, ...common, data: buildFixed(type, values) } as MakeDataInput);
}

/** A column of nothing but nulls; makes no array per row, which most columns of a checkpoint would need. */
export function buildNulls(type: DataType, length: number): Data {
  const common = {
    length,
    nullCount: length,
    nullBitmap: new Uint8Array((length + 63) >> 3),
  };
  if (DataType.isStruct(type)) {
    const children = type.children.map((field) => buildNulls(field.type, length));
    return makeData({ type, ...common, children });
  }
  const valueOffsets = new Int32Array(length + 1);
  if (DataType.isList(type) || DataType.isMap(type)) {
    const [childField] = type.children;
    if (childField === undefined) throw new Error("a list type has no child");
    const child = buildNulls(childField.type, 0);
    return makeData({ type, ...common, valueOffsets, child } as MakeDataInput);
  }
  if (DataType.isUtf8(type) || DataType.isBinary(type)) {
    return makeData({ type, ...common, valueOffsets, data: new Uint8Array(0) } as MakeDataInput);
  }
  return makeData({ type, ...common, data: zeros(type, length) } as MakeDataInput);
}

function zeros(type: DataType, length: number): unknown {
  if (DataType.isBool(type)) return new Uint8Array((length + 63) >> 3);
  if (DataType.isDecimal(type)) return new Uint32Array(length * 4);
  if (DataType.isTimestamp(type) || (DataType.isInt(type) && type.bitWidth === 64)) {
    return new BigInt64Array(length);
  }
  const Kind: Float64ArrayConstructor = type.ArrayType;
  return new Kind(length);
}

interface Common {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | null;
}

function buildFixed(type: DataType, values: readonly unknown[]): unknown {
  if (DataType.isBool(type)) {
    return packMask(Uint8Array.from(values, (value) => (value === true ? 1 : 0))).bitmap;
  }
  if (DataType.isDecimal(type)) {
    const words = new BigInt64Array(values.length * 2);
    for (const [row, value] of values.entries()) {
      const unscaled = toBigint(value);
      words[row * 2] = BigInt.asIntN(64, unscaled);
      words[row * 2 + 1] = BigInt.asIntN(64, unscaled >> 64n);
    }
    return new Uint32Array(words.buffer);
  }
  if (DataType.isTimestamp(type) || (DataType.isInt(type) && type.bitWidth === 64)) {
    return BigInt64Array.from(values, (value) => toBigint(value));
  }
  const Kind: Float64ArrayConstructor = type.ArrayType;
  return Kind.from(values, (value) => Number(value ?? 0));
}

function buildBytes(type: DataType, values: readonly unknown[], common: Common): Data {
  const parts = values.map((value) => toBytes(value));
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, part] of parts.entries()) {
    valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + part.length;
  }
  return makeData({ type, ...common, valueOffsets, data: Buffer.concat(parts) } as MakeDataInput);
}

function buildLists(type: DataType, values: readonly unknown[], common: Common): Data {
  const [childField] = type.children ?? [];
  if (childField === undefined) throw new Error("a list type has no child");
  const lists = values.map((value) => listItems(value));
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, items] of lists.entries()) {
    valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + items.length;
  }
  const child = buildData(childField.type, lists.flat());
  return makeData({ type, ...common, valueOffsets, child } as MakeDataInput);
}

function listItems(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value;
  return Object.entries(value).map(([key, item]) => ({ key, value: item as unknown }));
}

function toBigint(value: unknown): bigint {
  return typeof value === "bigint" ? value : BigInt(Number(value ?? 0));
}

function toBytes(value: unknown): Buffer {
  if (typeof value === "string") return Buffer.from(value);
  if (value === null || value === undefined) return Buffer.alloc(0);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Texts and bytes are all that a byte column takes.
  return Buffer.from(value as Uint8Array);
}
