import { expect, test } from "@jest/globals";
import type { TableInfo } from "./database.ts";
import { filterTables, type TableFilter } from "./table-filter.ts";

const tables = ["Sales.Order", "Sales.OrderOld", "HR.Person", "dbo.a.b"].map(
  (path): TableInfo => ({
    database: "AW",
    schema: path.slice(0, path.indexOf(".")),
    name: path.slice(path.indexOf(".") + 1),
    isView: false,
    columns: [],
    keyColumns: [],
  }),
);

test.each<[TableFilter, readonly string[]]>([
  [{}, ["Order", "OrderOld", "Person", "a.b"]],
  [{ filter_schemas: ["sales"] }, ["Order", "OrderOld"]],
  [{ filter_schemas: "sales, HR" }, ["Order", "OrderOld", "Person"]],
  [{ filter_schemas: ["S*", "HR"] }, ["Order", "OrderOld", "Person"]],
  [{ filter_tables: ["*.Order*", "!*.*Old"] }, ["Order"]],
  [{ filter_tables: ["!Sales.*"] }, ["Person", "a.b"]],
  [{ filter_schemas: ["dbo"], filter_tables: ["dbo.a.?"] }, ["a.b"]],
])("%j lets through %j", (filter, expected) => {
  expect(filterTables(tables, filter).map(({ name }) => name)).toEqual(expected);
});
