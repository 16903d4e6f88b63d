import { tables } from "../schema.ts";
import { Random } from "./random.ts";
import type { SqlValue, TableColumns } from "./value.ts";

/** What a table's generator may draw on: the seed, the scale and the other tables. */
export interface Context {
  /** Rows that a table (`Schema.Name`) has at this scale. */
  rowCount(table: string): number;
  /** A generator of its own for every name, so that no column depends on another's draws. */
  random(name: string): Random;
  /** The columns of another table, generated on first use. */
  columns(table: string): TableColumns;
}

/** Makes the columns of one or more tables that belong together, by `Schema.Name`. */
export type Generator = (context: Context) => Readonly<Record<string, TableColumns>>;

/** Tables that `scale` multiplies. */
const scaledTables = new Set([
  "Production.TransactionHistory",
  "Production.TransactionHistoryArchive",
  "Production.WorkOrder",
  "Production.WorkOrderRouting",
  "Purchasing.PurchaseOrderDetail",
  "Purchasing.PurchaseOrderHeader",
  "Sales.SalesOrderDetail",
  "Sales.SalesOrderHeader",
  "Sales.SalesOrderHeaderSalesReason",
]);

const rowCounts: ReadonlyMap<string, number> = new Map(
  tables.map((table) => [`${table.schema}.${table.name}`, table.rowCount] as const),
);

/** A context over `generators`, which name every table that they make; each runs at most once. */
export function createContext(options: {
  seed: number;
  scale: number;
  generators: ReadonlyMap<string, Generator>;
}): Context {
  const { seed, scale, generators } = options;
  const generated = new Map<string, TableColumns>();
  const context: Context = {
    rowCount(table) {
      const rowCount = rowCounts.get(table);
      if (rowCount === undefined) throw new Error(`no table ${table}`);
      return scaledTables.has(table) ? Math.max(1, Math.round(rowCount * scale)) : rowCount;
    },
    random: (name) => new Random(seed, name),
    columns(table) {
      if (!generated.has(table)) {
        const made = generators.get(table)?.(context) ?? {};
        for (const [name, columns] of Object.entries(made)) generated.set(name, columns);
      }
      const columns = generated.get(table);
      if (columns === undefined) throw new Error(`no generator makes ${table}`);
      return columns;
    },
  };
  return context;
}

/** A column whose every value is a number; throws when one is not. */
export function numbers(columns: TableColumns, name: string): readonly number[] {
  const values = column(columns, name);
  if (!values.every((value) => typeof value === "number")) throw new Error(`${name}: not numbers`);
  return values;
}

/** A column whose every value is a bigint (money and decimals); throws when one is not. */
export function bigints(columns: TableColumns, name: string): readonly bigint[] {
  const values = column(columns, name);
  if (!values.every((value) => typeof value === "bigint")) throw new Error(`${name}: not bigints`);
  return values;
}

/** A column of any values; throws when the table has none of that name. */
export function column(columns: TableColumns, name: string): readonly SqlValue[] {
  const values = columns[name];
  if (values === undefined) throw new Error(`no column ${name}`);
  return values;
}
