import {
  type Action,
  type AppTransaction,
  type CommitInfo,
  type DomainMetadata,
  decodeActions,
  type Metadata,
  type Protocol,
} from "./action.ts";
import { isObject, parseJson, stringifyJson } from "./json.ts";
import { checksumPath } from "./log-path.ts";
import { fileKey } from "./log-replay.ts";
import type { FullSnapshot, Snapshot } from "./snapshot.ts";
import type { ObjectStore } from "./store.ts";

/** More transactions than this are left out, as in Spark: the file is written after every commit. */
const TRANSACTIONS_MAX = 100;

/** What the file `N.crc` says of version N. Source: PROTOCOL.md, "Version Checksum File". */
export interface VersionChecksum {
  /** Of the commit that made the version. */
  readonly txnId: string | undefined;
  readonly inCommitTimestamp: number | undefined;
  readonly tableSizeBytes: number;
  readonly fileCount: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  /** Undefined when they are not all there. */
  readonly transactions: readonly AppTransaction[] | undefined;
  readonly domains: readonly DomainMetadata[] | undefined;
}

/** The part of a {@link VersionChecksum} that one commit is counted onto. */
type Counted = Omit<VersionChecksum, "protocol" | "metadata" | "txnId" | "inCommitTimestamp"> &
  Partial<Pick<VersionChecksum, "protocol" | "metadata">>;

const EMPTY: Counted = { tableSizeBytes: 0, fileCount: 0, transactions: [], domains: [] };

/**
 * The checksum after a commit, counted onto what the version before it was: the files of `base` where it has them and is
 * that version, else that version's own checksum. Undefined when it cannot be known exactly: no guess is ever written.
 */
export async function deriveChecksum(
  store: ObjectStore,
  commit: {
    readonly version: number;
    readonly base: Snapshot | FullSnapshot | undefined;
    readonly info: CommitInfo;
    readonly actions: readonly Action[];
  },
): Promise<VersionChecksum | undefined> {
  const { version, base, info, actions } = commit;
  const isDirect = base !== undefined && "files" in base && base.version === version - 1;
  if (isDirect && addsLiveFile(actions, base)) return undefined;
  const before = isDirect ? countedOf(base) : await checksumBefore(store, version, base);
  return before === undefined ? undefined : count(before, actions, info);
}

/** The checksum of a version whose files were counted. */
export function checksumOf(
  snapshot: Snapshot,
  counts: Pick<VersionChecksum, "fileCount" | "tableSizeBytes">,
): VersionChecksum {
  return {
    ...counts,
    txnId: snapshot.lastInfo?.txnId,
    inCommitTimestamp: snapshot.lastInfo?.inCommitTimestamp,
    protocol: snapshot.protocol,
    metadata: snapshot.metadata,
    transactions: [...snapshot.transactions.values()],
    domains: [...snapshot.domains.values()],
  };
}

/** Creates the file unless it is there; what stands there once is never replaced. */
export async function writeChecksum(
  store: ObjectStore,
  version: number,
  checksum: VersionChecksum,
): Promise<void> {
  await store.putIfAbsent(checksumPath(version), new TextEncoder().encode(encode(checksum)));
}

/** The checksum of a version; undefined when it is absent, torn, or does not say what it must. */
export async function readChecksum(
  store: ObjectStore,
  version: number,
): Promise<VersionChecksum | undefined> {
  const bytes = await store.get(checksumPath(version));
  if (bytes === undefined) return undefined;
  try {
    return decode(parseJson(new TextDecoder().decode(bytes)), version);
  } catch {
    return undefined;
  }
}

function encode({ fileCount, inCommitTimestamp, ...checksum }: VersionChecksum): string {
  const { txnId, tableSizeBytes, protocol, metadata, transactions, domains } = checksum;
  const isShort = transactions !== undefined && transactions.length <= TRANSACTIONS_MAX;
  return stringifyJson({
    ...(txnId === undefined ? {} : { txnId }),
    tableSizeBytes,
    numFiles: fileCount,
    numMetadata: 1,
    numProtocol: 1,
    ...(inCommitTimestamp === undefined ? {} : { inCommitTimestampOpt: inCommitTimestamp }),
    ...(isShort ? { setTransactions: transactions } : {}),
    ...(domains === undefined ? {} : { domainMetadata: domains }),
    metadata,
    protocol,
  });
}

