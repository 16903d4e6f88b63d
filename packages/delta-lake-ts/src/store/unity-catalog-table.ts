import { DeltaError } from "../error.ts";
import { type DeltaType, parseSchema, type StructField } from "../schema.ts";
import { property } from "./cloud-client.ts";

/** What Unity Catalog says of a table that may be written from outside. */
export interface CatalogTable {
  readonly id: string;
  readonly location: string;
}

/**
 * Reads Unity Catalog's answer about a table; throws E_STORE for one that only Databricks may write.
 * Source: docs.databricks.com/api/workspace/tables/get
 */
export function parseCatalogTable(name: string, answer: unknown): CatalogTable {
  const type = property(answer, "table_type");
  const format = property(answer, "data_source_format");
  const properties = property(answer, "properties");
  const isCatalogManaged = [
    "delta.feature.catalogManaged",
    "delta.feature.catalogOwned-preview",
  ].some((feature) => property(properties, feature) !== undefined);
  if (type !== "EXTERNAL" || isCatalogManaged) {
    const kind = isCatalogManaged ? "catalog-managed" : String(type).toLowerCase();
    throw new DeltaError("E_STORE", `${name} is a ${kind} table of Unity Catalog`, {
      hint: "only Databricks writes it: load it by a SQL warehouse (`path: databricks:`)",
    });
  }
  if (format !== "DELTA")
    throw new DeltaError("E_STORE", `${name} is a table of format ${String(format)}, not DELTA`);
  const id = property(answer, "table_id");
  const location = property(answer, "storage_location");
  if (typeof id !== "string" || typeof location !== "string")
    throw new DeltaError("E_STORE", `Unity Catalog does not say where ${name} is`);
  return { id, location };
}

/**
 * What is posted to Unity Catalog to enter a table whose first commit is `commit`.
 * Source: docs.databricks.com/api/workspace/tables/create
 */
export function catalogEntry(name: string, location: string, schemaString: string): unknown {
  const [catalogName = "", schemaName = "", tableName = ""] = name.split(".");
  return {
    catalog_name: catalogName,
    schema_name: schemaName,
    name: tableName,
    table_type: "EXTERNAL",
    data_source_format: "DELTA",
    storage_location: location,
    columns: parseSchema(schemaString).fields.map(catalogColumn),
  };
}

const TYPE_NAMES: Readonly<Record<string, readonly [name: string, text: string]>> = {
  long: ["LONG", "bigint"],
  integer: ["INT", "int"],
  short: ["SHORT", "smallint"],
  byte: ["BYTE", "tinyint"],
};

function catalogColumn(field: StructField, position: number): unknown {
  const { name, type, nullable, metadata } = field;
  const digits = typeof type === "string" ? /^decimal\((\d+),\s*(\d+)\)$/.exec(type) : null;
  const comment = metadata["comment"];
  return {
    name,
    position,
    nullable,
    type_name: typeName(type),
    type_text: typeText(type),
    type_json: JSON.stringify({ name, type, nullable, metadata }),
    ...(digits === null
      ? {}
      : { type_precision: Number(digits[1]), type_scale: Number(digits[2]) }),
    ...(typeof comment === "string" ? { comment } : {}),
  };
}

function typeName(type: DeltaType): string {
  if (typeof type !== "string") return type.type.toUpperCase();
  return TYPE_NAMES[type]?.[0] ?? type.replace(/\(.*/, "").toUpperCase();
}

function typeText(type: DeltaType): string {
  if (typeof type === "string") return TYPE_NAMES[type]?.[1] ?? type;
  switch (type.type) {
    case "struct":
      return `struct<${type.fields.map((field) => `${field.name}:${typeText(field.type)}`).join(",")}>`;
    case "array":
      return `array<${typeText(type.elementType)}>`;
    case "map":
      return `map<${typeText(type.keyType)},${typeText(type.valueType)}>`;
  }
}
