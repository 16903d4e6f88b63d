import { DeltaError } from "./error.ts";
import { readLastCheckpoint } from "./last-checkpoint.ts";
import { LOG_FOLDER, type LogFile, parseLogPath, versionPrefix } from "./log-path.ts";
import type { ObjectMeta, ObjectStore } from "./store.ts";

/** The files that together make one version of the table. */
export interface LogSegment {
  readonly version: number;
  readonly checkpoint: { readonly version: number; readonly paths: readonly string[] } | undefined;
  /** Versions of the commits to replay after the checkpoint, oldest first. */
  readonly commitVersions: readonly number[];
  /** Versions whose commit file is empty: another writer was interrupted, and rows may be missing. */
  readonly emptyVersions: readonly number[];
}

/**
 * Finds the newest version, or `version`. Undefined only when the table has no log at all.
 * `unusable` names checkpoints that turned out to be broken: an older one, or none, is taken instead.
 */
export async function findLogSegment(
  store: ObjectStore,
  options: { version?: number; unusable?: ReadonlySet<number> } = {},
): Promise<LogSegment | undefined> {
  const { version, unusable = new Set() } = options;
  const hint = await readLastCheckpoint(store);
  const isHintUsable =
    hint !== undefined && !unusable.has(hint) && (version === undefined || hint <= version);
  if (isHintUsable) {
    const files = await listLog(store, hint);
    if (completeCheckpoints(files).some((found) => found.version === hint)) {
      return buildSegment(files, version, unusable);
    }
  }
  const files = await listLog(store, 0);
  return files.length === 0 ? undefined : buildSegment(files, version, unusable);
}

/** The versions that have a commit file, oldest first, and those that have a whole checkpoint. */
export async function listVersions(
  store: ObjectStore,
): Promise<{ readonly commits: readonly number[]; readonly checkpoints: ReadonlySet<number> }> {
  const files = await listLog(store, 0);
  return {
    commits: files.flatMap((file) => (file.type === "commit" ? [file.version] : [])),
    checkpoints: new Set(completeCheckpoints(files).map(({ version }) => version)),
  };
}

type ListedFile = LogFile & { readonly meta: ObjectMeta };

async function listLog(store: ObjectStore, fromVersion: number): Promise<ListedFile[]> {
  const listed = await store.list(LOG_FOLDER, versionPrefix(fromVersion));
  return listed.flatMap((meta) => {
    const file = parseLogPath(meta.path);
    return file === undefined ? [] : [{ ...file, meta }];
  });
}

function buildSegment(
  files: readonly ListedFile[],
  wanted: number | undefined,
  unusable: ReadonlySet<number>,
): LogSegment {
  const commits = files.filter((file) => file.type === "commit");
  const checkpoints = completeCheckpoints(files).filter(
    (found) => !unusable.has(found.version) && (wanted === undefined || found.version <= wanted),
  );
  const checkpoint = checkpoints.at(-1);
  const latest = Math.max(
    commits.at(-1)?.version ?? -1,
    completeCheckpoints(files).at(-1)?.version ?? -1,
  );
  const version = wanted ?? latest;
  if (version > latest || version < 0) {
    throw new DeltaError(
      "E_VERSION_NOT_FOUND",
      `the table has no version ${version}: the newest is ${latest}`,
    );
  }
  const first = checkpoint === undefined ? 0 : checkpoint.version + 1;
  const tail = commits.filter((file) => file.version >= first && file.version <= version);
  checkContiguous(
    tail.map((file) => file.version),
    first,
    version,
  );
  return {
    version,
    checkpoint,
    commitVersions: tail.map((file) => file.version),
    emptyVersions: tail.filter(({ meta }) => meta.sizeBytes === 0).map((file) => file.version),
  };
}

function checkContiguous(versions: readonly number[], first: number, last: number): void {
  const missing = versions.findIndex((version, index) => version !== first + index);
  if (missing === -1 && versions.length === last - first + 1) return;
  const gap = missing === -1 ? first + versions.length : first + missing;
  throw new DeltaError(
    "E_CORRUPT_LOG",
    `the log lacks version ${gap}, which version ${last} needs`,
    {
      hint: "restore the missing file of _delta_log; nothing was written",
    },
  );
}

/** Checkpoints that are all there, oldest first; empty files do not count. */
function completeCheckpoints(
  files: readonly ListedFile[],
): { version: number; paths: readonly string[] }[] {
  const complete = new Map<number, readonly string[]>();
  const parts = new Map<string, { version: number; partCount: number; paths: string[] }>();
  for (const file of files) {
    if (file.meta.sizeBytes === 0) continue;
    if (file.type === "checkpoint") complete.set(file.version, [file.meta.path]);
    // Of several V2 checkpoints of a version each is whole; a classic one is taken before them.
    if (file.type === "v2Checkpoint" && !complete.has(file.version)) {
      complete.set(file.version, [file.meta.path]);
    }
    if (file.type === "checkpointPart") {
      const key = `${file.version}/${file.partCount}`;
      const group = parts.get(key) ?? {
        version: file.version,
        partCount: file.partCount,
        paths: [],
      };
      group.paths.push(file.meta.path);
      parts.set(key, group);
    }
  }
  for (const { version, partCount, paths } of parts.values()) {
    if (paths.length === partCount && !complete.has(version)) complete.set(version, paths);
  }
  return [...complete]
    .map(([version, paths]) => ({ version, paths }))
    .toSorted((left, right) => left.version - right.version);
}
