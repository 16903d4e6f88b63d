import { deletionVectorPath } from "../deletion-vector/read.ts";
import { DeltaError } from "../error.ts";
import { checkWrite } from "../feature.ts";
import { decodePath } from "../partition.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { type FullSnapshot, loadFullSnapshot } from "../snapshot.ts";
import type { ObjectMeta, ObjectStore } from "../store.ts";

const HOUR_MS = 3_600_000;
/** Younger files may belong to a writer that has not committed yet (delta.md §1.19). */
const RETENTION_HOURS_MIN = 168;

export interface VacuumOptions {
  /** False deletes; the default only tells what would be deleted. */
  readonly dryRun?: boolean;
  /** Default and least: 168 hours. */
  readonly retentionHours?: number;
  /** Allows less than 168 hours: only when nothing else writes to the table, and nobody reads old versions. */
  readonly allowsShortRetention?: boolean;
  readonly runtime?: Runtime;
}

export interface VacuumResult {
  /** Files that no version within the retention needs; deleted unless it was a dry run. */
  readonly paths: readonly string[];
  readonly sizeBytes: number;
  readonly isDryRun: boolean;
}

/** Deletes data files that the table no longer names and that are old enough. A dry run unless told otherwise. */
export async function vacuum(
  store: ObjectStore,
  options: VacuumOptions = {},
): Promise<VacuumResult> {
  const { dryRun = true, retentionHours = RETENTION_HOURS_MIN, runtime = systemRuntime } = options;
  if (retentionHours < RETENTION_HOURS_MIN && options.allowsShortRetention !== true) {
    throw new DeltaError(
      "E_INVALID_COMMIT",
      `a retention of ${retentionHours} hours is shorter than 168`,
      {
        hint: "files of running writers could be deleted; pass allowsShortRetention if there are none",
      },
    );
  }
  const snapshot = await loadFullSnapshot(store);
  if (snapshot === undefined)
    throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table here");
  checkWrite(snapshot.protocol, snapshot.metadata, snapshot.schema);
  const retentionMs = Math.max(
    retentionHours * HOUR_MS,
    options.allowsShortRetention === true ? 0 : snapshot.properties.tombstoneRetentionMs,
  );
  const cutoffMs = runtime.now() - retentionMs;
  const needed = neededPaths(snapshot, cutoffMs);
  const isGarbage = ({ path, modifiedMs }: ObjectMeta): boolean =>
    modifiedMs < cutoffMs &&
    !needed.has(path) &&
    !isHidden(path, snapshot.metadata.partitionColumns);
  const garbage = (await store.list("")).filter(isGarbage);
  if (!dryRun) for (const { path } of garbage) await store.delete(path);
  return {
    paths: garbage.map(({ path }) => path),
    sizeBytes: garbage.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    isDryRun: dryRun,
  };
}

/** Files of live adds and of tombstones that are still young, their deletion vectors with them. */
function neededPaths(snapshot: FullSnapshot, cutoffMs: number): ReadonlySet<string> {
  const needed = new Set<string>();
  const young = [...snapshot.tombstones.values()].filter(
    ({ deletionTimestamp = 0 }) => deletionTimestamp >= cutoffMs,
  );
  for (const { path, deletionVector } of [...snapshot.files.values(), ...young]) {
    needed.add(decodePath(path));
    const vector = deletionVector === undefined ? undefined : deletionVectorPath(deletionVector);
    if (vector !== undefined) needed.add(vector);
  }
  return needed;
}

/** Folders and files that start with `_` or `.` are not data, but for change data and partition folders. */
function isHidden(path: string, partitionColumns: readonly string[]): boolean {
  const parts = path.split("/");
  if (parts[0] === "metadata") return true;
  return parts.some((part) => {
    if (!part.startsWith("_") && !part.startsWith(".")) return false;
    const isPartition = partitionColumns.some((column) => part.startsWith(`${column}=`));
    return part !== "_change_data" && !isPartition;
  });
}
