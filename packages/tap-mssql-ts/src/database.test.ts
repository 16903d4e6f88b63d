import { expect, test } from "@jest/globals";
import type { CatalogRow, CatalogRows } from "./catalog-rows.ts";
import { tablesOfDatabase } from "./database.ts";

const types: readonly CatalogRow[] = [
  {
    user_type_id: 56,
    system_type_id: 56,
    name: "int",
    is_user_defined: false,
    is_assembly_type: false,
  },
  {
    user_type_id: 231,
    system_type_id: 231,
    name: "nvarchar",
    is_user_defined: false,
    is_assembly_type: false,
  },
  {
    user_type_id: 256,
    system_type_id: 231,
    name: "sysname",
    is_user_defined: false,
    is_assembly_type: false,
  },
  {
    user_type_id: 128,
    system_type_id: 240,
    name: "hierarchyid",
    is_user_defined: false,
    is_assembly_type: true,
  },
  {
    user_type_id: 260,
    system_type_id: 231,
    name: "Name",
    is_user_defined: true,
    is_assembly_type: false,
  },
  {
    user_type_id: 261,
    system_type_id: 240,
    name: "Point3D",
    is_user_defined: true,
    is_assembly_type: true,
  },
];

function column(more: CatalogRow): CatalogRow {
  return {
    object_id: 1,
    system_type_id: 56,
    user_type_id: 56,
    max_length: 4,
    precision: 10,
    scale: 0,
    is_nullable: false,
    is_identity: false,
    is_computed: false,
    is_filestream: false,
    is_column_set: false,
    is_hidden: false,
    encryption_type: null,
    ...more,
  };
}

function rows(more: Partial<CatalogRows>): CatalogRows {
  return {
    schemas: [{ schema_id: 5, name: "Sales" }],
    objects: [{ object_id: 1, schema_id: 5, name: "Order", type: "U " }],
    columns: [column({ column_id: 1, name: "ID" })],
    types,
    indexes: [],
    indexColumns: [],
    rowCounts: [],
    descriptions: [],
    synonyms: [],
    tracked: [],
    captured: [],
    instances: [],
    database: [{ database_name: "AW" }],
    ...more,
  };
}

test("a table has its columns in ordinal order, aliases resolved", () => {
  const [table] = tablesOfDatabase(
    rows({
      columns: [
        column({ column_id: 1, name: "ID" }),
        column({
          column_id: 2,
          name: "Who",
          system_type_id: 231,
          user_type_id: 260,
          max_length: 100,
        }),
        column({
          column_id: 3,
          name: "Sys",
          system_type_id: 231,
          user_type_id: 256,
          max_length: 256,
        }),
        column({
          column_id: 4,
          name: "Text",
          system_type_id: 231,
          user_type_id: 231,
          max_length: -1,
        }),
        column({
          column_id: 5,
          name: "Node",
          system_type_id: 240,
          user_type_id: 128,
          max_length: 892,
        }),
        column({
          column_id: 6,
          name: "Point",
          system_type_id: 240,
          user_type_id: 261,
          max_length: -1,
        }),
        column({ column_id: 7, name: "Hidden", is_hidden: true }),
      ],
      rowCounts: [{ object_id: 1, row_count: "12" }],
      descriptions: [
        { major_id: 1, minor_id: 0, value: "Orders." },
        { major_id: 1, minor_id: 2, value: "Who ordered." },
      ],
    }),
  );

  expect(table).toMatchObject({
    database: "AW",
    schema: "Sales",
    name: "Order",
    isView: false,
    rowCount: 12,
    description: "Orders.",
  });
  expect(
    table?.columns.map(({ name, type }) => [name, type?.name, type?.length, type?.isClr]),
  ).toEqual([
    ["ID", "int", 0, false],
    ["Who", "nvarchar", 50, false],
    ["Sys", "nvarchar", 128, false],
    ["Text", "nvarchar", -1, false],
    ["Node", "hierarchyid", 0, false],
    ["Point", "Point3D", 0, true],
  ]);
  expect(table?.columns[1]?.description).toBe("Who ordered.");
});

test("the primary key stands in key order", () => {
  const [table] = tablesOfDatabase(
    rows({
      columns: [column({ column_id: 1, name: "A" }), column({ column_id: 2, name: "B" })],
      indexes: [
        {
          object_id: 1,
          index_id: 2,
          is_primary_key: false,
          is_unique: true,
          has_filter: false,
          is_disabled: false,
        },
        {
          object_id: 1,
          index_id: 3,
          is_primary_key: true,
          is_unique: true,
          has_filter: false,
          is_disabled: false,
        },
      ],
      indexColumns: [
        { object_id: 1, index_id: 2, key_ordinal: 1, column_id: 1 },
        { object_id: 1, index_id: 3, key_ordinal: 2, column_id: 1 },
        { object_id: 1, index_id: 3, key_ordinal: 1, column_id: 2 },
      ],
    }),
  );

  expect(table?.keyColumns).toEqual(["B", "A"]);
});

test("without a primary key the first unique index without nulls or filter is the key", () => {
  const index = {
    object_id: 1,
    is_primary_key: false,
    is_unique: true,
    has_filter: false,
    is_disabled: false,
  };
  const [table] = tablesOfDatabase(
    rows({
      columns: [
        column({ column_id: 1, name: "Nullable", is_nullable: true }),
        column({ column_id: 2, name: "Code" }),
        column({ column_id: 3, name: "Filtered" }),
        column({ column_id: 4, name: "Disabled" }),
      ],
      indexes: [
        { ...index, index_id: 2 },
        { ...index, index_id: 3, has_filter: true },
        { ...index, index_id: 4, is_disabled: true },
        { ...index, index_id: 5 },
      ],
      indexColumns: [
        { object_id: 1, index_id: 2, key_ordinal: 1, column_id: 1 },
        { object_id: 1, index_id: 3, key_ordinal: 1, column_id: 3 },
        { object_id: 1, index_id: 4, key_ordinal: 1, column_id: 4 },
        { object_id: 1, index_id: 5, key_ordinal: 1, column_id: 2 },
      ],
    }),
  );

  expect(table?.keyColumns).toEqual(["Code"]);
});

test("columns that cannot be read stay listed with their reason", () => {
  const [table] = tablesOfDatabase(
    rows({
      columns: [
        column({ column_id: 1, name: "Set", is_column_set: true }),
        column({ column_id: 2, name: "Secret", encryption_type: 1 }),
        column({ column_id: 3, name: "Unknown", user_type_id: 999 }),
      ],
    }),
  );

  expect(table?.columns.map(({ unsupported }) => unsupported)).toEqual([
    "a column set repeats the sparse columns as one xml value",
    "Always Encrypted columns cannot be read without their keys",
    "its type is not known",
  ]);
});

test("tables come ordered by schema and name, views marked", () => {
  const tables = tablesOfDatabase(
    rows({
      schemas: [
        { schema_id: 5, name: "Sales" },
        { schema_id: 1, name: "dbo" },
        { schema_id: 6, name: "HR" },
      ],
      objects: [
        { object_id: 1, schema_id: 1, name: "z", type: "U " },
        { object_id: 2, schema_id: 5, name: "b", type: "V " },
        { object_id: 3, schema_id: 5, name: "a", type: "U " },
        { object_id: 4, schema_id: 6, name: "c", type: "U " },
      ],
    }),
  );

  expect(
    tables.map(({ schema, name, isView }) => `${schema}.${name}${isView ? " view" : ""}`),
  ).toEqual(["HR.c", "Sales.a", "Sales.b view", "dbo.z"]);
});
