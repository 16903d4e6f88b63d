import {
  type Action,
  type AddFile,
  type AppTransaction,
  type CommitInfo,
  type DomainMetadata,
  decodeActions,
  type Metadata,
  type Protocol,
  type RemoveFile,
} from "./action.ts";
import { readCheckpoint } from "./checkpoint-read.ts";
import { DeltaError, hasCode } from "./error.ts";
import { checkRead } from "./feature.ts";
import { commitPath } from "./log-path.ts";
import { createReplayState, type ReplayState, replayActions } from "./log-replay.ts";
import { findLogSegment, type LogSegment } from "./log-segment.ts";
import { parseProperties, type TableProperties } from "./property.ts";
import { parseSchema, type StructType } from "./schema.ts";
import type { ObjectStore } from "./store.ts";
import { checkTypeChanges } from "./type-widening.ts";

/** What a table is at one version, without its files: enough for an append, whatever the table's size. */
export interface Snapshot {
  readonly version: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  readonly schema: StructType;
  readonly properties: TableProperties;
  readonly transactions: ReadonlyMap<string, AppTransaction>;
  readonly domains: ReadonlyMap<string, DomainMetadata>;
  /** Of the newest commit that the replay read. */
  readonly lastInfo: CommitInfo | undefined;
  /** `engineInfo` of the commits since the newest checkpoint. */
  readonly engines: ReadonlySet<string>;
  /** Versions whose commit file is empty: writing after them is refused. */
  readonly emptyVersions: readonly number[];
}

/** A snapshot with every live file and tombstone. Checkpoints and rewrites take only this, so none is made from less. */
export interface FullSnapshot extends Snapshot {
  readonly files: ReadonlyMap<string, AddFile>;
  readonly tombstones: ReadonlyMap<string, RemoveFile>;
}

/** Loads the table's state without files; undefined only when it has no log. */
export async function loadSnapshot(
  store: ObjectStore,
  options: { version?: number } = {},
): Promise<Snapshot | undefined> {
  const loaded = await load(store, { ...options, hasFiles: false });
  return loaded === undefined ? undefined : toSnapshot(loaded);
}

/** Loads the table's whole state; undefined only when it has no log. */
export async function loadFullSnapshot(
  store: ObjectStore,
  options: { version?: number } = {},
): Promise<FullSnapshot | undefined> {
  const loaded = await load(store, { ...options, hasFiles: true });
  if (loaded === undefined) return undefined;
  const { files, tombstones } = loaded.state;
  return { ...toSnapshot(loaded), files, tombstones };
}

/** The state without files, and the files of the log that it was read from: for streaming over its data files. */
export async function loadSegment(
  store: ObjectStore,
  options: { version?: number } = {},
): Promise<{ snapshot: Snapshot; segment: LogSegment } | undefined> {
  const loaded = await load(store, { ...options, hasFiles: false });
  return loaded === undefined
    ? undefined
    : { snapshot: toSnapshot(loaded), segment: loaded.segment };
}

/** Reads the actions of one version; undefined when there is no such commit file. */
export async function readCommit(
  store: ObjectStore,
  version: number,
  options: { skipsFiles?: boolean } = {},
): Promise<Action[] | undefined> {
  const bytes = await store.get(commitPath(version));
  if (bytes === undefined) return undefined;
  return decodeActions(new TextDecoder().decode(bytes), version, options);
}

interface Loaded {
  readonly segment: LogSegment;
  readonly state: ReplayState;
}

/** A checkpoint that cannot be read is passed over: older ones, and the commits, say the same. */
async function load(
  store: ObjectStore,
  options: { version?: number; hasFiles: boolean },
): Promise<Loaded | undefined> {
  const unusable = new Set<number>();
  for (;;) {
    const segment = await findLogSegment(store, { ...options, unusable });
    if (segment === undefined) return undefined;
    const state = createReplayState();
    const { checkpoint } = segment;
    try {
      for (const path of checkpoint?.paths ?? []) {
        for await (const actions of readCheckpoint(store, path, options))
          replayActions(state, actions);
      }
    } catch (error) {
      if (checkpoint === undefined || hasCode(error, "E_TABLE_FEATURE")) throw error;
      unusable.add(checkpoint.version);
      continue;
    }
    await replayTail(store, segment, state, options.hasFiles);
    return { segment, state };
  }
}

async function replayTail(
  store: ObjectStore,
  segment: LogSegment,
  state: ReplayState,
  hasFiles: boolean,
): Promise<void> {
  for (const version of segment.commitVersions) {
    const actions = await readCommit(store, version, { skipsFiles: !hasFiles });
    if (actions === undefined) {
      throw new DeltaError("E_CORRUPT_LOG", `version ${version} vanished while the log was read`, {
        hint: "run again: a log cleanup may have been at work",
      });
    }
    replayActions(state, actions);
  }
}

function toSnapshot({ segment, state }: Loaded): Snapshot {
  const { protocol, metadata, lastInfo } = state;
  if (protocol === undefined || metadata === undefined) {
    const missing = protocol === undefined ? "protocol" : "metaData";
    throw new DeltaError(
      "E_CORRUPT_LOG",
      `the log up to version ${segment.version} holds no ${missing}`,
    );
  }
  checkRead(protocol, metadata);
  const schema = parseSchema(metadata.schemaString);
  checkTypeChanges(schema);
  return {
    version: segment.version,
    protocol,
    metadata,
    schema,
    properties: parseProperties(metadata.configuration),
    transactions: state.transactions,
    domains: state.domains,
    lastInfo,
    engines: state.engines,
    emptyVersions: segment.emptyVersions,
  };
}