function decode(value: unknown, version: number): VersionChecksum | undefined {
  if (!isObject(value)) return undefined;
  const { tableSizeBytes, numFiles, metadata: metaData, protocol } = value;
  if (!isCount(tableSizeBytes) || !isCount(numFiles)) return undefined;
  const lists = { txn: value["setTransactions"], domainMetadata: value["domainMetadata"] };
  const lines: unknown[] = [{ metaData }, { protocol }];
  for (const [key, list] of Object.entries(lists)) {
    if (Array.isArray(list)) lines.push(...list.map((item: unknown) => ({ [key]: item })));
  }
  const text = lines.map((line) => `${stringifyJson(line)}\n`).join("");
  const state = stateOf(decodeActions(text, version));
  if (state.protocol === undefined || state.metadata === undefined) return undefined;
  const { txnId, inCommitTimestampOpt } = value;
  return {
    txnId: typeof txnId === "string" ? txnId : undefined,
    inCommitTimestamp: isCount(inCommitTimestampOpt) ? inCommitTimestampOpt : undefined,
    tableSizeBytes,
    fileCount: numFiles,
    protocol: state.protocol,
    metadata: state.metadata,
    transactions: Array.isArray(lists.txn) ? state.transactions : undefined,
    domains: Array.isArray(lists.domainMetadata) ? state.domains : undefined,
  };
}

function stateOf(actions: readonly Action[]): {
  readonly protocol: Protocol | undefined;
  readonly metadata: Metadata | undefined;
  readonly transactions: readonly AppTransaction[];
  readonly domains: readonly DomainMetadata[];
} {
  return {
    protocol: actions.find((action) => action.type === "protocol")?.protocol,
    metadata: actions.find((action) => action.type === "metaData")?.metaData,
    transactions: actions.flatMap((action) => (action.type === "txn" ? [action.txn] : [])),
    domains: actions.flatMap((action) =>
      action.type === "domainMetadata" ? [action.domainMetadata] : [],
    ),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

async function checksumBefore(
  store: ObjectStore,
  version: number,
  base: Snapshot | undefined,
): Promise<Counted | undefined> {
  if (version === 0) return EMPTY;
  if (base?.version === version - 1 && base.checksum !== undefined) return base.checksum;
  return readChecksum(store, version - 1);
}

function countedOf(base: FullSnapshot): Counted {
  let tableSizeBytes = 0;
  for (const { size } of base.files.values()) tableSizeBytes += size;
  return checksumOf(base, { fileCount: base.files.size, tableSizeBytes });
}

/** A file that is live already, added again: it would be counted twice. */
function addsLiveFile(actions: readonly Action[], { files }: FullSnapshot): boolean {
  return actions.some((action) => action.type === "add" && files.has(fileKey(action.add)));
}

function count(
  before: Counted,
  actions: readonly Action[],
  info: CommitInfo,
): VersionChecksum | undefined {
  let { fileCount, tableSizeBytes } = before;
  for (const action of actions) {
    if (action.type === "add") {
      fileCount += 1;
      tableSizeBytes += action.add.size;
    }
    if (action.type === "remove") {
      if (action.remove.size === undefined) return undefined;
      fileCount -= 1;
      tableSizeBytes -= action.remove.size;
    }
  }
  const { protocol = before.protocol, metadata = before.metadata, ...changed } = stateOf(actions);
  if (protocol === undefined || metadata === undefined) return undefined;
  const { transactions, domains } = before;
  return {
    txnId: info.txnId,
    inCommitTimestamp: info.inCommitTimestamp,
    tableSizeBytes,
    fileCount,
    protocol,
    metadata,
    transactions: transactions && merged(transactions, changed.transactions, ({ appId }) => appId),
    domains:
      domains &&
      merged(domains, changed.domains, ({ domain }) => domain).filter(({ removed }) => !removed),
  };
}

/** Both lists, the later entry of each key. */
function merged<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map([...before, ...after].map((item) => [keyOf(item), item])).values()];
}
