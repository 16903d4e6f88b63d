import { type TableSchema, tables } from "../schema.ts";
import { type Context, createContext } from "./context.ts";
import { generators } from "./generators.ts";
import type { SqlValue } from "./value.ts";

export type { SqlValue } from "./value.ts";

/** The rows of one table, by column. */
export interface TableData {
  readonly schema: TableSchema;
  readonly rowCount: number;
  /** [column][row], columns in declared order, rows in primary-key order. */
  readonly columns: readonly (readonly SqlValue[])[];
}

/** The sample database. A table's rows are made when it is first asked for, then kept. */
export interface Database {
  readonly name: string;
  /** One table; throws when there is none of that name. */
  table(schema: string, name: string): TableData;
  /** All tables; `rowCount` is known without making their rows. */
  readonly tables: readonly TableData[];
}

/** The AdventureWorks database of a seed: the same seed and scale give the same values on every machine. */
export function generate(options: { seed?: number; scale?: number } = {}): Database {
  const { seed = 1, scale = 1 } = options;
  if (!(scale > 0)) throw new Error(`scale must be above 0, not ${scale}`);
  const context = createContext({ seed, scale, generators });
  const allData = tables.map((schema) => new GeneratedTable(schema, context));
  const byName = new Map(allData.map((data) => [data.qualifiedName, data] as const));
  return {
    name: "AdventureWorks",
    tables: allData,
    table(schema, name) {
      const data = byName.get(`${schema}.${name}`);
      if (data === undefined) throw new Error(`AdventureWorks has no table ${schema}.${name}`);
      return data;
    },
  };
}

/** A table whose columns are made on first use. */
class GeneratedTable implements TableData {
  readonly schema: TableSchema;
  readonly rowCount: number;
  readonly qualifiedName: string;
  readonly #context: Context;
  #columns: readonly (readonly SqlValue[])[] | undefined;

  constructor(schema: TableSchema, context: Context) {
    this.schema = schema;
    this.qualifiedName = `${schema.schema}.${schema.name}`;
    this.rowCount = context.rowCount(this.qualifiedName);
    this.#context = context;
  }

  get columns(): readonly (readonly SqlValue[])[] {
    this.#columns ??= this.#makeColumns();
    return this.#columns;
  }

  #makeColumns(): readonly (readonly SqlValue[])[] {
    const made = this.#context.columns(this.qualifiedName);
    const surplus = Object.keys(made).length - this.schema.columns.length;
    if (surplus !== 0) throw new Error(`${this.qualifiedName}: ${surplus} columns too many`);
    return this.schema.columns.map(({ name }) => {
      const values = made[name];
      if (values?.length !== this.rowCount) {
        const found = values === undefined ? "no values" : `${values.length} values`;
        throw new Error(`${this.qualifiedName}.${name}: ${found} for ${this.rowCount} rows`);
      }
      return values;
    });
  }
}
