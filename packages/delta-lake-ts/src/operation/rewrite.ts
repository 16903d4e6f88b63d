import type { Action, AddFile } from "../action.ts";
import { checkRemoval, checkRowChange, checkWrite } from "../feature.ts";
import { fileKey } from "../log-replay.ts";
import { loadFullSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";
import { DeltaTable } from "../table.ts";
import { commitTransaction, replanOnConflict } from "../transaction.ts";
import { fileMetrics } from "./append.ts";
import { createContext, removeOf, stateActions, type WriteOptions } from "./options.ts";

/** The files that a rewrite takes away, and those that it puts in their place; both may be empty. */
export interface RewritePlan {
  readonly removed: readonly AddFile[];
  readonly added: readonly AddFile[];
  /** Rows that came, changed and went, for the commit's record. */
  readonly operationMetrics?: Readonly<Record<string, string>>;
}

export type RewriteOptions = WriteOptions & {
  /**
   * Makes the plan of the table as it is, which is undefined when there is none yet. It is called anew when another
   * writer's commit stands in the way: what it wrote before is then no part of the table.
   */
  readonly plan: (table: DeltaTable | undefined) => Promise<RewritePlan>;
  /** The operation's name in the history. Default: `UPDATE`. */
  readonly operation?: string;
};

/**
 * Replaces data files by others in one commit, for changes of rows that no other operation knows. Any row that another
 * writer adds or changes meanwhile makes the plan anew. Without files or changes nothing is committed.
 */
export async function rewrite(
  store: ObjectStore,
  options: RewriteOptions,
): Promise<{ readonly version: number | undefined }> {
  const context = createContext(store, options);
  return replanOnConflict(context, async () => {
    const base = await loadFullSnapshot(store);
    if (base !== undefined) checkWrite(base.protocol, base.metadata, base.schema);
    const table = base === undefined ? undefined : DeltaTable.ofSnapshot(store, base);
    const state = stateActions(context, base, options, { replacesSchema: false });
    const { removed, added, operationMetrics } = await options.plan(table);
    if (base !== undefined && removed.length > 0) {
      checkRowChange(base.metadata);
      checkRemoval(base.protocol);
    }
    const actions: Action[] = [
      ...state,
      ...removed.map((add): Action => ({ type: "remove", remove: removeOf(add, context, true) })),
      ...added.map((add): Action => ({ type: "add", add })),
    ];
    if (actions.length === 0) return { version: base?.version };
    const version = await commitTransaction(context, {
      base,
      actions,
      reads: { type: "all" },
      readFiles: new Set(removed.map((add) => fileKey(add))),
      operation: options.operation ?? "UPDATE",
      operationMetrics: {
        ...fileMetrics(added),
        numRemovedFiles: String(removed.length),
        ...operationMetrics,
      },
      ...(options.commitInfo === undefined ? {} : { commitInfo: options.commitInfo }),
    });
    return { version };
  });
}
