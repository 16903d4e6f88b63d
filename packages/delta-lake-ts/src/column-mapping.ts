import type { Data, DataType, Field, RecordBatch, Schema } from "apache-arrow";
import type { Metadata } from "./action.ts";
import { createBatch } from "./arrow/batch.ts";
import { FIELD_ID } from "./arrow/type.ts";
import type { DeltaType, StructField, StructType } from "./schema.ts";

const PHYSICAL_NAME = "delta.columnMapping.physicalName";
const COLUMN_ID = "delta.columnMapping.id";
const MAX_COLUMN_ID = "delta.columnMapping.maxColumnId";

/** True when the table keeps its columns under physical names. */
export function isMapped(configuration: Metadata["configuration"]): boolean {
  return configuration["delta.columnMapping.mode"] === "name";
}

/**
 * Gives every field that has none a physical name, which is its own name, and the next column number; the number that was
 * given last goes into the configuration. A table without column mapping stays as it is.
 */
export function assignPhysicalNames(
  schema: StructType,
  configuration: Metadata["configuration"],
): { schema: StructType; configuration: Metadata["configuration"] } {
  if (!isMapped(configuration)) return { schema, configuration };
  const before = Number(configuration[MAX_COLUMN_ID] ?? 0);
  let last = before;
  const number = (type: DeltaType): DeltaType => {
    if (typeof type === "string") return type;
    if (type.type === "array") return { ...type, elementType: number(type.elementType) };
    if (type.type === "map") {
      return { ...type, keyType: number(type.keyType), valueType: number(type.valueType) };
    }
    return { type: "struct", fields: type.fields.map(named) };
  };
  const named = (field: StructField): StructField => {
    if (PHYSICAL_NAME in field.metadata) return { ...field, type: number(field.type) };
    last += 1;
    const metadata = { ...field.metadata, [COLUMN_ID]: last, [PHYSICAL_NAME]: field.name };
    return { ...field, metadata, type: number(field.type) };
  };
  const assigned: StructType = { type: "struct", fields: schema.fields.map(named) };
  if (last === before) return { schema, configuration };
  return { schema: assigned, configuration: { ...configuration, [MAX_COLUMN_ID]: String(last) } };
}

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
    metadata: COLUMN_ID in field.metadata ? { [FIELD_ID]: field.metadata[COLUMN_ID] } : {},
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
