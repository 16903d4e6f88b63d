import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int64,
  List,
  Map_,
  Struct,
  Timestamp,
  TimeUnit,
  Utf8,
} from "apache-arrow";
import type { Column, ColumnType } from "../schema.ts";

/** The Arrow field that holds a column's values. */
export function arrowField(column: Column): Field {
  return new Field(column.name, arrowType(column.type), column.nullable);
}

/** The Arrow type of a column type (docs/type-mapping.md): integers of any width are Int64. */
export function arrowType(type: ColumnType): DataType {
  switch (type.type) {
    case "boolean":
      return new Bool();
    case "integer":
      return new Int64();
    case "float":
      return type.bits === 32 ? new Float32() : new Float64();
    case "decimal":
      return new Decimal(type.scale, type.precision, 128);
    case "string":
    case "time":
    case "json":
      return new Utf8();
    case "date":
      return new DateDay();
    case "timestamp":
      return new Timestamp(TimeUnit.MICROSECOND, "UTC");
    case "binary":
      return new Binary();
    case "object":
      return new Struct(type.columns.map(arrowField));
    case "array":
      return new List(new Field("element", arrowType(type.items), true));
    case "map":
    default:
      return new Map_(new Field("key_value", entryType(type.values), false));
  }
}

function entryType(values: ColumnType): Struct<{ key: Utf8; value: DataType }> {
  return new Struct([
    new Field("key", new Utf8(), false),
    new Field("value", arrowType(values), true),
  ]);
}
