import type { Relation } from "../relation.ts";
import type { CatalogModel } from "./model.ts";
import { view } from "./view.ts";

/** 2020-01-01: all objects of the sample database were made then. */
const createdAt = 43_829 * 300 * 86_400;

/** sys.schemas, tables, views, objects, key_constraints, foreign_keys, synonyms … */
export function objectViews(
  model: CatalogModel,
  isCaptured: (table: Named) => boolean,
): Readonly<Record<string, () => Relation>> {
  return {
    "sys.schemas": () =>
      view(
        "name name, schema_id int, principal_id int",
        model.schemas.map(({ id, name }) => [name, id, 1]),
      ),
    "sys.tables": () =>
      view(
        `${objectColumns}, ${tableColumns}`,
        model.tables.map((table) => [...objectRow(table), ...tableRow(isCaptured(table))]),
      ),
    "sys.views": () =>
      view(
        `${objectColumns}, is_replicated bit, with_check_option bit`,
        model.views.map((one) => [...objectRow(one, "V ", "VIEW"), false, false]),
      ),
    "sys.all_views": () => view(`${objectColumns}, is_replicated bit, with_check_option bit`, []),
    "sys.objects": () => view(objectColumns, allObjects(model)),
    "sys.all_objects": () => view(objectColumns, allObjects(model)),
    ...constraintViews(model),
    "sys.synonyms": () =>
      view(
        `${objectColumns}, base_object_name text?`,
        model.synonyms.map((one) => [...objectRow(one, "SN", "SYNONYM"), one.definition.base]),
      ),
    "sys.procedures": () => view(objectColumns, []),
    "sys.triggers": () =>
      view(
        "name name, object_id int, parent_class tinyint, parent_id int, type code, is_disabled bit",
        [],
      ),
  };
}

function constraintViews(model: CatalogModel): Readonly<Record<string, () => Relation>> {
  return {
    "sys.key_constraints": () =>
      view(
        `${objectColumns}, unique_index_id int?, is_system_named bit, is_enforced bit`,
        model.tables.map((table) => [...primaryKeyRow(table), 1, false, true]),
      ),
    "sys.foreign_keys": () =>
      view(
        `${objectColumns}, referenced_object_id int?, key_index_id int?, is_disabled bit, is_not_trusted bit, delete_referential_action tinyint?, delete_referential_action_desc word?, update_referential_action tinyint?, update_referential_action_desc word?, is_system_named bit`,
        model.foreignKeys.map((key) => [
          ...foreignKeyRow(key),
          key.referenced.id,
          1,
          false,
          false,
          0,
          "NO_ACTION",
          0,
          "NO_ACTION",
          false,
        ]),
      ),
    "sys.foreign_key_columns": () =>
      view(
        "constraint_object_id int, constraint_column_id int, parent_object_id int, parent_column_id int, referenced_object_id int, referenced_column_id int",
        model.foreignKeys.flatMap((key) =>
          key.columnIds.map((id, index) => [
            key.id,
            index + 1,
            key.table.id,
            id,
            key.referenced.id,
            key.referencedColumnIds[index] ?? 0,
          ]),
        ),
      ),
  };
}

const objectColumns =
  "name name, object_id int, principal_id int?, schema_id int, parent_object_id int, type code?, type_desc word?, create_date datetime, modify_date datetime, is_ms_shipped bit, is_published bit, is_schema_published bit";
const tableColumns =
  "lob_data_space_id int, max_column_id_used int, uses_ansi_nulls bit?, is_replicated bit?, is_tracked_by_cdc bit?, lock_escalation tinyint?, is_filetable bit?, is_memory_optimized bit?, durability tinyint?, temporal_type tinyint?, temporal_type_desc word?, history_table_id int?, is_external bit, is_node bit, is_edge bit";
const tableRow = (isCaptured: boolean) => [
  0,
  0,
  true,
  false,
  isCaptured,
  0,
  false,
  false,
  0,
  0,
  "NON_TEMPORAL_TABLE",
  null,
  false,
  false,
  false,
];

type Table = CatalogModel["tables"][number];

type Named = Pick<Table, "id" | "name" | "schema">;

function objectRow(
  { name, id, schema }: Named,
  type = "U ",
  typeText = "USER_TABLE",
): readonly (string | number | boolean | null)[] {
  return [name, id, null, schema.id, 0, type, typeText, createdAt, createdAt, false, false, false];
}

function primaryKeyRow(table: Table): readonly (string | number | boolean | null)[] {
  const { primaryKeyName, primaryKeyId, schema, id } = table;
  return [
    primaryKeyName,
    primaryKeyId,
    null,
    schema.id,
    id,
    "PK",
    "PRIMARY_KEY_CONSTRAINT",
    createdAt,
    createdAt,
    false,
    false,
    false,
  ];
}

function foreignKeyRow({
  name,
  id,
  table,
}: CatalogModel["foreignKeys"][number]): readonly (string | number | boolean | null)[] {
  return [
    name,
    id,
    null,
    table.schema.id,
    table.id,
    "F ",
    "FOREIGN_KEY_CONSTRAINT",
    createdAt,
    createdAt,
    false,
    false,
    false,
  ];
}

function allObjects(
  model: CatalogModel,
): readonly (readonly (string | number | boolean | null)[])[] {
  return [
    ...model.tables.map((table) => objectRow(table)),
    ...model.views.map((one) => objectRow(one, "V ", "VIEW")),
    ...model.synonyms.map((one) => objectRow(one, "SN", "SYNONYM")),
    ...model.tables.map(primaryKeyRow),
    ...model.foreignKeys.map(foreignKeyRow),
  ];
}
