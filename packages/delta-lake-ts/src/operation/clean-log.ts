import { readCheckpoint } from "../checkpoint-read.ts";
import { DeltaError } from "../error.ts";
import { checkWrite } from "../feature.ts";
import { readLastCheckpoint } from "../last-checkpoint.ts";
import { checkpointPath, LOG_FOLDER, parseLogPath } from "../log-path.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { loadSnapshot } from "../snapshot.ts";
import type { ObjectMeta, ObjectStore } from "../store.ts";

const DAY_MS = 86_400_000;

export interface CleanLogOptions {
  /** False deletes; the default only tells what would be deleted. */
  readonly dryRun?: boolean;
  readonly runtime?: Runtime;
}

export interface CleanLogResult {
  /** The oldest version that can still be read afterwards. */
  readonly firstVersion: number;
  /** Files of the log that no kept version needs; deleted unless it was a dry run. */
  readonly paths: readonly string[];
  readonly isDryRun: boolean;
}

/**
 * Deletes commits and checkpoints older than `delta.logRetentionDuration`, as far as a whole checkpoint stands for them.
 * Versions within the retention stay readable, and so does the checkpoint that `_last_checkpoint` names. Spark does this
 * by itself on its tables; here it happens only when called (delta.md §1.11).
 */
export async function cleanLog(
  store: ObjectStore,
  options: CleanLogOptions = {},
): Promise<CleanLogResult> {
  const { dryRun = true, runtime = systemRuntime } = options;
  const snapshot = await loadSnapshot(store);
  if (snapshot === undefined)
    throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table here");
  checkWrite(snapshot.protocol, snapshot.metadata, snapshot.schema);
  const cutoffMs =
    Math.floor((runtime.now() - snapshot.properties.logRetentionMs) / DAY_MS) * DAY_MS;
  const files = (await store.list(LOG_FOLDER)).flatMap((meta) => {
    const version = logVersion(meta.path);
    return version === undefined ? [] : [{ meta, version }];
  });
  const firstVersion = await firstKept(store, files, cutoffMs);
  // Oldest first: wherever this stops, what is left begins with a checkpoint.
  const paths = files
    .filter(({ version }) => version < firstVersion)
    .toSorted((left, right) => left.version - right.version)
    .map(({ meta }) => meta.path);
  if (!dryRun) for (const path of paths) await store.delete(path);
  return { firstVersion, paths, isDryRun: dryRun };
}

interface LogEntry {
  readonly meta: ObjectMeta;
  readonly version: number;
}

/** The newest whole checkpoint at or before the oldest version to keep; 0 when there is none. */
async function firstKept(
  store: ObjectStore,
  files: readonly LogEntry[],
  cutoffMs: number,
): Promise<number> {
  const pointer = (await readLastCheckpoint(store)) ?? 0;
  const limit = Math.min(pointer, oldestYoungVersion(files, cutoffMs));
  const candidates = files
    .filter(({ meta, version }) => version <= limit && meta.path === checkpointPath(version))
    .toSorted((left, right) => right.version - left.version);
  for (const { meta, version } of candidates) {
    const hasCommit = files.some((file) => file.version === version && isCommit(file));
    if (hasCommit && (await isWhole(store, meta.path))) return version;
  }
  return 0;
}

/** Clocks may jump: a commit counts as at least as young as every one before it. */
function oldestYoungVersion(files: readonly LogEntry[], cutoffMs: number): number {
  const commits = files.filter(isCommit).toSorted((left, right) => left.version - right.version);
  for (const { meta, version } of commits) if (meta.modifiedMs >= cutoffMs) return version;
  return commits.at(-1)?.version ?? 0;
}

function isCommit({ meta }: LogEntry): boolean {
  return parseLogPath(meta.path)?.type === "commit";
}

/** Reads the checkpoint to its end. */
async function isWhole(store: ObjectStore, path: string): Promise<boolean> {
  let hasProtocol = false;
  let hasMetadata = false;
  try {
    for await (const actions of readCheckpoint(store, path, { hasFiles: true })) {
      hasProtocol ||= actions.some(({ type }) => type === "protocol");
      hasMetadata ||= actions.some(({ type }) => type === "metaData");
    }
  } catch {
    return false;
  }
  return hasProtocol && hasMetadata;
}

/** Of commits, checkpoints and checksums; other files of the folder are left alone. */
function logVersion(path: string): number | undefined {
  const checksum = /^_delta_log\/(\d{20})\.crc$/.exec(path);
  return checksum === null ? parseLogPath(path)?.version : Number(checksum[1]);
}
