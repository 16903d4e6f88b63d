import type { SqlType } from "./sql-type.ts";

/** One table of the sample database. */
export interface TableSchema {
  readonly schema: string;
  readonly name: string;
  /** Key columns in key order. */
  readonly primaryKey: readonly string[];
  /** Columns in declared order. */
  readonly columns: readonly ColumnSchema[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Rows at scale 1. */
  readonly rowCount: number;
  /** Unique indexes besides the primary key, by their columns. */
  readonly uniqueIndexes?: readonly UniqueIndex[];
  /** MS_Description. */
  readonly description?: string;
}

/** One column; `type` is the base type also where an alias type was declared. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly identity: boolean;
  /** The user type that the column was declared with (`Name`, `Flag`, `sysname` …). */
  readonly aliasType?: string;
  /** Set on computed columns, whose `type` is the one that SQL Server derives. */
  readonly computed?: { readonly expression: string; readonly persisted: boolean };
  /** MS_Description. */
  readonly description?: string;
  /** What makes a column special: a sparse column set, Always Encrypted, hidden (temporal, graph). */
  readonly kind?: "column_set" | "encrypted" | "hidden";
}

/** A unique index besides the primary key. */
export interface UniqueIndex {
  readonly columns: readonly string[];
  readonly isFiltered?: boolean;
}

/** `columns[i]` of the table refers to `on[i]` of the table `schema.table`. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly schema: string;
  readonly table: string;
  readonly on: readonly string[];
}
