import type { Action, AddFile } from "../action.ts";
import { loadSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { createContext, stateActions, type WriteOptions } from "./options.ts";

/**
 * Adds files to the table in one commit, making the table when `createIfMissing` is given.
 * Nothing is read, so other writers' appends never stand in the way. Without files or changes nothing is committed.
 */
export async function append(
  store: ObjectStore,
  files: readonly AddFile[],
  options: WriteOptions = {},
): Promise<{ version: number }> {
  const context = createContext(store, options);
  return replanOnConflict(context, async () => {
    const base = await loadSnapshot(store);
    const state = stateActions(context, base, options, { replacesSchema: false });
    const adds: Action[] = files.map((add) => ({ type: "add", add }));
    const actions = [...state, ...adds];
    if (actions.length === 0 && base !== undefined) return { version: base.version };
    const version = await commitTransaction(context, {
      base,
      actions,
      reads: { type: "none" },
      operation: base === undefined && files.length === 0 ? "CREATE TABLE" : "WRITE",
      operationParameters: writeParameters(
        "Append",
        base?.metadata.partitionColumns ?? options.createIfMissing?.partitionColumns,
      ),
      operationMetrics: fileMetrics(files),
      ...(options.commitInfo === undefined ? {} : { commitInfo: options.commitInfo }),
    });
    return { version };
  });
}

/** The parameters of `WRITE` as every engine prints them: strings, lists as JSON in a string. */
export function writeParameters(
  mode: "Append" | "Overwrite",
  partitionColumns: readonly string[] = [],
): Record<string, string> {
  return { mode, partitionBy: JSON.stringify(partitionColumns) };
}

export function fileMetrics(files: readonly AddFile[]): Record<string, string> {
  const outputBytes = files.reduce((sum, { size }) => sum + size, 0);
  return { numFiles: String(files.length), numOutputBytes: String(outputBytes) };
}
