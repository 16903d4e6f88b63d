import type { Relation } from "../relation.ts";
import { isString, type Type } from "../type.ts";
import type { Value } from "../value.ts";
import { type CatalogColumn, type CatalogModel, type CatalogTable, columnId } from "./model.ts";
import { catalogFacets } from "./system-type.ts";
import { view } from "./view.ts";

export const collationName = "SQL_Latin1_General_CP1_CI_AS";

/** sys.columns, types, indexes, index_columns, partitions, extended_properties … */
export function columnViews(model: CatalogModel): Readonly<Record<string, () => Relation>> {
  const columns = (): readonly (readonly [{ readonly id: number }, CatalogColumn])[] =>
    [...model.tables, ...model.views].flatMap((table) =>
      table.columns.map((column) => [table, column] as const),
    );
  const allColumns = (): Relation =>
    view(
      columnColumns,
      columns().map(([table, column]) => columnRow(table, column)),
    );
  return {
    "sys.columns": allColumns,
    "sys.all_columns": allColumns,
    "sys.computed_columns": () =>
      view(
        `${columnColumns}, definition text?, uses_database_collation bit, is_persisted bit`,
        columns().flatMap(([table, column]) => {
          const { computed } = column.schema;
          return computed === undefined
            ? []
            : [[...columnRow(table, column), `(${computed.expression})`, true, computed.persisted]];
        }),
      ),
    "sys.identity_columns": () =>
      view(
        `${columnColumns}, seed_value bigint?, increment_value bigint?`,
        columns().flatMap(([table, column]) =>
          column.schema.identity ? [[...columnRow(table, column), 1n, 1n]] : [],
        ),
      ),
    ...keyViews(model),
  };
}

function keyViews(model: CatalogModel): Readonly<Record<string, () => Relation>> {
  return {
    "sys.types": () => view(typeColumns, model.userTypes.map(typeRow)),
    "sys.indexes": () => view(indexColumns, model.tables.flatMap(indexRows)),
    "sys.index_columns": () =>
      view(
        "object_id int, index_id int, index_column_id int, column_id int, key_ordinal tinyint, partition_ordinal tinyint, is_descending_key bit?, is_included_column bit?",
        model.tables.flatMap((table) =>
          uniqueIndexesOf(table).flatMap(({ id, columns }) =>
            columns.map((name, index) => [
              table.id,
              id,
              index + 1,
              columnId(table, name),
              index + 1,
              0,
              false,
              false,
            ]),
          ),
        ),
      ),
    "sys.partitions": () =>
      view(
        "partition_id bigint, object_id int, index_id int, partition_number int, hobt_id bigint, rows bigint?, data_compression tinyint, data_compression_desc word?",
        model.tables.map((table) => [
          partitionId(table),
          table.id,
          1,
          1,
          partitionId(table),
          BigInt(table.data.rowCount),
          0,
          "NONE",
        ]),
      ),
    "sys.dm_db_partition_stats": () =>
      view(
        "partition_id bigint?, object_id int, index_id int, partition_number int, row_count bigint?, used_page_count bigint?, reserved_page_count bigint?, in_row_data_page_count bigint?",
        model.tables.map((table) => [
          partitionId(table),
          table.id,
          1,
          1,
          BigInt(table.data.rowCount),
          1n,
          1n,
          1n,
        ]),
      ),
    "sys.extended_properties": () =>
      view(
        "class tinyint, class_desc word?, major_id int, minor_id int, name name, value text?",
        model.tables.flatMap(descriptionRows),
      ),
    "sys.default_constraints": () =>
      view(
        "name name, object_id int, parent_object_id int, parent_column_id int, definition text?",
        [],
      ),
    "sys.check_constraints": () =>
      view(
        "name name, object_id int, parent_object_id int, parent_column_id int, definition text?",
        [],
      ),
  };
}

const columnColumns =
  "object_id int, name name?, column_id int, system_type_id tinyint, user_type_id int, max_length smallint, precision tinyint, scale tinyint, collation_name name?, is_nullable bit?, is_ansi_padded bit, is_rowguidcol bit, is_identity bit, is_computed bit, is_filestream bit, is_replicated bit?, is_xml_document bit, xml_collection_id int, default_object_id int, is_sparse bit?, is_column_set bit?, generated_always_type tinyint?, generated_always_type_desc word?, encryption_type int?, encryption_type_desc word?, is_hidden bit, is_masked bit";

