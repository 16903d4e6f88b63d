import type { Action, AddFile, PartitionValues } from "../action.ts";
import { DeltaError } from "../error.ts";
import { partitionKey } from "../partition.ts";
import { bindPredicate, formatPredicate, type Predicate } from "../predicate.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { fileMetrics, writeParameters } from "./append.ts";
import { createContext, removeOf, stateActions, type WriteOptions } from "./options.ts";

/** Which partitions an overwrite replaces. */
export type PartitionChoice =
  /** Those that the new files lie in, as Spark's dynamic partition overwrite. */
  | "touched"
  /** Those for which the condition is true, as Spark's `replaceWhere`; every new row must fulfil it. */
  | Predicate
  /** Those for which it says yes; new files must lie in them. Null is a value like others. */
  | ((values: PartitionValues) => boolean);

export type OverwriteOptions = WriteOptions & {
  /**
   * Left out: every partition, and with it the schema and the partitioning. Given as undefined it is an error: a choice
   * that could not be made is not the choice of everything.
   */
  readonly partitions?: PartitionChoice;
};

/**
 * Replaces every row of the table, or of some partitions, in one commit: readers see the old rows or the new ones,
 * never none, never both. `schema` and `createIfMissing` replace the schema and the partitioning of a whole table;
 * where only partitions are replaced, the schema may grow as in an append.
 */
export async function overwrite(
  store: ObjectStore,
  files: readonly AddFile[],
  options: OverwriteOptions = {},
): Promise<{ version: number }> {
  const context = createContext(store, options);
  const isWhole = !("partitions" in options);
  return replanOnConflict(context, async () => {
    const base = await loadFullSnapshot(store);
    const matches = partitionMatcher(files, base, options);
    const state = stateActions(context, base, options, { replacesSchema: isWhole });
    const replaced = [...(base?.files ?? [])].filter(([, add]) => matches(add.partitionValues));
    const removes: Action[] = replaced.map(([, add]) => ({
      type: "remove",
      remove: removeOf(add, context, true),
    }));
    const adds: Action[] = files.map((add) => ({ type: "add", add }));
    const actions = [...state, ...removes, ...adds];
    if (actions.length === 0 && base !== undefined) return { version: base.version };
    const version = await commitTransaction(context, {
      base,
      actions,
      reads: isWhole ? { type: "all" } : { type: "partitions", matches },
      readFiles: new Set(replaced.map(([key]) => key)),
      operation: base === undefined && files.length === 0 ? "CREATE TABLE" : "WRITE",
      operationParameters: overwriteParameters(base, options),
      operationMetrics: fileMetrics(files),
      ...(options.commitInfo === undefined ? {} : { commitInfo: options.commitInfo }),
    });
    return { version };
  });
}

/** Says which files go. A choice that cannot be made is an error: it never becomes "all of them" (delta.md §4, 30). */
function partitionMatcher(
  files: readonly AddFile[],
  base: FullSnapshot | undefined,
  options: OverwriteOptions,
): (values: PartitionValues) => boolean {
  if (!("partitions" in options)) return () => true;
  const { partitions, createIfMissing } = options;
  if (partitions === undefined) {
    throw new DeltaError("E_INVALID_COMMIT", "cannot replace partitions: the choice is undefined", {
      hint: "leave `partitions` out to replace the whole table",
    });
  }
  const columns = base?.metadata.partitionColumns ?? createIfMissing?.partitionColumns ?? [];
  if (columns.length === 0) {
    throw new DeltaError(
      "E_INVALID_COMMIT",
      "cannot replace partitions: the table is not partitioned",
    );
  }
  const schema = base?.schema ?? options.schema ?? createIfMissing?.schema;
  if (schema === undefined) throw new Error("a table that is made has a schema");
  if (partitions === "touched") {
    const keyOf = (values: PartitionValues): string => partitionKey(values, columns, schema);
    const touched = new Set(files.map((file) => keyOf(file.partitionValues)));
    return (values) => touched.has(keyOf(values));
  }
  const matches =
    typeof partitions === "function"
      ? partitions
      : bindPredicate(partitions, { schema, partitionColumns: columns });
  const stray = files.find((file) => !matches(file.partitionValues));
  if (stray !== undefined) {
    throw new DeltaError(
      "E_INVALID_COMMIT",
      `the new file ${stray.path} lies outside the partitions that are replaced`,
      { hint: "nothing was written; give it to an append, or widen the choice" },
    );
  }
  return matches;
}

function overwriteParameters(
  base: FullSnapshot | undefined,
  { partitions, createIfMissing }: OverwriteOptions,
): Record<string, string> {
  const columns = createIfMissing?.partitionColumns ?? base?.metadata.partitionColumns;
  const parameters = writeParameters("Overwrite", columns);
  if (typeof partitions !== "object") return parameters;
  return { ...parameters, predicate: JSON.stringify([formatPredicate(partitions)]) };
}
