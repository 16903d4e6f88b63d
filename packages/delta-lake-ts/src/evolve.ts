import { DeltaError } from "./error.ts";
import { type DeltaType, findField, type StructField, type StructType } from "./schema.ts";
import {
  canWiden,
  canWidenPartition,
  type TypeChange,
  typeChanges,
  withTypeChanges,
} from "./type-widening.ts";

/** What an evolution may do beside adding columns. */
export interface EvolveOptions {
  /** True when the table has type widening switched on. */
  readonly widensTypes?: boolean;
  readonly partitionColumns?: readonly string[];
}

/** The column that is evolved, while its type is walked through. */
interface Place {
  readonly field: StructField;
  /** Dotted, for messages. */
  readonly column: string;
  /** Below the column, as `delta.typeChanges` has it: `element`, `value.element`; empty at the column itself. */
  readonly fieldPath: string;
  readonly options: EvolveOptions;
  /** Changes found so far. */
  readonly changes: TypeChange[];
}

/**
 * The table's schema with what `wanted` adds: new nullable columns at the end (also inside structs), NOT NULL relaxed, and
 * types widened where the table has that switched on. Columns that `wanted` lacks stay, and so do types that were widened
 * before from what `wanted` has. Any other change of type is E_SCHEMA_MISMATCH naming the column (delta.md §1.14).
 */
export function evolveSchema(
  table: StructType,
  wanted: StructType,
  options: EvolveOptions = {},
): StructType {
  return evolveStruct(table, wanted, { path: "", options });
}

function evolveStruct(
  table: StructType,
  wanted: StructType,
  { path, options }: { readonly path: string; readonly options: EvolveOptions },
): StructType {
  const fields = table.fields.map((field) => {
    const change = findField(wanted, field.name);
    if (change === undefined) return field;
    return evolveField(field, change, { column: `${path}${field.name}`, options });
  });
  for (const field of wanted.fields) {
    if (findField(table, field.name) !== undefined) continue;
    fields.push({ ...field, nullable: true });
  }
  return { type: "struct", fields };
}

function evolveField(
  field: StructField,
  wanted: StructField,
  { column, options }: Pick<Place, "column" | "options">,
): StructField {
  const comment = wanted.metadata["comment"];
  const metadata =
    comment === undefined || "comment" in field.metadata
      ? field.metadata
      : { ...field.metadata, comment };
  const changes: TypeChange[] = [];
  const place = { field, column, fieldPath: "", options, changes };
  const type = evolveType(field.type, wanted.type, place);
  return {
    name: field.name,
    type,
    nullable: field.nullable || wanted.nullable,
    metadata: withTypeChanges(metadata, changes),
  };
}

function evolveType(type: DeltaType, wanted: DeltaType, place: Place): DeltaType {
  if (typeof type === "string" || typeof wanted === "string") {
    return type === wanted ? type : changeType(type, wanted, place);
  }
  if (type.type === "struct" && wanted.type === "struct") {
    return evolveStruct(type, wanted, { path: `${place.column}.`, options: place.options });
  }
  if (type.type === "array" && wanted.type === "array") {
    return {
      type: "array",
      elementType: evolveType(type.elementType, wanted.elementType, below(place, "element")),
      containsNull: type.containsNull || wanted.containsNull,
    };
  }
  if (type.type === "map" && wanted.type === "map") {
    return {
      type: "map",
      keyType: evolveType(type.keyType, wanted.keyType, below(place, "key")),
      valueType: evolveType(type.valueType, wanted.valueType, below(place, "value")),
      valueContainsNull: type.valueContainsNull || wanted.valueContainsNull,
    };
  }
  throw mismatch(type, wanted, place);
}

function below(place: Place, part: string): Place {
  const fieldPath = place.fieldPath === "" ? part : `${place.fieldPath}.${part}`;
  return { ...place, column: `${place.column}.${part}`, fieldPath };
}

/** The wider type, noted among the changes, or the table's own when that once was widened from the wanted one. */
function changeType(type: DeltaType, wanted: DeltaType, place: Place): DeltaType {
  const { field, fieldPath, options, changes } = place;
  if (typeof type !== "string" || typeof wanted !== "string") throw mismatch(type, wanted, place);
  const wasWidened = typeChanges(field).some(
    (change) => change.fromType === wanted && (change.fieldPath ?? "") === fieldPath,
  );
  if (wasWidened) return type;
  const isPartition = fieldPath === "" && options.partitionColumns?.includes(place.column) === true;
  const mayWiden = canWiden(type, wanted) && (!isPartition || canWidenPartition(type, wanted));
  if (!mayWiden || options.widensTypes !== true) throw mismatch(type, wanted, place, mayWiden);
  const change = { toType: wanted, fromType: type };
  changes.push(fieldPath === "" ? change : { ...change, fieldPath });
  return wanted;
}

function mismatch(
  type: DeltaType,
  wanted: DeltaType,
  { column }: Place,
  mayWiden = false,
): DeltaError {
  const others = "load it under a new name, or overwrite the table with the new schema";
  return new DeltaError(
    "E_SCHEMA_MISMATCH",
    `column ${column} is ${typeName(type)} in the table and ${typeName(wanted)} in the new rows`,
    {
      hint: mayWiden
        ? `set the table property delta.enableTypeWidening to true (delta-rs and Polars then refuse the table), ${others}`
        : others,
    },
  );
}

function typeName(type: DeltaType): string {
  return typeof type === "string" ? type : type.type;
}
