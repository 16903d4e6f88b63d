import {
  type Data,
  DataType,
  Decimal,
  Field,
  Float64,
  makeData,
  type RecordBatch,
} from "apache-arrow";
import { deltaToArrow, type StructField } from "delta-lake-ts";
import { batchOf } from "./table-columns.ts";
import { alignedNulls } from "./validity.ts";

/** The batch with the table's column names and types; values that already fit are not copied. */
export function conform(
  batch: RecordBatch,
  targets: ReadonlyMap<string, StructField>,
): RecordBatch {
  const fields: Field[] = [];
  const children: Data[] = [];
  batch.schema.fields.forEach((field, index) => {
    const target = targets.get(field.name);
    const child = batch.data.children[index];
    if (target === undefined || child === undefined) return;
    const [arrow] = deltaToArrow({ type: "struct", fields: [target] }).fields;
    const data = arrow === undefined ? child : cast(child, arrow.type);
    fields.push(new Field(target.name, data.type, true));
    children.push(data);
  });
  return batchOf(fields, children, batch.numRows);
}

/** The conversions that `fits` of evolution.ts allows. */
function cast(data: Data, type: DataType): Data {
  const { type: source } = data;
  if (DataType.isDecimal(type)) {
    if (
      DataType.isDecimal(source) &&
      source.scale === type.scale &&
      source.precision === type.precision
    ) {
      return data;
    }
    if (DataType.isDecimal(source) || DataType.isInt(source)) return castDecimal(data, type);
  }
  if (DataType.isFloat(type) && DataType.isFloat(source) && type.precision > source.precision) {
    return makeData({
      type: new Float64(),
      length: data.length,
      nullCount: data.nullCount,
      offset: 0,
      nullBitmap: alignedNulls(data),
      data: Float64Array.from(data.values as Float32Array), // Single precision: checked above.
    });
  }
  return data;
}

/** Moves the decimal point: unscaled values times a power of ten, 128 bits each, low word first. */
function castDecimal(data: Data, type: Decimal): Data {
  const scale = DataType.isDecimal(data.type) ? data.type.scale : 0;
  const factor = 10n ** BigInt(type.scale - scale);
  const words = new BigInt64Array(2 * data.length);
  const isInteger = DataType.isInt(data.type);
  const bytes: ArrayBufferView = data.values;
  const source = new BigInt64Array(
    bytes.buffer,
    bytes.byteOffset,
    isInteger ? data.length : 2 * data.length,
  );
  for (let row = 0; row < data.length; row++) {
    const unscaled = isInteger
      ? (source[row] ?? 0n)
      : ((source[2 * row + 1] ?? 0n) << 64n) | BigInt.asUintN(64, source[2 * row] ?? 0n);
    const scaled = unscaled * factor;
    words[2 * row] = BigInt.asIntN(64, scaled);
    words[2 * row + 1] = scaled >> 64n;
  }
  return makeData({
    type: new Decimal(type.scale, type.precision, 128),
    length: data.length,
    nullCount: data.nullCount,
    nullBitmap: alignedNulls(data),
    data: new Uint32Array(words.buffer),
  });
}
