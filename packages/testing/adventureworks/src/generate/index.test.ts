import { describe, expect, test } from "@jest/globals";
import { formatSqlType, tables } from "../schema.ts";
import { date, datetime } from "./date.ts";
import { digest } from "./digest.ts";
import { generate, type SqlValue, type TableData } from "./index.ts";
import { columnOf, danglingKeys, keysOutOfOrder, misfits } from "./invariant.ts";

const database = generate();
const names = tables.map((table) => [table.schema, table.name] as const);

describe("the whole database", () => {
  test("has the 71 tables and their 760,841 rows", () => {
    const rowCount = database.tables.reduce((sum, table) => sum + table.rowCount, 0);

    expect([database.tables.length, rowCount]).toEqual([71, 760_841]);
  });

  test("is the same, byte by byte, on every machine", () => {
    expect(digest(database)).toBe(
      "aadc901943ad2dc61e5f033a598b9470708ecc447852268a0954018093a70cd1",
    );
  });

  test("differs with the seed", () => {
    const storeNames = columnOf(generate({ seed: 2 }).table("Sales", "Store"), "Name");

    expect(storeNames).not.toEqual(columnOf(database.table("Sales", "Store"), "Name"));
  });

  test("makes a table's rows only when they are asked for, and once", () => {
    const fresh = generate();

    const started = performance.now();
    expect(fresh.table("Sales", "SalesOrderDetail").rowCount).toBe(121_317);
    expect(performance.now() - started).toBeLessThan(50);
    expect(fresh.table("Sales", "Currency").columns).toBe(fresh.table("Sales", "Currency").columns);
  });

  test("names the table that it does not have", () => {
    expect(() => database.table("Sales", "Orders")).toThrow(
      "AdventureWorks has no table Sales.Orders",
    );
  });
});

describe.each(names)("%s.%s", (schemaName, name) => {
  const table = database.table(schemaName, name);

  test("has the rows that its schema names, in every column", () => {
    expect(table.columns.map((values) => values.length)).toEqual(
      table.schema.columns.map(() => table.schema.rowCount),
    );
  });

  test("has values that fit their columns", () => {
    expect(misfits(table)).toEqual([]);
  });

  test("has unique primary keys, in order", () => {
    expect(keysOutOfOrder(table)).toEqual([]);
  });

  test("refers only to rows that exist", () => {
    expect(danglingKeys(table, database)).toEqual([]);
  });
});

/** A computed column, what it is computed from, and how. */
type ComputedCase = readonly [
  schema: string,
  table: string,
  column: string,
  inputs: readonly string[],
  compute: (...values: SqlValue[]) => SqlValue,
];

const exact = (value: SqlValue | undefined) => BigInt(Number(value));
const sum = (...values: SqlValue[]) =>
  values.reduce<bigint>((total, value) => total + exact(value), 0n);
const level = (node: SqlValue | undefined) =>
  typeof node === "string" ? node.split("/").length - 2 : null;

const computedCases: ComputedCase[] = [
  [
    "Sales",
    "SalesOrderDetail",
    "LineTotal",
    ["UnitPrice", "UnitPriceDiscount", "OrderQty"],
    (price, discount, quantity) =>
      (exact(price) * (10_000n - exact(discount)) * exact(quantity)) / 100n,
  ],
  ["Sales", "SalesOrderHeader", "TotalDue", ["SubTotal", "TaxAmt", "Freight"], sum],
  ["Sales", "SalesOrderHeader", "SalesOrderNumber", ["SalesOrderID"], (id) => `SO${exact(id)}`],
  [
    "Sales",
    "Customer",
    "AccountNumber",
    ["CustomerID"],
    (id) => `AW${`${exact(id)}`.padStart(8, "0")}`,
  ],
  ["Purchasing", "PurchaseOrderHeader", "TotalDue", ["SubTotal", "TaxAmt", "Freight"], sum],
  [
    "Purchasing",
    "PurchaseOrderDetail",
    "LineTotal",
    ["OrderQty", "UnitPrice"],
    (quantity, price) => exact(quantity) * exact(price),
  ],
  [
    "Purchasing",
    "PurchaseOrderDetail",
    "StockedQty",
    ["ReceivedQty", "RejectedQty"],
    (received, rejected) => exact(received) - exact(rejected),
  ],
  [
    "Production",
    "WorkOrder",
    "StockedQty",
    ["OrderQty", "ScrappedQty"],
    (ordered, scrapped) => Number(ordered) - Number(scrapped),
  ],
  ["Production", "Document", "DocumentLevel", ["DocumentNode"], level],
  ["HumanResources", "Employee", "OrganizationLevel", ["OrganizationNode"], level],
];

