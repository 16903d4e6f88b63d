import {
  type Catalog,
  type CatalogStream,
  type JsonValue,
  type MetadataEntry,
  UserError,
} from "singer-sdk-ts";
import type { ColumnInfo, TableInfo } from "./database.ts";
import { type SchemaFormat, schemaOfColumn } from "./type/column-schema.ts";
import { isComparable, sqlTypeText } from "./type/sql-type.ts";

/** Types whose values only grow in practice, so that they make sense as replication key. */
const REPLICATION_TYPES = new Set([
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "decimal",
  "numeric",
  "date",
  "datetime",
  "datetime2",
  "datetimeoffset",
  "smalldatetime",
  "timestamp",
]);

/** The stream of a table: `Schema-Table`, of several databases `Database-Schema-Table`, with dots replaced since Meltano splits on them. */
export function streamIdOf(
  table: Pick<TableInfo, "database" | "schema" | "name" | "query" | "isOfSeveral">,
): string {
  if (table.query !== undefined) return table.name;
  const name = `${table.schema}-${table.name}`.replaceAll(".", "_");
  return table.isOfSeveral === true ? `${table.database.replaceAll(".", "_")}-${name}` : name;
}

/** The Singer catalog of tables and views, one stream each, in the order given. */
export function catalogOfTables(tables: readonly TableInfo[], format: SchemaFormat): Catalog {
  const names = new Map<string, TableInfo>();
  for (const table of tables) {
    const id = streamIdOf(table);
    const other = names.get(id);
    if (other !== undefined)
      throw new UserError(
        "E_STREAM_NAME",
        `tables ${other.schema}.${other.name} and ${table.schema}.${table.name} would both be stream ${id}`,
        { hint: "leave one of them out with `filter_tables`" },
      );
    names.set(id, table);
  }
  return { streams: tables.map((table) => streamOfTable(table, format)) };
}

/** Columns that cannot be read, to be named once per run. */
export function unsupportedColumns(
  tables: readonly TableInfo[],
): readonly { readonly stream: string; readonly column: string; readonly reason: string }[] {
  return tables.flatMap((table) =>
    table.columns.flatMap(({ name, unsupported }) =>
      unsupported === undefined
        ? []
        : [{ stream: streamIdOf(table), column: name, reason: unsupported }],
    ),
  );
}

function streamOfTable(table: TableInfo, format: SchemaFormat): CatalogStream {
  const id = streamIdOf(table);
  const properties: Record<string, JsonValue> = {};
  for (const column of table.columns) properties[column.name] = propertyOf(column, format);
  return {
    tap_stream_id: id,
    stream: id,
    table_name: table.name,
    schema: {
      type: "object",
      ...(table.description !== undefined && { description: table.description }),
      properties,
    },
    key_properties: table.keyColumns,
    is_view: table.isView,
    database_name: table.database,
    ...(table.rowCount !== undefined && { row_count: table.rowCount }),
    metadata: [
      { breadcrumb: [], metadata: tableMetadata(table) },
      ...table.columns.map((column) => columnMetadata(column, table)),
    ],
  };
}

function propertyOf(column: ColumnInfo, format: SchemaFormat): JsonValue {
  if (column.type === undefined || column.unsupported !== undefined) return {};
  return schemaOfColumn(
    {
      type: column.type,
      isNullable: column.isNullable,
      ...(column.description !== undefined && { description: column.description }),
    },
    format,
  );
}

function tableMetadata(table: TableInfo): Record<string, JsonValue> {
  const replicationKeys = table.columns.filter(isReplicationKey).map(({ name }) => name);
  return {
    inclusion: "available",
    // A synonym repeats the rows of what it stands for.
    "selected-by-default": table.synonymOf === undefined,
    [table.isView ? "view-key-properties" : "table-key-properties"]: table.keyColumns,
    "valid-replication-keys": replicationKeys,
    "database-name": table.database,
    "schema-name": table.schema,
    "is-view": table.isView,
    ...(table.rowCount !== undefined && { "row-count": table.rowCount }),
    ...(table.isTracked === true && { "change-tracking": true }),
    ...(table.isCaptured === true && {
      cdc: true,
      "cdc-capture-instances": table.captureInstances ?? [],
    }),
    ...(table.synonymOf !== undefined && { "synonym-of": table.synonymOf }),
  };
}

function columnMetadata(column: ColumnInfo, table: TableInfo): MetadataEntry {
  const isKey = table.keyColumns.includes(column.name);
  return {
    breadcrumb: ["properties", column.name],
    metadata: {
      inclusion:
        column.unsupported === undefined ? (isKey ? "automatic" : "available") : "unsupported",
      "selected-by-default": column.unsupported === undefined,
      ...(column.type !== undefined && { "sql-datatype": sqlTypeText(column.type) }),
      ...(column.isComputed && { "is-computed": true }),
      ...(column.unsupported !== undefined && { "unsupported-reason": column.unsupported }),
    },
  };
}

function isReplicationKey(column: ColumnInfo): boolean {
  return (
    column.type !== undefined &&
    column.unsupported === undefined &&
    REPLICATION_TYPES.has(column.type.name) &&
    isComparable(column.type)
  );
}
