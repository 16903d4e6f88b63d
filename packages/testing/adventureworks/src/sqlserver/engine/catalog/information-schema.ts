import type { Relation } from "../relation.ts";
import { isString, isTemporal, isUnicode, type Type } from "../type.ts";
import type { Value } from "../value.ts";
import { collationName } from "./column-views.ts";
import { type CatalogModel, type CatalogTable, columnId } from "./model.ts";
import { catalogFacets } from "./system-type.ts";
import { view } from "./view.ts";

/** The views of INFORMATION_SCHEMA. */
export function informationSchema(model: CatalogModel): Readonly<Record<string, () => Relation>> {
  const place = (table: CatalogTable): readonly string[] => [
    model.database,
    table.schema.name,
    table.name,
  ];
  return {
    "information_schema.tables": () =>
      view(
        "TABLE_CATALOG name?, TABLE_SCHEMA name?, TABLE_NAME name, TABLE_TYPE word?",
        model.tables.map((table) => [...place(table), "BASE TABLE"]),
      ),
    "information_schema.views": () =>
      view(
        "TABLE_CATALOG name?, TABLE_SCHEMA name?, TABLE_NAME name, VIEW_DEFINITION text?, CHECK_OPTION word?, IS_UPDATABLE word",
        [],
      ),
    "information_schema.schemata": () =>
      view(
        "CATALOG_NAME name?, SCHEMA_NAME name, SCHEMA_OWNER name?",
        model.schemas.map(({ name }) => [model.database, name, "dbo"]),
      ),
    "information_schema.columns": () =>
      view(
        columnColumns,
        model.tables.flatMap((table) => columnRows(table, place(table))),
      ),
    "information_schema.table_constraints": () =>
      view(
        "CONSTRAINT_CATALOG name?, CONSTRAINT_SCHEMA name?, CONSTRAINT_NAME name, TABLE_CATALOG name?, TABLE_SCHEMA name?, TABLE_NAME name?, CONSTRAINT_TYPE word?, IS_DEFERRABLE word, INITIALLY_DEFERRED word",
        [
          ...model.tables.map((table) =>
            constraintRow(table, place(table), [table.primaryKeyName, "PRIMARY KEY"]),
          ),
          ...model.foreignKeys.map((key) =>
            constraintRow(key.table, place(key.table), [key.name, "FOREIGN KEY"]),
          ),
        ],
      ),
    "information_schema.key_column_usage": () =>
      view(
        "CONSTRAINT_CATALOG name?, CONSTRAINT_SCHEMA name?, CONSTRAINT_NAME name, TABLE_CATALOG name?, TABLE_SCHEMA name?, TABLE_NAME name?, COLUMN_NAME name?, ORDINAL_POSITION int",
        keyColumns(model, place),
      ),
  };
}

function constraintRow(
  table: CatalogTable,
  place: readonly string[],
  [name, type]: readonly [string, string],
): readonly Value[] {
  return [place[0] ?? "", table.schema.name, name, ...place, type, "NO", "NO"];
}

function keyColumns(
  model: CatalogModel,
  place: (table: CatalogTable) => readonly string[],
): readonly (readonly Value[])[] {
  const rowsOf = (
    table: CatalogTable,
    constraint: string,
    columns: readonly string[],
  ): readonly (readonly Value[])[] =>
    columns.map((column, index) => [
      model.database,
      table.schema.name,
      constraint,
      ...place(table),
      column,
      index + 1,
    ]);
  const nameOf = (table: CatalogTable, id: number): string => table.columns[id - 1]?.name ?? "";
  return [
    ...model.tables.flatMap((table) =>
      rowsOf(table, table.primaryKeyName, table.data.schema.primaryKey),
    ),
    ...model.foreignKeys.flatMap((key) =>
      rowsOf(
        key.table,
        key.name,
        key.columnIds.map((id) => nameOf(key.table, id)),
      ),
    ),
  ];
}

const columnColumns =
  "TABLE_CATALOG name?, TABLE_SCHEMA name?, TABLE_NAME name, COLUMN_NAME name?, ORDINAL_POSITION int, COLUMN_DEFAULT text?, IS_NULLABLE word?, DATA_TYPE name?, CHARACTER_MAXIMUM_LENGTH int?, CHARACTER_OCTET_LENGTH int?, NUMERIC_PRECISION tinyint?, NUMERIC_PRECISION_RADIX smallint?, NUMERIC_SCALE int?, DATETIME_PRECISION smallint?, CHARACTER_SET_NAME name?, COLLATION_NAME name?, DOMAIN_CATALOG name?, DOMAIN_SCHEMA name?, DOMAIN_NAME name?";

function columnRows(table: CatalogTable, place: readonly string[]): readonly (readonly Value[])[] {
  return table.columns.map((column) => {
    const { type, userType, schema } = column;
    const isAlias = userType.isUserDefined;
    return [
      ...place,
      column.name,
      columnId(table, column.name),
      null,
      schema.nullable ? "YES" : "NO",
      type.name,
      ...facets(type),
      isString(type) ? (isUnicode(type) ? "UNICODE" : "iso_1") : null,
      isString(type) ? collationName : null,
      isAlias ? (place[0] ?? null) : null,
      isAlias ? "dbo" : null,
      isAlias ? userType.name : null,
    ];
  });
}

/** CHARACTER_MAXIMUM_LENGTH to DATETIME_PRECISION. */
function facets(type: Type): readonly Value[] {
  const { maxLength, precision, scale } = catalogFacets(type);
  if (isString(type) || type.name === "varbinary" || type.name === "binary" || type.name === "xml")
    return [type.name === "xml" ? -1 : type.length, maxLength, null, null, null, null];
  if (isTemporal(type))
    return [
      null,
      null,
      null,
      null,
      null,
      type.name === "date" ? 0 : type.name === "smalldatetime" ? 0 : scale,
    ];
  if (type.name === "float" || type.name === "real") return [null, null, precision, 2, null, null];
  if (type.name === "bit" || precision === 0) return [null, null, null, null, null, null];
  return [null, null, precision, 10, scale, null];
}
