import type { Action, CommitInfo, PartitionValues } from "./action.ts";
import type { ConflictName } from "./error.ts";
import { fileKey } from "./log-replay.ts";

export type IsolationLevel = "Serializable" | "WriteSerializable" | "SnapshotIsolation";

/** What a transaction read and wants to change: all that decides whether another commit is in its way. */
export interface TransactionScope {
  readonly isolationLevel: IsolationLevel;
  /** `none`: a blind append. `partitions`: read where the function says so. `all`: read the whole table. */
  readonly reads:
    | { readonly type: "none" }
    | { readonly type: "all" }
    | { readonly type: "partitions"; readonly matches: (values: PartitionValues) => boolean };
  /** Keys of the files whose rows were used. */
  readonly readFiles: ReadonlySet<string>;
  /** Keys of the files it removes. */
  readonly removedFiles: ReadonlySet<string>;
  /** Applications whose transaction version it sets. */
  readonly appIds: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  readonly changesMetadata: boolean;
  readonly changesProtocol: boolean;
}

/** Why a commit that won stands in the way of ours. */
export interface Conflict {
  readonly name: ConflictName;
  /** A sentence's end, as in "another writer …". */
  readonly reason: string;
}

/**
 * Compares our transaction with one commit that was made since it read the table (delta.md §1.13).
 * Undefined means that ours may go on after it. Pure: the same arguments give the same answer.
 */
export function checkConflict(
  scope: TransactionScope,
  winner: readonly Action[],
): Conflict | undefined {
  return checkState(scope, winner) ?? checkAdds(scope, winner) ?? checkRemoves(scope, winner);
}

function checkState(scope: TransactionScope, winner: readonly Action[]): Conflict | undefined {
  for (const action of winner) {
    if (action.type === "protocol") {
      return { name: "ProtocolChanged", reason: "changed the table's protocol" };
    }
    if (action.type === "metaData") {
      return { name: "MetadataChanged", reason: "changed the table's schema or properties" };
    }
    if (action.type === "domainMetadata" && scope.domains.has(action.domainMetadata.domain)) {
      const { domain } = action.domainMetadata;
      return { name: "ConcurrentTransaction", reason: `changed the domain ${domain}` };
    }
    if (action.type === "txn" && scope.appIds.has(action.txn.appId)) {
      return {
        name: "ConcurrentTransaction",
        reason: `committed for the same application ${action.txn.appId}`,
      };
    }
  }
  return undefined;
}

function checkAdds(scope: TransactionScope, winner: readonly Action[]): Conflict | undefined {
  if (scope.isolationLevel === "SnapshotIsolation") return undefined;
  const isHarmlessAppend =
    scope.isolationLevel === "WriteSerializable" &&
    !scope.changesMetadata &&
    commitInfoOf(winner)?.isBlindAppend === true;
  if (isHarmlessAppend) return undefined;
  for (const action of winner) {
    if (action.type === "add" && hasRead(scope, action.add.partitionValues)) {
      return { name: "ConcurrentAppend", reason: "added rows to what was read" };
    }
  }
  return undefined;
}

function checkRemoves(scope: TransactionScope, winner: readonly Action[]): Conflict | undefined {
  for (const action of winner) {
    if (action.type !== "remove") continue;
    const key = fileKey(action.remove);
    if (scope.removedFiles.has(key)) {
      return { name: "ConcurrentDeleteDelete", reason: "removed a file that was to be removed" };
    }
    if (scope.readFiles.has(key) || scope.reads.type === "all") {
      return { name: "ConcurrentDeleteRead", reason: "removed a file that was read" };
    }
  }
  return undefined;
}

function hasRead(scope: TransactionScope, values: PartitionValues): boolean {
  switch (scope.reads.type) {
    case "none":
      // A new schema is checked against every row that is there.
      return scope.changesMetadata;
    case "all":
      return true;
    case "partitions":
      return scope.reads.matches(values);
    default:
      throw new Error("a read set of an unknown type");
  }
}

/** The commit's own words about itself. */
export function commitInfoOf(actions: readonly Action[]): CommitInfo | undefined {
  for (const action of actions) if (action.type === "commitInfo") return action.commitInfo;
  return undefined;
}
