import type { Action, AddFile, PartitionValues } from "../action.ts";
import { DeltaError } from "../error.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { fileMetrics, writeParameters } from "./append.ts";
import { createContext, removeOf, stateActions, type WriteOptions } from "./options.ts";

/** Which partitions an overwrite replaces. */
export type PartitionChoice =
  /** Those that the new files lie in, as Spark's dynamic partition overwrite. */
  | "touched"
  /** Those for which it says yes, as `replaceWhere`; new files must lie in them. Null is a value like others. */
  | ((values: PartitionValues) => boolean);

export type OverwriteOptions = WriteOptions & {
  /** Default: every partition, and with it the schema and the partitioning. */
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
  const isWhole = options.partitions === undefined;
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
      operationParameters: writeParameters(
        "Overwrite",
        options.createIfMissing?.partitionColumns ?? base?.metadata.partitionColumns,
      ),
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
  { partitions, createIfMissing }: OverwriteOptions,
): (values: PartitionValues) => boolean {
  if (partitions === undefined) return () => true;
  const columns = base?.metadata.partitionColumns ?? createIfMissing?.partitionColumns ?? [];
  if (columns.length === 0) {
    throw new DeltaError(
      "E_INVALID_COMMIT",
      "cannot replace partitions: the table is not partitioned",
    );
  }
  if (partitions === "touched") {
    const touched = new Set(files.map((file) => partitionKey(file.partitionValues, columns)));
    return (values) => touched.has(partitionKey(values, columns));
  }
  const stray = files.find((file) => !partitions(file.partitionValues));
  if (stray !== undefined) {
    throw new DeltaError(
      "E_INVALID_COMMIT",
      `the new file ${stray.path} lies outside the partitions that are replaced`,
      { hint: "nothing was written; give it to an append, or widen the choice" },
    );
  }
  return partitions;
}

function partitionKey(values: PartitionValues, columns: readonly string[]): string {
  return JSON.stringify(columns.map((column) => values[column] ?? null));
}