describe("computed columns compute", () => {
  test.each(computedCases)("%s.%s.%s", (schemaName, name, computed, inputs, compute) => {
    const table = database.table(schemaName, name);
    const inputColumns = inputs.map((input) => columnOf(table, input));

    const rowsWrong = columnOf(table, computed).flatMap((value, row) =>
      value === compute(...inputColumns.map((values) => values[row] ?? null)) ? [] : [row],
    );

    expect(rowsWrong).toEqual([]);
  });

  test("are the ten that the schema names", () => {
    const computed = tables.flatMap((table) => table.columns.filter((column) => column.computed));

    expect(computed.map((column) => formatSqlType(column.type))).toEqual([
      "smallint",
      "smallint",
      "int",
      "money",
      "decimal(9,2)",
      "money",
      "varchar(10)",
      "numeric(38,6)",
      "nvarchar(25)",
      "money",
    ]);
  });
});

describe("money adds up", () => {
  test("the subtotal of a sales order is the sum of its lines, rounded to four decimals", () => {
    const sums = sumBy(database.table("Sales", "SalesOrderDetail"), "SalesOrderID", "LineTotal");

    const subTotals = columnOf(database.table("Sales", "SalesOrderHeader"), "SubTotal");
    expect(
      subTotals.findIndex((subTotal, row) => subTotal !== (exact(sums[row]) + 50n) / 100n),
    ).toBe(-1);
  });

  test("the subtotal of a purchase order is the sum of its lines", () => {
    const sums = sumBy(
      database.table("Purchasing", "PurchaseOrderDetail"),
      "PurchaseOrderID",
      "LineTotal",
    );

    const subTotals = columnOf(database.table("Purchasing", "PurchaseOrderHeader"), "SubTotal");
    expect(subTotals.findIndex((subTotal, row) => subTotal !== sums[row])).toBe(-1);
  });
});

describe("scale", () => {
  test.each([0.01, 1.5])("%d multiplies the order tables and keeps keys", (scale) => {
    const scaled = generate({ scale });
    const bigTables = scaled.tables.filter((table) => /Order|Transaction/.test(table.schema.name));

    expect(bigTables.map((table) => table.rowCount)).toEqual(
      bigTables.map((table) => Math.round(table.schema.rowCount * scale)),
    );
    expect(bigTables.flatMap(keysOutOfOrder)).toEqual([]);
    expect(bigTables.flatMap((table) => danglingKeys(table, scaled))).toEqual([]);
    expect(bigTables.flatMap(misfits)).toEqual([]);
  });

  test("leaves the other tables as they are", () => {
    expect(generate({ scale: 3 }).table("Person", "Address").rowCount).toBe(19_614);
  });

  test("0 is refused", () => {
    expect(() => generate({ scale: 0 })).toThrow("scale must be above 0, not 0");
  });
});

describe("the values that pipelines stumble over are there", () => {
  test("names in many scripts", () => {
    const lastNames = new Set(columnOf(database.table("Person", "Person"), "LastName"));

    expect([...lastNames]).toEqual(
      expect.arrayContaining(["Müller", "王", "Щербакова", "O'Brien", "𠮷田"]),
    );
  });

  test("datetimes on each tick of 1/300 s", () => {
    const modified = columnOf(database.table("Production", "Product"), "ModifiedDate");

    expect(new Set(modified.map((ticks) => Number(ticks) % 3))).toEqual(new Set([0, 1, 2]));
  });

  test("every nullable column of more than a few rows has a NULL, but for the territory of customers", () => {
    const never = database.tables
      .filter((table) => table.rowCount > 20)
      .flatMap((table) =>
        table.schema.columns
          .filter((column, index) => column.nullable && !table.columns[index]?.includes(null))
          .map((column) => `${table.schema.name}.${column.name}`),
      );

    expect(never).toEqual(["Customer.TerritoryID"]);
  });
});

test("date and datetime count days from their own beginnings", () => {
  expect([date(1, 1, 1) < 0 || date(2011, 5, 31), datetime(1900, 1, 2)]).toEqual([
    734_287, 25_920_000,
  ]);
});

/** Sums of a money column by a key that its rows are ordered by. */
function sumBy(table: TableData, key: string, amount: string): bigint[] {
  const amounts = columnOf(table, amount);
  const sums = new Map<SqlValue, bigint>();
  for (const [row, value] of columnOf(table, key).entries()) {
    sums.set(value, (sums.get(value) ?? 0n) + BigInt(Number(amounts[row])));
  }
  return [...sums.values()];
}
