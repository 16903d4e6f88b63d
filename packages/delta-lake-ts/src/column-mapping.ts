import type { Data, DataType, Field, RecordBatch, Schema } from "apache-arrow";
import { createBatch } from "./arrow/batch.ts";
import type { DeltaType, StructField, StructType } from "./schema.ts";

const PHYSICAL_NAME = "delta.columnMapping.physicalName";

/** The name that a column has in data files, partition values and statistics of a table with column mapping. */
export function physicalName(field: StructField): string {
  const name = field.metadata[PHYSICAL_NAME];
  return typeof name === "string" ? name : field.name;
}

/** The schema as data files have it: every field, nested ones included, under its physical name. */
export function physicalSchema(schema: StructType): StructType {
  const fields = schema.fields.map((field) => ({
    ...field,
    name: physicalName(field),
    type: physicalType(field.type),
  }));
  return { type: "struct", fields };
}

function physicalType(type: DeltaType): DeltaType {
  if (typeof type === "string") return type;
  if (type.type === "struct") return physicalSchema(type);
  if (type.type === "array") return { ...type, elementType: physicalType(type.elementType) };
  return { ...type, keyType: physicalType(type.keyType), valueType: physicalType(type.valueType) };
}

/** The batch under the names of `schema`, which has the same columns in the same order; nothing is copied. */
export function renameColumns(batch: RecordBatch, schema: Schema): RecordBatch {
  const children = schema.fields.map((field, index) =>
    renameData(batch.data.children[index], field),
  );
  return createBatch(schema, children, batch.numRows);
}

function renameData(data: Data | undefined, field: Field): Data {
  if (data === undefined) throw new Error(`the batch lacks column ${field.name}`);
  const type: DataType = field.type;
  const fields: readonly Field[] = type.children ?? [];
  if (fields.length === 0) return data;
  const children = fields.map((child, index) => renameData(data.children[index], child));
  return data.clone(type, data.offset, data.length, data.nullCount, data.buffers, children);
}
