import type { CatalogTable } from "./catalog/model.ts";
import { type Comparator, comparator } from "./compare.ts";
import type { Relation } from "./relation.ts";
import type { Value } from "./value.ts";

/** A table's rows as the generator made them, with the order that they are found to stand in. */
export function storedTable(table: CatalogTable): Relation {
  const { data } = table;
  const columns = table.columns.map(({ name, type, schema }) => ({
    name,
    type,
    nullable: schema.nullable,
    isIdentity: schema.identity,
    isComputed: schema.computed !== undefined,
  }));
  const relation = { columns, rowCount: data.rowCount, data: data.columns };
  const key = data.schema.primaryKey.map((name) =>
    columns.findIndex((column) => column.name === name),
  );
  const isSorted = standsInOrder(
    key.map((index) => data.columns[index] ?? []),
    key.map((index) => comparator(columns[index]?.type ?? noColumn())),
  );
  return { ...relation, order: isSorted ? key : [] };
}

function noColumn(): never {
  throw new RangeError("a primary key names a column that is not there");
}

/** Whether each row's key is above that of the row before it. */
function standsInOrder(
  keys: readonly (readonly Value[])[],
  comparators: readonly Comparator[],
): boolean {
  const rowCount = keys[0]?.length ?? 0;
  for (let row = 1; row < rowCount; row += 1) {
    const order = firstDifference(keys, comparators, row);
    if (order >= 0) return false;
  }
  return true;
}

function firstDifference(
  keys: readonly (readonly Value[])[],
  comparators: readonly Comparator[],
  row: number,
): number {
  for (const [index, values] of keys.entries()) {
    const order = comparators[index]?.(values[row - 1] ?? null, values[row] ?? null) ?? 0;
    if (order !== 0) return order;
  }
  return 0;
}
