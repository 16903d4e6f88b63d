import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Map_,
  Precision,
  Schema,
  Struct,
  TimestampMicrosecond,
  DataType as TypeGuard,
  Utf8,
} from "apache-arrow";
import { DeltaError } from "../error.ts";
import { type DeltaType, parseDecimal, type StructField, type StructType } from "../schema.ts";

/** Key of a field's metadata: the number that its Parquet column carries. */
export const FIELD_ID = "parquet.field.id";

/** The Arrow schema whose Parquet form is the one Delta asks for (delta.md §1.9). */
export function deltaToArrow(schema: StructType): Schema {
  return new Schema(schema.fields.map(arrowField));
}

/** The Delta schema of Arrow columns; `comments` by column name become field comments. */
export function arrowToDelta(
  schema: Schema,
  comments: Readonly<Record<string, string>> = {},
): StructType {
  return { type: "struct", fields: schema.fields.map((field) => deltaField(field, comments)) };
}

/** The Arrow type of one Delta type. */
export function arrowType(type: DeltaType): DataType {
  if (typeof type === "string") return primitiveArrowType(type);
  switch (type.type) {
    case "struct":
      return new Struct(type.fields.map(arrowField));
    case "array":
      // Spark and Iceberg expect the child's name to be `element`.
      return new List(new Field("element", arrowType(type.elementType), type.containsNull));
    case "map":
      // parquet-wasm names the repeated group after the child: `key_value` is the specification's name.
      return new Map_(
        new Field(
          "key_value",
          new Struct<{ key: DataType; value: DataType }>([
            new Field("key", arrowType(type.keyType), false),
            new Field("value", arrowType(type.valueType), type.valueContainsNull),
          ]),
          false,
        ),
      );
    default:
      throw new Error("a nested Delta type of an unknown kind");
  }
}

/** An Arrow type as Arrow prints it, for messages. */
export function describeType(type: DataType): string {
  // oxlint-disable-next-line typescript/no-base-to-string -- Every Arrow type has its own toString.
  return String(type);
}

function arrowField(field: StructField): Field {
  const id = field.metadata[FIELD_ID];
  const metadata = typeof id === "number" ? new Map([["PARQUET:field_id", String(id)]]) : null;
  return new Field(field.name, arrowType(field.type), field.nullable, metadata);
}

function primitiveArrowType(type: string): DataType {
  const decimal = parseDecimal(type);
  if (decimal !== undefined) return new Decimal(decimal.scale, decimal.precision, 128);
  switch (type) {
    case "string":
      return new Utf8();
    case "long":
      return new Int64();
    case "integer":
      return new Int32();
    case "short":
      return new Int16();
    case "byte":
      return new Int8();
    case "double":
      return new Float64();
    case "float":
      return new Float32();
    case "boolean":
      return new Bool();
    case "binary":
      return new Binary();
    case "date":
      return new DateDay();
    case "timestamp":
      return new TimestampMicrosecond("UTC");
    case "timestamp_ntz":
      return new TimestampMicrosecond();
    default:
      throw new DeltaError("E_TABLE_FEATURE", `columns of the type ${type} are not supported`);
  }
}

function deltaField(field: Field, comments: Readonly<Record<string, string>>): StructField {
  const comment = comments[field.name];
  return {
    name: field.name,
    type: deltaType(field.type, field.name),
    nullable: field.nullable,
    metadata: comment === undefined ? {} : { comment },
  };
}

function deltaType(type: DataType, column: string): DeltaType {
  if (TypeGuard.isInt(type)) return integerType(type.bitWidth, type.isSigned, column);
  if (TypeGuard.isFloat(type)) return type.precision === Precision.SINGLE ? "float" : "double";
  if (TypeGuard.isDecimal(type)) return `decimal(${type.precision},${type.scale})`;
  if (TypeGuard.isUtf8(type) || TypeGuard.isLargeUtf8(type)) return "string";
  if (TypeGuard.isBool(type)) return "boolean";
  if (TypeGuard.isBinary(type) || TypeGuard.isLargeBinary(type)) return "binary";
  if (TypeGuard.isFixedSizeBinary(type)) return "binary";
  if (TypeGuard.isDate(type)) return "date";
  if (TypeGuard.isTimestamp(type)) {
    return type.timezone === null || type.timezone === undefined ? "timestamp_ntz" : "timestamp";
  }
  if (TypeGuard.isDictionary(type)) return deltaType(type.dictionary, column);
  if (TypeGuard.isStruct(type)) {
    return { type: "struct", fields: type.children.map((field) => deltaField(field, {})) };
  }
  if (TypeGuard.isList(type)) {
    const { valueField } = type;
    return {
      type: "array",
      elementType: deltaType(valueField.type, column),
      containsNull: valueField.nullable,
    };
  }
  if (TypeGuard.isMap(type)) {
    return {
      type: "map",
      keyType: deltaType(type.keyType, column),
      valueType: deltaType(type.valueType, column),
      valueContainsNull: type.childType.children[1]?.nullable ?? true,
    };
  }
  throw new DeltaError(
    "E_SCHEMA_MISMATCH",
    `column ${column}: the Arrow type ${describeType(type)} has no Delta type`,
  );
}

function integerType(bitWidth: number, isSigned: boolean, column: string): DeltaType {
  const bits = isSigned ? bitWidth : bitWidth * 2;
  if (bits === 8) return "byte";
  if (bits === 16) return "short";
  if (bits === 32) return "integer";
  if (bits === 64) return "long";
  throw new DeltaError(
    "E_SCHEMA_MISMATCH",
    `column ${column}: unsigned 64-bit integers have no Delta type`,
  );
}
