import { type Action, type CommitInfo, encodeActions } from "./action.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { checkClustering } from "./clustering.ts";
import { backoffMs, commitBytes, type TableContext } from "./committer.ts";
import { checkConflict, commitInfoOf, type TransactionScope } from "./conflict.ts";
import { ENGINE_INFO } from "./engine.ts";
import { type ConflictName, DeltaError } from "./error.ts";
import { checkRemoval, checkWrite, writerFeatures } from "./feature.ts";
import { fileKey } from "./log-replay.ts";
import { parseProperties, type TableProperties } from "./property.ts";
import { assignRowIds, highWaterMark, ROW_TRACKING_DOMAIN } from "./row-tracking.ts";
import { parseSchema } from "./schema.ts";
import { type FullSnapshot, readCommit, type Snapshot } from "./snapshot.ts";
import { validateCommit } from "./validate.ts";
import { deriveChecksum, writeChecksum } from "./version-checksum.ts";

/** Rebases of one plan, and plans of one operation: beyond them the table is too busy to go on. */
const ATTEMPTS_MAX = 50;
const PLANS_MAX = 20;

/** One change of a table, planned on one version of it. */
export interface TransactionPlan {
  /** What the plan was made from; undefined when it makes the table. */
  readonly base: Snapshot | FullSnapshot | undefined;
  /** Without commitInfo. */
  readonly actions: readonly Action[];
  readonly reads: TransactionScope["reads"];
  readonly readFiles?: ReadonlySet<string>;
  /** Set by operations that change no data; default: the table's own level. */
  readonly isolationLevel?: TransactionScope["isolationLevel"];
  readonly operation: string;
  readonly operationParameters?: Readonly<Record<string, string>>;
  readonly operationMetrics?: Readonly<Record<string, string>>;
  /** Keys of the caller's own; they never replace Delta's. */
  readonly commitInfo?: Readonly<Record<string, unknown>>;
}

/**
 * Commits a plan: validates it, puts it at the next version, and goes on after other writers' commits that do not
 * stand in its way. Throws E_COMMIT_CONFLICT, with Delta's name of the conflict, when one does.
 */
export async function commitTransaction(
  context: TableContext,
  plan: TransactionPlan,
): Promise<number> {
  const { base, actions } = plan;
  if (base !== undefined) checkWritable(context, base);
  validateCommit(actions, base);
  if (base !== undefined) checkKept(actions, base);
  const properties = effectiveProperties(plan);
  const scope = scopeOf(plan, properties);
  const txnId = context.runtime.uuid();
  let version = base === undefined ? 0 : base.version + 1;
  let lastTimestamp = await baseTimestamp(context, base, properties);
  const hasRowIds = tracksRows(plan);
  let mark = highWaterMark(base?.domains.get(ROW_TRACKING_DOMAIN));
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const info = createCommitInfo(context, plan, { scope, properties, txnId, lastTimestamp });
    const final = hasRowIds ? assignRowIds(actions, { mark, version }) : actions;
    const text = encodeActions([{ type: "commitInfo", commitInfo: info }, ...final]);
    const bytes = new TextEncoder().encode(text);
    const outcome = await commitBytes(context, { version, bytes, txnId });
    if (outcome === "committed") {
      await checksumAfter(context, { version, base, info, actions: final });
      await checkpointAfter(context, version, properties);
      return version;
    }
    const winners = await passWinners(context, scope, version);
    version = winners.nextVersion;
    lastTimestamp = Math.max(lastTimestamp, winners.lastTimestamp);
    mark = winners.mark ?? mark;
    await context.runtime.sleep(backoffMs(attempt, context.runtime.random()));
  }
  throw new DeltaError(
    "E_COMMIT_CONFLICT",
    `cannot commit: other writers were faster ${ATTEMPTS_MAX} times`,
    { hint: "run again when the table is less busy", conflict: "ConcurrentAppend" },
  );
}

/** Plans anew from the table's newest state as long as the conflict is one that a new plan can cure. */
export async function replanOnConflict<T>(
  context: TableContext,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const conflict: ConflictName | undefined =
        error instanceof DeltaError && error.code === "E_COMMIT_CONFLICT"
          ? error.conflict
          : undefined;
      // Another instance of the same application: going on could load its rows twice.
      if (conflict === undefined || conflict === "ConcurrentTransaction") throw error;
      if (attempt === PLANS_MAX) throw error;
      await context.runtime.sleep(backoffMs(attempt, context.runtime.random()));
    }
  }
}

/** What a clustered table, and one with row tracking, ask of a commit. */
function checkKept(actions: readonly Action[], base: Snapshot): void {
  if (actions.some(({ type }) => type === "remove")) checkRemoval(base.protocol);
  checkClustering(actions, base);
}

/** Row numbers are given wherever the protocol has the feature, whether or not the table uses them. */
function tracksRows({ base, actions }: TransactionPlan): boolean {
  const protocol = actions.find((action) => action.type === "protocol")?.protocol ?? base?.protocol;
  return protocol !== undefined && writerFeatures(protocol).has("rowTracking");
}

function checkWritable({ store }: TableContext, base: Snapshot): void {
  checkWrite(base.protocol, base.metadata, base.schema);
  const stranger = [...base.engines].find((engine) => store.distrustedEngines?.test(engine));
  if (stranger !== undefined) {
    throw new DeltaError(
      "E_STORE_NO_ATOMIC_CREATE",
      `cannot write: ${stranger} also writes this table, and overwrites commits in this store`,
      {
        hint: "let one engine write it, or set DELTA_TRUST_OTHER_WRITERS=true if that one no longer does",
      },
    );
  }
  const [empty] = base.emptyVersions;
  if (empty !== undefined) {
    throw new DeltaError(
      "E_CORRUPT_LOG",
      `cannot write: version ${empty} of the log is an empty file`,
      {
        hint: "a writer was interrupted there and rows may be missing; restore or remove that file first",
      },
    );
  }
}

