import { type ColumnType, columnSchema, type JsonSchema, type JsonValue } from "singer-sdk-ts";
import { type SqlType, sqlTypeText } from "./sql-type.ts";

/** The settings that change what a column looks like in the schema. */
export interface SchemaFormat {
  readonly decimals: "number" | "string";
  readonly binary: "base64" | "hex";
  readonly datesAsDateTime: boolean;
}

/** The JSON schema of a column, with its SQL Server type and description. */
export function schemaOfColumn(
  column: { readonly type: SqlType; readonly isNullable: boolean; readonly description?: string },
  format: SchemaFormat,
): JsonSchema {
  const { type, isNullable, description } = column;
  const columnType = columnTypeOf(type, format);
  const options = {
    nullable: isNullable,
    sqlDatatype: sqlTypeText(type),
    ...(description !== undefined && { description }),
  };
  if (columnType.type === "decimal" && format.decimals === "string")
    return {
      ...columnSchema({ type: "string" }, options),
      format: "x-singer.decimal",
      precision: columnType.precision,
      scale: columnType.scale,
    };
  return { ...columnSchema(columnType, options), ...extraKeywords(type) };
}

/** The Singer column type that holds every value of `type` exactly. */
function columnTypeOf(type: SqlType, format: SchemaFormat): ColumnType {
  if (type.isClr) return { type: "string" };
  switch (type.name) {
    case "bit":
      return { type: "boolean" };
    case "tinyint":
      return { type: "integer", bits: 16 };
    case "smallint":
      return { type: "integer", bits: 16 };
    case "int":
      return { type: "integer", bits: 32 };
    case "bigint":
      return { type: "integer", bits: 64 };
    case "decimal":
    case "numeric":
      return { type: "decimal", precision: type.precision, scale: type.scale };
    case "money":
      return { type: "decimal", precision: 19, scale: 4 };
    case "smallmoney":
      return { type: "decimal", precision: 10, scale: 4 };
    case "float":
      return { type: "float", bits: 64 };
    case "real":
      return { type: "float", bits: 32 };
    case "date":
      return format.datesAsDateTime ? { type: "timestamp" } : { type: "date" };
    case "time":
      return { type: "time" };
    case "datetime":
    case "smalldatetime":
    case "datetime2":
    case "datetimeoffset":
      return { type: "timestamp" };
    case "binary":
    case "varbinary":
    case "image":
    case "timestamp":
      return { type: "binary", encoding: format.binary };
    default:
      return type.length > 0 ? { type: "string", maxLength: type.length } : { type: "string" };
  }
}

function extraKeywords(type: SqlType): Record<string, JsonValue> {
  if (type.name === "tinyint") return { minimum: 0, maximum: 255 };
  if (type.name === "uniqueidentifier") return { format: "uuid" };
  return type.name === "xml" ? { contentMediaType: "application/xml" } : {};
}
