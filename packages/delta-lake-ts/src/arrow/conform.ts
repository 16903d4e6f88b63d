import {
  type Data,
  DataType,
  type Field,
  type RecordBatch,
  type Schema,
  vectorFromArray,
} from "apache-arrow";
import { DeltaError } from "../error.ts";
import { createBatch } from "./batch.ts";
import { buildNulls } from "./build.ts";
import { describeType } from "./type.ts";
import { isValid } from "./validity.ts";
import { isZoned, widenData } from "./widen.ts";

/**
 * Gives a batch exactly the columns of `schema`, in its order: matched by name ignoring case, missing nullable
 * columns filled with nulls, losslessly widened where that is exact. E_SCHEMA_MISMATCH names the column otherwise.
 * `isReading` leaves out the checks that hold only for new rows: columns the schema lacks, and nulls.
 */
export function conformBatch(
  batch: RecordBatch,
  schema: Schema,
  options: { isReading?: boolean } = {},
): RecordBatch {
  const isReading = options.isReading === true;
  const sources = new Map(
    batch.schema.fields.map((field, index) => [field.name.toLowerCase(), { field, index }]),
  );
  const children = schema.fields.map((target) => {
    const source = sources.get(target.name.toLowerCase());
    sources.delete(target.name.toLowerCase());
    const data = source === undefined ? undefined : batch.data.children[source.index];
    if (data === undefined) return missingColumn(target, batch.numRows, isReading);
    return conformData(data, target.type, { column: target.name, isReading });
  });
  const [extra] = sources.values();
  if (extra !== undefined && !isReading) {
    throw mismatch(extra.field.name, "is not in the table's schema");
  }
  if (!isReading) {
    for (const [index, field] of schema.fields.entries()) {
      const data = children[index];
      if (data !== undefined) checkNotNull(data, field, field.name);
    }
  }
  return createBatch(schema, children, batch.numRows);
}

/** The column that is conformed, for messages, and whether it comes from a file of the table. */
interface Place {
  readonly column: string;
  readonly isReading: boolean;
}

/** Gives a column the wanted type: nested names are relabelled, narrower numbers widened. */
function conformData(data: Data, type: DataType, place: Place): Data {
  if (DataType.isDictionary(data.type)) return conformData(plainData(data), type, place);
  if (isRelabelled(data.type, type)) {
    const children = (type.children ?? []).map((field: Field, index) =>
      conformChild(data, field, { ...place, index }),
    );
    return data.clone(type, data.offset, data.length, data.nullCount, data.buffers, children);
  }
  const widened = widenData(data, type, place);
  if (widened !== undefined) return widened;
  throw mismatch(
    place.column,
    `is ${describeType(data.type)}, which does not fit the table's ${describeType(type)}`,
  );
}

function conformChild(data: Data, field: Field, parent: Place & { readonly index: number }): Data {
  const { index, isReading } = parent;
  const place = { column: `${parent.column}.${field.name}`, isReading };
  if (!DataType.isStruct(data.type)) {
    const child = data.children[index];
    if (child === undefined) throw new Error(`column ${parent.column} lacks its child`);
    return conformData(child, field.type, place);
  }
  const found = data.type.children.findIndex(
    ({ name }) => name.toLowerCase() === field.name.toLowerCase(),
  );
  // Children of a map's entries are matched by place: key first.
  const childIndex = found === -1 && ["key", "value"].includes(field.name) ? index : found;
  const child = data.children[childIndex];
  return child === undefined
    ? buildNulls(field.type, data.length)
    : conformData(child, field.type, place);
}

/** True when both types keep their values alike, so that only names below may differ. */
function isRelabelled(source: DataType, target: DataType): boolean {
  if (source.typeId !== target.typeId) return false;
  if (DataType.isInt(source) && DataType.isInt(target)) {
    return source.bitWidth === target.bitWidth && source.isSigned === target.isSigned;
  }
  if (DataType.isFloat(source) && DataType.isFloat(target)) {
    return source.precision === target.precision;
  }
  if (DataType.isDecimal(source) && DataType.isDecimal(target)) {
    return source.scale === target.scale && source.precision <= target.precision;
  }
  if (DataType.isTimestamp(source) && DataType.isTimestamp(target)) {
    return source.unit === target.unit && isZoned(source.timezone) === isZoned(target.timezone);
  }
  if (DataType.isDate(source) && DataType.isDate(target)) return source.unit === target.unit;
  return true;
}

function plainData(data: Data): Data {
  const { dictionary } = data;
  if (dictionary === undefined) throw new Error("a dictionary column has no dictionary");
  const indexes: ArrayLike<number> = data.values;
  const values = Array.from({ length: data.length }, (_, row): unknown =>
    isValid(data, row) ? dictionary.get(indexes[row] ?? 0) : null,
  );
  const valueType: DataType = dictionary.type;
  const [plain] = vectorFromArray(values, valueType).data;
  if (plain === undefined) throw new Error("a vector has no data");
  return plain;
}

function missingColumn(field: Field, rowCount: number, isReading: boolean): Data {
  if (!field.nullable && !isReading)
    throw mismatch(field.name, "is required, and the rows lack it");
  return buildNulls(field.type, rowCount);
}

/** NOT NULL at the top and inside structs; a null struct hides what is below it. */
function checkNotNull(data: Data, field: Field, column: string): void {
  if (!field.nullable && data.nullCount > 0)
    throw mismatch(column, "is required, and a row has null");
  if (!DataType.isStruct(field.type) || data.nullCount > 0) return;
  for (const [index, child] of field.type.children.entries()) {
    const childData = data.children[index];
    if (childData !== undefined) checkNotNull(childData, child, `${column}.${child.name}`);
  }
}

function mismatch(column: string, what: string): DeltaError {
  return new DeltaError("E_SCHEMA_MISMATCH", `column ${column} ${what}`, {
    hint: "evolve the table's schema in the same commit, or change the rows",
  });
}
