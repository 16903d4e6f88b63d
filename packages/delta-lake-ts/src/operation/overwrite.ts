import type { Action, AddFile } from "../action.ts";
import { loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { fileMetrics, writeParameters } from "./append.ts";
import { createContext, removeOf, stateActions, type WriteOptions } from "./options.ts";

/**
 * Replaces every row of the table in one commit: readers see the old rows or the new ones, never none, never both.
 * `schema` and `createIfMissing` replace the schema and the partitioning.
 */
export async function overwrite(
  store: ObjectStore,
  files: readonly AddFile[],
  options: WriteOptions = {},
): Promise<{ version: number }> {
  const context = createContext(store, options);
  return replanOnConflict(context, async () => {
    const base = await loadFullSnapshot(store);
    const state = stateActions(context, base, options, { replacesSchema: true });
    const removes: Action[] = [...(base?.files.values() ?? [])].map((add) => ({
      type: "remove",
      remove: removeOf(add, context, true),
    }));
    const adds: Action[] = files.map((add) => ({ type: "add", add }));
    const actions = [...state, ...removes, ...adds];
    if (actions.length === 0 && base !== undefined) return { version: base.version };
    const version = await commitTransaction(context, {
      base,
      actions,
      reads: { type: "all" },
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
