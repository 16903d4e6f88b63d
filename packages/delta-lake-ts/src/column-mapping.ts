import { createHash } from "node:crypto";
import type { Data, DataType, Field, RecordBatch, Schema } from "apache-arrow";
import type { Metadata } from "./action.ts";
import { createBatch } from "./arrow/batch.ts";
import { FIELD_ID } from "./arrow/type.ts";
import { type DeltaType, type StructField, type StructType, visitFields } from "./schema.ts";

const PHYSICAL_NAME = "delta.columnMapping.physicalName";
const COLUMN_ID = "delta.columnMapping.id";
const MAX_COLUMN_ID = "delta.columnMapping.maxColumnId";

/** True when the table keeps its columns under physical names. */
export function isMapped(configuration: Metadata["configuration"]): boolean {
  return configuration["delta.columnMapping.mode"] === "name";
}

/**
 * Gives every field that has none a physical name and the next column number; the number that was given last goes into
 * the configuration. A table without column mapping stays as it is. Fields of `base`, a table that had no mapping so far,
 * keep their own names: their files have them. Others get `col-<uuid>`, made from the field's path and the last number
 * before, so that the writer of a file and the commit that names it find the same name, and none ever comes again.
 */
export function mapColumns(
  schema: StructType,
  configuration: Metadata["configuration"],
  base?: StructType,
): { schema: StructType; configuration: Metadata["configuration"] } {
  if (!isMapped(configuration)) return { schema, configuration };
  const before = Number(configuration[MAX_COLUMN_ID] ?? 0);
  const mapper = new ColumnMapper(before, base);
  const mapped = mapper.map(schema, "");
  if (mapper.last === before) return { schema, configuration };
  return {
    schema: mapped,
    configuration: { ...configuration, [MAX_COLUMN_ID]: String(mapper.last) },
  };
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

class ColumnMapper {
  /** The column number that was given last. */
  last: number;
  readonly #before: number;
  /** The table's physical names; undefined when every field that has one is the table's. */
  readonly #known: ReadonlySet<string> | undefined;
  /** Paths of fields that keep their own name. */
  readonly #kept = new Set<string>();

  constructor(before: number, base: StructType | undefined) {
    this.#before = before;
    this.last = before;
    if (base === undefined) return;
    const known = new Set<string>();
    visitFields(base, (field, path) => {
      if (PHYSICAL_NAME in field.metadata) known.add(physicalName(field));
      else this.#kept.add(path);
    });
    this.#known = known;
  }

  map(schema: StructType, path: string): StructType {
    return { type: "struct", fields: schema.fields.map((field) => this.#field(field, path)) };
  }

  #field(field: StructField, parent: string): StructField {
    const path = parent + field.name;
    const type = this.#type(field.type, `${path}.`);
    const isNamed = PHYSICAL_NAME in field.metadata;
    if (isNamed && this.#known?.has(physicalName(field)) !== false) return { ...field, type };
    this.last += 1;
    const hasOwnName = isNamed || this.#kept.has(path);
    const name = hasOwnName ? physicalName(field) : this.#newName(path);
    const metadata = { ...field.metadata, [COLUMN_ID]: this.last, [PHYSICAL_NAME]: name };
    return { ...field, type, metadata };
  }

  #type(type: DeltaType, path: string): DeltaType {
    if (typeof type === "string") return type;
    if (type.type === "struct") return this.map(type, path);
    if (type.type === "array") {
      return { ...type, elementType: this.#type(type.elementType, `${path}element.`) };
    }
    const keyType = this.#type(type.keyType, `${path}key.`);
    return { ...type, keyType, valueType: this.#type(type.valueType, `${path}value.`) };
  }

  #newName(path: string): string {
    const hash = createHash("sha256").update(`${this.#before}\n${path}`).digest("hex");
    const ends = [8, 12, 16, 20, 32];
    return `col-${ends.map((end, index) => hash.slice(ends[index - 1] ?? 0, end)).join("-")}`;
  }
}
