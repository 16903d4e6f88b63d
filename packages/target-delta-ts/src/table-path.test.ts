import { expect, test } from "@jest/globals";
import { TablePaths, tablePath } from "./table-path.ts";

test.each([
  ["Sales-SalesOrderHeader", "Sales/SalesOrderHeader"],
  ["SalesOrderHeader", "SalesOrderHeader"],
  ["dbo-order-lines", "dbo/order-lines"],
  ["-orders", "-orders"],
  ["orders-", "orders-"],
  ["dbo-order lines", "dbo/order_lines"],
  ["a/b", "a_b"],
  ["../../etc-passwd", "__.._etc/passwd"],
  [".hidden", "_hidden"],
  ["Größe-Maß", "Größe/Maß"],
])("stream %s is the folder %s", (stream, path) => {
  expect(tablePath(stream)).toBe(path);
});

test.each([
  ["raw/{schema}__{table}", "raw/Sales__Orders"],
  ["{stream}", "Sales-Orders"],
  ["/{table}/", "Orders"],
])("template %s gives %s", (template, path) => {
  expect(tablePath("Sales-Orders", template)).toBe(path);
});

test("an unknown placeholder is named", () => {
  expect(() => tablePath("orders", "{database}")).toThrow("unknown placeholder {database}");
});

test.each(["", "..", "{stream}/../..", "{schema}"])("template %j leaves no folder", (template) => {
  expect(() => tablePath("orders", template)).toThrow("`table_path`");
});

test("two streams with the same folder are an error that names both", () => {
  const paths = new TablePaths();
  paths.reserve("dbo-Orders", "dbo/Orders");
  paths.reserve("dbo-Orders", "dbo/Orders");

  expect(() => paths.reserve("dbo-orders", "dbo/orders")).toThrow(
    "streams dbo-Orders and dbo-orders would both write to table folder dbo/orders",
  );
});

test("a table inside another table's folder is an error that names both", () => {
  const paths = new TablePaths();
  paths.reserve("Sales", "Sales");

  expect(() => paths.reserve("Sales-Orders", "Sales/Orders")).toThrow(
    "streams Sales and Sales-Orders",
  );
  expect(() => paths.reserve("SalesOrders", "SalesOrders")).not.toThrow();
});