function effectiveProperties({ base, actions }: TransactionPlan): TableProperties {
  const metadata = actions.find((action) => action.type === "metaData")?.metaData ?? base?.metadata;
  if (metadata === undefined) throw new Error("a validated commit has metaData");
  const protocol = actions.find((action) => action.type === "protocol")?.protocol ?? base?.protocol;
  if (protocol !== undefined) checkWrite(protocol, metadata, parseSchema(metadata.schemaString));
  return parseProperties(metadata.configuration);
}

function scopeOf(plan: TransactionPlan, properties: TableProperties): TransactionScope {
  const { actions } = plan;
  return {
    isolationLevel: plan.isolationLevel ?? properties.isolationLevel,
    reads: plan.reads,
    readFiles: plan.readFiles ?? new Set(),
    removedFiles: new Set(
      actions.flatMap((action) => (action.type === "remove" ? [fileKey(action.remove)] : [])),
    ),
    appIds: new Set(actions.flatMap((action) => (action.type === "txn" ? [action.txn.appId] : []))),
    domains: new Set(
      actions.flatMap((action) =>
        action.type === "domainMetadata" ? [action.domainMetadata.domain] : [],
      ),
    ),
    changesMetadata: actions.some((action) => action.type === "metaData"),
    changesProtocol: actions.some((action) => action.type === "protocol"),
  };
}

function createCommitInfo(
  { runtime }: TableContext,
  plan: TransactionPlan,
  state: {
    scope: TransactionScope;
    properties: TableProperties;
    txnId: string;
    lastTimestamp: number;
  },
): CommitInfo {
  const { base, actions, operationParameters = {}, operationMetrics } = plan;
  const now = runtime.now();
  const own: CommitInfo = {
    timestamp: now,
    ...(state.properties.usesInCommitTimestamps
      ? { inCommitTimestamp: Math.max(now, state.lastTimestamp + 1) }
      : {}),
    operation: plan.operation,
    operationParameters,
    ...(base === undefined ? {} : { readVersion: base.version }),
    isolationLevel: state.scope.isolationLevel,
    isBlindAppend:
      plan.reads.type === "none" &&
      actions.some(({ type }) => type === "add") &&
      !actions.some(({ type }) => type === "remove" || type === "metaData"),
    ...(operationMetrics === undefined ? {} : { operationMetrics }),
    engineInfo: ENGINE_INFO,
    txnId: state.txnId,
  };
  return { ...own, ...plan.commitInfo, ...own };
}

/** In-commit timestamps must increase; where the version was read from a checkpoint, its commit still tells its own. */
async function baseTimestamp(
  { store }: TableContext,
  base: Snapshot | undefined,
  { usesInCommitTimestamps }: TableProperties,
): Promise<number> {
  if (base === undefined || !usesInCommitTimestamps) return 0;
  const info = base.lastInfo ?? commitInfoOf((await readCommit(store, base.version)) ?? []);
  return info?.inCommitTimestamp ?? 0;
}

/** Reads every commit that took our place; throws at the first that stands in the way. */
async function passWinners(
  { store }: TableContext,
  scope: TransactionScope,
  fromVersion: number,
): Promise<{ nextVersion: number; lastTimestamp: number; mark: bigint | undefined }> {
  let lastTimestamp = 0;
  let mark: bigint | undefined;
  for (let version = fromVersion; ; version += 1) {
    const winner = await readCommit(store, version);
    if (winner === undefined) return { nextVersion: version, lastTimestamp, mark };
    const conflict = checkConflict(scope, winner);
    if (conflict !== undefined) {
      throw new DeltaError(
        "E_COMMIT_CONFLICT",
        `cannot commit: ${conflict.name}, version ${version} of another writer ${conflict.reason}`,
        { hint: conflictHint(conflict.name), conflict: conflict.name },
      );
    }
    lastTimestamp = Math.max(lastTimestamp, commitInfoOf(winner)?.inCommitTimestamp ?? 0);
    for (const action of winner) {
      const domain = action.type === "domainMetadata" ? action.domainMetadata : undefined;
      if (domain?.domain === ROW_TRACKING_DOMAIN) mark = highWaterMark(domain);
    }
  }
}

function conflictHint(name: ConflictName): string {
  return name === "ConcurrentTransaction"
    ? "another instance of this pipeline is running: stop one of them, then run again"
    : "nothing was written; run again";
}

/** Best effort: without it a reader replays the log. */
async function checksumAfter(
  { store, runtime }: TableContext,
  commit: Parameters<typeof deriveChecksum>[1],
): Promise<void> {
  try {
    const checksum = await deriveChecksum(store, commit);
    if (checksum !== undefined) await writeChecksum(store, commit.version, checksum);
  } catch (error) {
    runtime.warn?.("version checksum failed", error);
  }
}

/** Best effort: a failed checkpoint costs the next reader time, never data. */
async function checkpointAfter(
  { store, runtime }: TableContext,
  version: number,
  properties: TableProperties,
): Promise<void> {
  const isDue = version > 0 && version % properties.checkpointInterval === 0;
  if (!isDue || !properties.writesStatisticsAsJson) return;
  try {
    await writeCheckpoint(store, { version, runtime });
  } catch (error) {
    runtime.warn?.("checkpoint failed", error);
  }
}
