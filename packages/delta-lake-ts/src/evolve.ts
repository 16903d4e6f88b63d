import { DeltaError } from "./error.ts";
import { type DeltaType, findField, type StructField, type StructType } from "./schema.ts";

/**
 * The table's schema with what `wanted` adds: new nullable columns at the end (also inside structs), NOT NULL relaxed.
 * Columns that `wanted` lacks stay. A changed type is E_SCHEMA_MISMATCH naming the column (delta.md §1.14).
 */
export function evolveSchema(table: StructType, wanted: StructType, path = ""): StructType {
  const fields = table.fields.map((field) => {
    const change = findField(wanted, field.name);
    return change === undefined ? field : evolveField(field, change, path);
  });
  for (const field of wanted.fields) {
    if (findField(table, field.name) !== undefined) continue;
    fields.push({ ...field, nullable: true });
  }
  return { type: "struct", fields };
}

function evolveField(field: StructField, wanted: StructField, path: string): StructField {
  const column = `${path}${field.name}`;
  const comment = wanted.metadata["comment"];
  const metadata =
    comment === undefined || "comment" in field.metadata
      ? field.metadata
      : { ...field.metadata, comment };
  return {
    name: field.name,
    type: evolveType(field.type, wanted.type, column),
    nullable: field.nullable || wanted.nullable,
    metadata,
  };
}

function evolveType(type: DeltaType, wanted: DeltaType, column: string): DeltaType {
  if (typeof type === "string" || typeof wanted === "string") {
    if (type !== wanted) throw mismatch(column, type, wanted);
    return type;
  }
  if (type.type === "struct" && wanted.type === "struct") {
    return evolveSchema(type, wanted, `${column}.`);
  }
  if (type.type === "array" && wanted.type === "array") {
    return {
      type: "array",
      elementType: evolveType(type.elementType, wanted.elementType, `${column}.element`),
      containsNull: type.containsNull || wanted.containsNull,
    };
  }
  if (type.type === "map" && wanted.type === "map") {
    return {
      type: "map",
      keyType: evolveType(type.keyType, wanted.keyType, `${column}.key`),
      valueType: evolveType(type.valueType, wanted.valueType, `${column}.value`),
      valueContainsNull: type.valueContainsNull || wanted.valueContainsNull,
    };
  }
  throw mismatch(column, type, wanted);
}

function mismatch(column: string, type: DeltaType, wanted: DeltaType): DeltaError {
  return new DeltaError(
    "E_SCHEMA_MISMATCH",
    `column ${column} is ${typeName(type)} in the table and ${typeName(wanted)} in the new rows`,
    { hint: "load it under a new name, or overwrite the table with the new schema" },
  );
}

function typeName(type: DeltaType): string {
  return typeof type === "string" ? type : type.type;
}
