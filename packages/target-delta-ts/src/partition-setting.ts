import { type Column, UserError } from "singer-sdk-ts";
import { columnName } from "./column-name.ts";
import type { DerivedColumn } from "./derived-columns.ts";

/** How a stream's table is split into folders. */
export interface Partitioning {
  /** The table's names of its partition columns. */
  readonly columns: readonly string[];
  /** Those of them that are made of a time in the row. */
  readonly derived: readonly DerivedColumn[];
}

/** `date(ModifiedDate)`, or `date(ModifiedDate) as day`. */
const DERIVED = /^(date|year|month|day|hour)\(\s*(.+?)\s*\)(?:\s+as\s+(\w+))?$/i;

/**
 * Reads `partition_columns` for one stream. Names match without case, as in the table; a column that the stream does not
 * have, and a part of a column that is no time, throw E_SETTING.
 */
export function partitioning(
  stream: string,
  entries: readonly string[],
  columns: readonly Column[],
): Partitioning {
  const names: string[] = [];
  const derived: DerivedColumn[] = [];
  for (const entry of entries) {
    const [, part, source, alias] = DERIVED.exec(entry) ?? [];
    if (part === undefined || source === undefined) {
      names.push(columnName(findColumn(stream, entry, columns).name));
      continue;
    }
    const { name, type } = findColumn(stream, source, columns);
    const isTime = type.type === "timestamp" || (type.type === "date" && !/^hour$/i.test(part));
    if (!isTime) {
      throw partitionError(
        stream,
        `column ${name} of ${entry} is ${type.type}, which has no ${part}`,
        "name a column with format date-time or date",
      );
    }
    const column = {
      name: alias ?? `${columnName(name)}_${part.toLowerCase()}`,
      part: part.toLowerCase() as DerivedColumn["part"], // The expression has no other.
      source: name,
    };
    derived.push(column);
    names.push(column.name);
  }
  return { columns: names, derived };
}

/**
 * Throws E_SETTING when files would have no column of their own: delta-rs and Polars find no row in such files, and Spark
 * refuses to make them.
 */
export function checkColumnsLeft(
  stream: string,
  { columns, derived }: Partitioning,
  columnCount: number,
): void {
  if (columns.length === 0 || new Set(columns).size < columnCount + derived.length) return;
  throw partitionError(
    stream,
    "every column is one, and the files would hold none",
    "leave one column out of it",
  );
}

function findColumn(stream: string, name: string, columns: readonly Column[]): Column {
  const found = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw partitionError(
    stream,
    `column ${name} is not a column of its schema`,
    "set `partition_columns` under `streams` for the streams that have it",
  );
}

function partitionError(stream: string, problem: string, hint: string): UserError {
  return new UserError("E_SETTING", `stream ${stream}: \`partition_columns\`: ${problem}`, {
    hint,
  });
}
