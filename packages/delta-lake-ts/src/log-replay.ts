import type {
  Action,
  AddFile,
  AppTransaction,
  CommitInfo,
  DeletionVectorDescriptor,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
} from "./action.ts";
import { decodePath } from "./partition.ts";

/** Where a replay stands. Actions are applied oldest first; the newest word on each thing stays. */
export interface ReplayState {
  protocol: Protocol | undefined;
  metadata: Metadata | undefined;
  lastInfo: CommitInfo | undefined;
  /** Who made the commits that were replayed, in their own words. */
  readonly engines: Set<string>;
  readonly transactions: Map<string, AppTransaction>;
  readonly domains: Map<string, DomainMetadata>;
  /** By {@link fileKey}. */
  readonly files: Map<string, AddFile>;
  /** By {@link fileKey}. */
  readonly tombstones: Map<string, RemoveFile>;
}

export function createReplayState(): ReplayState {
  return {
    protocol: undefined,
    metadata: undefined,
    lastInfo: undefined,
    engines: new Set(),
    transactions: new Map(),
    domains: new Map(),
    files: new Map(),
    tombstones: new Map(),
  };
}

/** Takes the actions of one version, or of one piece of a checkpoint, into the state. */
export function replayActions(state: ReplayState, actions: Iterable<Action>): void {
  for (const action of actions) replayAction(state, action);
}

/** Identifies a file as the log does: path decoded once, and the deletion vector. */
export function fileKey(file: {
  readonly path: string;
  readonly deletionVector?: DeletionVectorDescriptor;
}): string {
  const path = file.path.includes("%") ? decodePath(file.path) : file.path;
  const vector = file.deletionVector;
  // A newline is percent-encoded in paths, so it separates the two parts without doubt.
  return vector === undefined ? path : `${path}\n${deletionVectorId(vector)}`;
}

function deletionVectorId(vector: DeletionVectorDescriptor): string {
  const offset = vector.offset === undefined ? "" : `@${vector.offset}`;
  return `${vector.storageType}${vector.pathOrInlineDv}${offset}`;
}

function replayAction(state: ReplayState, action: Action): void {
  switch (action.type) {
    case "commitInfo":
      state.lastInfo = action.commitInfo;
      if (typeof action.commitInfo["engineInfo"] === "string") {
        state.engines.add(action.commitInfo["engineInfo"]);
      }
      break;
    case "protocol":
      state.protocol = action.protocol;
      break;
    case "metaData":
      state.metadata = action.metaData;
      break;
    case "txn":
      state.transactions.set(action.txn.appId, action.txn);
      break;
    case "domainMetadata":
      if (action.domainMetadata.removed) state.domains.delete(action.domainMetadata.domain);
      else state.domains.set(action.domainMetadata.domain, action.domainMetadata);
      break;
    case "add": {
      const key = fileKey(action.add);
      state.files.set(key, action.add);
      state.tombstones.delete(key);
      break;
    }
    case "remove": {
      const key = fileKey(action.remove);
      state.files.delete(key);
      state.tombstones.set(key, action.remove);
      break;
    }
    case "cdc":
      break;
    default:
      throw new Error("an action of an unknown type cannot be replayed");
  }
}
