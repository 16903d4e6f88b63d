import {
  checkpoint,
  cleanLog,
  DeltaTable,
  type ObjectStore,
  optimize,
  vacuum,
} from "delta-lake-ts";

/** A table with this many files of less than half the wanted size is compacted. */
const SMALL_FILES_MAX = 20;

export interface MaintenanceOptions {
  /** Deletes files and log entries that no version within the retention needs. */
  readonly deletes: boolean;
  readonly compression: "snappy" | "zstd" | "none";
  readonly fileSizeMb: number;
}

export interface Maintenance {
  readonly isChanged: boolean;
  readonly filesCompacted: number;
  readonly filesDeleted: number;
}

/** Joins a table's small files when there are many, and deletes what nobody needs any more. */
export async function maintain(
  store: ObjectStore,
  { deletes, compression, fileSizeMb }: MaintenanceOptions,
): Promise<Maintenance> {
  const table = await DeltaTable.open(store);
  if (table === undefined) return { isChanged: false, filesCompacted: 0, filesDeleted: 0 };
  const fileSizeBytes = fileSizeMb * 1024 * 1024;
  let smallCount = 0;
  for await (const { size } of table.files()) if (size < fileSizeBytes / 2) smallCount += 1;
  const compacted =
    smallCount < SMALL_FILES_MAX
      ? undefined
      : await optimize(store, { fileSizeBytes, compression });
  if (compacted?.version !== undefined) await checkpoint(store);
  const filesCompacted = compacted?.filesRemoved ?? 0;
  if (!deletes) return { isChanged: filesCompacted > 0, filesCompacted, filesDeleted: 0 };
  const data = await vacuum(store, { dryRun: false });
  const log = await cleanLog(store, { dryRun: false });
  const filesDeleted = data.paths.length + log.paths.length;
  return { isChanged: filesCompacted + filesDeleted > 0, filesCompacted, filesDeleted };
}