function columnRow(table: { readonly id: number }, column: CatalogColumn): readonly Value[] {
  const { type, userType, schema } = column;
  const { maxLength, precision, scale } = catalogFacets(type);
  return [
    table.id,
    column.name,
    column.id,
    userType.systemId,
    userType.id,
    maxLength,
    precision,
    scale,
    collationOf(type),
    schema.nullable,
    true,
    column.name === "rowguid",
    schema.identity,
    schema.computed !== undefined,
    false,
    false,
    false,
    0,
    0,
    false,
    schema.kind === "column_set",
    0,
    "NOT_APPLICABLE",
    schema.kind === "encrypted" ? 1 : null,
    schema.kind === "encrypted" ? "DETERMINISTIC" : null,
    schema.kind === "hidden",
    false,
  ];
}

function collationOf(type: Type): string | null {
  return isString(type) ? collationName : null;
}

const typeColumns =
  "name name, system_type_id tinyint, user_type_id int, schema_id int, principal_id int?, max_length smallint, precision tinyint, scale tinyint, collation_name name?, is_nullable bit?, is_user_defined bit, is_assembly_type bit, default_object_id int, rule_object_id int, is_table_type bit";

function typeRow(userType: CatalogModel["userTypes"][number]): readonly Value[] {
  const { name, systemId, id, schemaId, type, isUserDefined, isAssembly } = userType;
  const { maxLength, precision, scale } = catalogFacets(type);
  return [
    name,
    systemId,
    id,
    schemaId,
    null,
    maxLength,
    precision,
    scale,
    collationOf(type),
    true,
    isUserDefined,
    isAssembly,
    0,
    0,
    false,
  ];
}

const indexColumns =
  "object_id int, name name?, index_id int, type tinyint, type_desc word?, is_unique bit?, data_space_id int?, ignore_dup_key bit?, is_primary_key bit?, is_unique_constraint bit?, fill_factor tinyint, is_padded bit?, is_disabled bit?, is_hypothetical bit?, allow_row_locks bit?, allow_page_locks bit?, has_filter bit?, filter_definition text?";

interface NumberedIndex {
  readonly id: number;
  readonly name: string;
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  readonly isFiltered: boolean;
}

/** The primary key's index is number 1, others follow. */
function uniqueIndexesOf({ data, primaryKeyName }: CatalogTable): readonly NumberedIndex[] {
  const { primaryKey, uniqueIndexes = [] } = data.schema;
  const primary = { id: 1, name: primaryKeyName, columns: primaryKey, isPrimary: true };
  return [
    ...(primaryKey.length === 0 ? [] : [{ ...primary, isFiltered: false }]),
    ...uniqueIndexes.map(({ columns, isFiltered = false }, index) => ({
      id: index + 2,
      name: `AK_${columns.join("_")}`,
      columns,
      isPrimary: false,
      isFiltered,
    })),
  ];
}

/** MS_Description of a table and its columns. */
function descriptionRows({ id, data, columns }: CatalogTable): readonly (readonly Value[])[] {
  const described = [
    { minor: 0, text: data.schema.description },
    ...columns.map((column) => ({ minor: column.id, text: column.schema.description })),
  ];
  return described.flatMap(({ minor, text }) =>
    text === undefined ? [] : [[1, "OBJECT_OR_COLUMN", id, minor, "MS_Description", text]],
  );
}

function indexRows(table: CatalogTable): readonly (readonly Value[])[] {
  return uniqueIndexesOf(table).map((index) => indexRow(table, index));
}

function indexRow({ id: tableId }: CatalogTable, index: NumberedIndex): readonly Value[] {
  const { id, name, isPrimary, isFiltered } = index;
  return [
    tableId,
    name,
    id,
    isPrimary ? 1 : 2,
    isPrimary ? "CLUSTERED" : "NONCLUSTERED",
    true,
    1,
    false,
    isPrimary,
    false,
    0,
    false,
    false,
    false,
    true,
    true,
    isFiltered,
    isFiltered ? "([ID]>(0))" : null,
  ];
}

function partitionId({ id }: CatalogTable): bigint {
  return 72_057_594_000_000_000n + BigInt(id);
}
