import { DataType, type Field, type Struct, type Timestamp, TimeUnit } from "apache-arrow";
import type { ColumnType } from "../schema.ts";
import { BinaryBuilder } from "./column/binary.ts";
import { BooleanBuilder } from "./column/boolean.ts";
import type { ColumnBuilder } from "./column/column-builder.ts";
import { DateBuilder } from "./column/date.ts";
import { DecimalBuilder } from "./column/decimal.ts";
import { FloatBuilder } from "./column/float.ts";
import { IntegerBuilder } from "./column/integer.ts";
import { ListBuilder, MapBuilder } from "./column/list.ts";
import { ObjectBuilder } from "./column/object.ts";
import { JsonBuilder, TextBuilder } from "./column/text.ts";
import { TimestampBuilder } from "./column/timestamp.ts";

/** A builder of a column of `type` that fills Arrow's `field`. Throws when the two do not fit. */
function createBuilder(type: ColumnType, field: Field): ColumnBuilder {
  const { nullable } = field;
  switch (type.type) {
    case "boolean":
      return new BooleanBuilder({ nullable });
    case "string":
    case "time":
      return new TextBuilder({ nullable });
    case "json":
      return new JsonBuilder({ nullable });
    case "date":
      return new DateBuilder({ nullable });
    case "binary":
      return new BinaryBuilder({ nullable, encoding: type.encoding });
    case "timestamp":
      return new TimestampBuilder({ nullable, type: microseconds(field) });
    case "integer":
    case "float":
    case "decimal":
      return createNumberBuilder(type, field);
    case "object":
    case "array":
    case "map":
    default:
      return createNestedBuilder(type, field);
  }
}

type NumberType = Extract<ColumnType, { type: "integer" | "float" | "decimal" }>;
type NestedType = Extract<ColumnType, { type: "object" | "array" | "map" }>;

function createNumberBuilder(column: NumberType, field: Field): ColumnBuilder {
  const { nullable } = field;
  const type: DataType = field.type;
  if (column.type === "integer" && DataType.isInt(type) && type.isSigned) {
    const bits = column.bits < type.bitWidth ? column.bits : type.bitWidth;
    return new IntegerBuilder({ nullable, bits, type });
  }
  if (column.type === "float" && DataType.isFloat(type))
    return new FloatBuilder({ nullable, type });
  if (column.type === "decimal" && DataType.isDecimal(type)) {
    return new DecimalBuilder({ nullable, precision: type.precision, scale: type.scale, type });
  }
  return misfit(column, field);
}

function createNestedBuilder(column: NestedType, field: Field): ColumnBuilder {
  const { nullable } = field;
  const type: DataType = field.type;
  if (column.type === "object" && DataType.isStruct(type)) {
    return createObjectBuilder(column.columns, { nullable, type });
  }
  if (column.type === "array" && DataType.isList(type)) {
    const element = createBuilder(column.items, type.children[0] ?? misfit(column, field));
    return new ListBuilder({ nullable, element, type });
  }
  if (column.type === "map" && DataType.isMap(type)) {
    const entries: DataType = type.children[0]?.type ?? misfit(column, field);
    if (!DataType.isStruct(entries)) return misfit(column, field);
    const value = createBuilder(column.values, entries.children[1] ?? misfit(column, field));
    return new MapBuilder({ nullable, value, type, entryType: entries });
  }
  return misfit(column, field);
}

/** A builder of objects whose members are `columns`; `type` has a field for each, in their order. */
export function createObjectBuilder(
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  options: { nullable: boolean; type: Struct },
): ObjectBuilder {
  const members = columns.map(({ name, type }, index) => {
    const field = options.type.children[index];
    if (field === undefined) throw new Error(`column ${name} has no Arrow field`);
    return { name, builder: createBuilder(type, field) };
  });
  return new ObjectBuilder({ ...options, columns: members });
}

function microseconds(field: Field): Timestamp {
  const type: DataType = field.type;
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.MICROSECOND) return type;
  throw new Error(
    `column ${field.name}: timestamps are built in microseconds, not as type ${type.typeId}`,
  );
}

function misfit(column: ColumnType, field: Field): never {
  throw new Error(
    `column ${field.name}: ${column.type} values do not fit Arrow type ${field.type}`,
  );
}
