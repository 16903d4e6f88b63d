import { physicalName } from "../column-mapping.ts";
import type { TableProperties } from "../property.ts";
import { findField, type StructType } from "../schema.ts";

/** Which columns of a file have statistics, and how much of a text they keep. */
export interface StatisticsChoice {
  /** How many leaf columns, from the first one; -1 for all. Counts for nothing where `columns` is given. */
  readonly indexedColumnCount: number;
  /** The columns by the names that lead to them in the file; a struct stands for all that is in it. */
  readonly columns?: readonly (readonly string[])[];
  /** Code points of a text that bounds keep. */
  readonly prefixLength: number;
}

/** Delta's own defaults. */
export const DEFAULT_STATISTICS: StatisticsChoice = { indexedColumnCount: 32, prefixLength: 32 };

/** What the table's properties ask for, in the names of its files. Columns that it does not have are passed over. */
export function chooseStatistics(
  { indexedColumnCount, statisticsColumns, prefixLength }: TableProperties,
  schema: StructType,
  { isMapped }: { readonly isMapped: boolean },
): StatisticsChoice {
  const choice = { indexedColumnCount, prefixLength };
  if (statisticsColumns === undefined) return choice;
  const columns = statisticsColumns.flatMap((path) => {
    const stored = storedPath(path, schema, isMapped);
    return stored === undefined ? [] : [stored];
  });
  return { ...choice, columns };
}

function storedPath(
  [name = "", ...rest]: readonly string[],
  schema: StructType,
  isMapped: boolean,
): readonly string[] | undefined {
  const field = findField(schema, name);
  if (field === undefined) return undefined;
  const stored = isMapped ? physicalName(field) : field.name;
  if (rest.length === 0) return [stored];
  if (typeof field.type === "string" || field.type.type !== "struct") return undefined;
  const below = storedPath(rest, field.type, isMapped);
  return below === undefined ? undefined : [stored, ...below];
}
