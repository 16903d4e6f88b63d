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
import { commitInfoOf } from "./conflict.ts";
import { isOwnEngine } from "./engine.ts";
import { DeltaError, hasCode } from "./error.ts";
import { checkRead } from "./feature.ts";
import { commitPath } from "./log-path.ts";
import { createReplayState, type ReplayState, replayActions } from "./log-replay.ts";
import { findLogSegment, type LogSegment } from "./log-segment.ts";
import { parseProperties, type TableProperties } from "./property.ts";
import { parseSchema, type StructType } from "./schema.ts";
import type { ObjectStore } from "./store.ts";
import { checkTypeChanges } from "./type-widening.ts";
import { readChecksum, type VersionChecksum } from "./version-checksum.ts";

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
  /** What `N.crc` says, where the snapshot was taken from there. */
  readonly checksum?: VersionChecksum;
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
  const loaded = await load(store, { ...options, hasFiles: false, usesChecksum: true });
  if (loaded === undefined) return undefined;
  const snapshot = toSnapshot(loaded);
  return loaded.checksum === undefined ? snapshot : { ...snapshot, checksum: loaded.checksum };
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
  readonly checksum?: VersionChecksum;
}

/** A checkpoint that cannot be read is passed over: older ones, and the commits, say the same. */
async function load(
  store: ObjectStore,
  options: { version?: number; hasFiles: boolean; usesChecksum?: boolean },
): Promise<Loaded | undefined> {
  const unusable = new Set<number>();
  for (;;) {
    const segment = await findLogSegment(store, { ...options, unusable });
    if (segment === undefined) return undefined;
    const checked = options.usesChecksum === true ? await checkedState(store, segment) : undefined;
    if (checked !== undefined) return checked;
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

/**
 * The state without files as the version's checksum has it, in place of a checkpoint and the commits after it. Only where
 * this package made both the commit and its checksum, which its token proves: then it was counted, and is whole.
 */
async function checkedState(store: ObjectStore, segment: LogSegment): Promise<Loaded | undefined> {
  const { version, checkpoint, commitVersions, emptyVersions } = segment;
  const pieceCount = commitVersions.length + (checkpoint?.paths.length ?? 0);
  if (pieceCount < 2 || emptyVersions.length > 0) return undefined;
  const checksum = await readChecksum(store, version);
  if (checksum?.txnId === undefined) return undefined;
  const { protocol, metadata, transactions, domains, txnId } = checksum;
  if (transactions === undefined || domains === undefined) return undefined;
  const actions = (await readCommit(store, version, { skipsFiles: true })) ?? [];
  const info = commitInfoOf(actions);
  const isOurs = info?.txnId === txnId && isOwnEngine(info);
  if (!isOurs) return undefined;
  const state = createReplayState();
  replayActions(state, [
    { type: "protocol", protocol },
    { type: "metaData", metaData: metadata },
    ...transactions.map((txn) => ({ type: "txn", txn }) as const),
    ...domains.map((domainMetadata) => ({ type: "domainMetadata", domainMetadata }) as const),
    ...actions,
  ]);
  return { segment, state, checksum };
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
