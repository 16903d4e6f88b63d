import type { ResultColumn } from "./cursor.ts";
import type { Value } from "./value.ts";

/** Rows in memory, by column. */
export interface Relation {
  readonly columns: readonly ResultColumn[];
  readonly rowCount: number;
  /** Values as [column][row]. */
  readonly data: readonly (readonly Value[])[];
  /** Indexes of the key columns in whose ascending order the rows are known to stand. */
  readonly order: readonly number[];
}

/** A relation that is built from rows; small ones only. */
export function relationOfRows(
  columns: readonly ResultColumn[],
  rows: readonly (readonly Value[])[],
): Relation {
  const data = columns.map((_column, index) => rows.map((row) => row[index] ?? null));
  return { columns, rowCount: rows.length, data, order: [] };
}
