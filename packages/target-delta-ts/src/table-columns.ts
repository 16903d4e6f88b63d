import { Data, type DataType, Field, RecordBatch, Schema, Struct } from "apache-arrow";
import { arrowToDelta, type StructType } from "delta-lake-ts";
import type { Column } from "singer-sdk-ts";
import { arrowField } from "singer-sdk-ts/columnar";
import { columnName, columnNames, type NameOptions } from "./column-name.ts";

/** The columns of one SCHEMA message as the table has them. */
export interface TableColumns {
  /** Delta's types, every column nullable; descriptions and changed names are comments. */
  readonly schema: StructType;
  /** The table's name of each of the source's columns. */
  readonly names: ReadonlyMap<string, string>;
  /** The batch with the table's column names; without a copy of its values. */
  rename(batch: RecordBatch): RecordBatch;
}

/** Names the table's columns after the source's; throws E_COLUMN_COLLISION when two become one. */
export function tableColumns(
  stream: string,
  columns: readonly Column[],
  options: NameOptions = {},
): TableColumns {
  const tableNames = columnNames(
    stream,
    columns.map((column) => column.name),
    options,
  );
  const { keepsNames = false } = options;
  const names = new Map(columns.map((column, index) => [column.name, tableNames[index] ?? ""]));
  const fields = columns.map((column, index) =>
    tableField(arrowField(column), tableNames[index] ?? "", keepsNames),
  );
  const comments = new Map(
    columns.map((column, index) => [tableNames[index] ?? "", comment(column, tableNames[index])]),
  );
  const deltaSchema = arrowToDelta(new Schema(fields));
  const schema: StructType = {
    type: "struct",
    fields: deltaSchema.fields.map((field) => {
      const text = comments.get(field.name);
      return { ...field, metadata: text === undefined ? {} : { comment: text } };
    }),
  };
  return { schema, names, rename: (batch) => renameBatch(batch, names, keepsNames) };
}

function comment(column: Column, tableName: string | undefined): string | undefined {
  const isRenamed = tableName !== column.name;
  const parts = [column.description, isRenamed ? `Source column: ${column.name}` : undefined];
  const text = parts.filter((part) => part !== undefined && part !== "").join(" ");
  return text === "" ? undefined : text;
}

function renameBatch(
  batch: RecordBatch,
  names: ReadonlyMap<string, string>,
  keepsNames: boolean,
): RecordBatch {
  const fields: Field[] = [];
  const children: Data[] = [];
  batch.schema.fields.forEach((field, index) => {
    const name = names.get(field.name);
    const child = batch.data.children[index];
    if (name === undefined || child === undefined) return;
    const renamed = tableField(field, name, keepsNames);
    fields.push(renamed);
    children.push(retype(child, renamed.type));
  });
  return batchOf(fields, children, batch.numRows);
}

/** A batch of columns of `rowCount` rows each. */
export function batchOf(fields: Field[], children: Data[], rowCount: number): RecordBatch {
  const struct = new Struct(fields);
  return new RecordBatch(new Schema(fields), new Data(struct, 0, rowCount, 0, undefined, children));
}

/** Nested names follow the same rule as the columns' own. */
function tableField(field: Field, name: string, keepsNames: boolean): Field {
  return new Field(name, keepsNames ? field.type : tableType(field.type), true);
}

function tableType(type: DataType): DataType {
  if (!hasForbiddenNames(type)) return type;
  const copy: DataType = Object.create(
    Object.getPrototypeOf(type),
    Object.getOwnPropertyDescriptors(type),
  );
  const children = (type.children ?? []).map(
    (child) => new Field(columnName(child.name), tableType(child.type), child.nullable),
  );
  return Object.assign(copy, { children });
}

function hasForbiddenNames(type: DataType): boolean {
  return (type.children ?? []).some(
    (child: Field) => columnName(child.name) !== child.name || hasForbiddenNames(child.type),
  );
}

function retype(data: Data, type: DataType): Data {
  if (data.type === type) return data;
  const children = data.children.map((child, index) => {
    const childType: DataType | undefined = type.children?.[index]?.type;
    return childType === undefined ? child : retype(child, childType);
  });
  return data.clone(type, data.offset, data.length, data.nullCount, data.buffers, children);
}
