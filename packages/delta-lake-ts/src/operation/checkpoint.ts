import { writeCheckpoint } from "../checkpoint.ts";
import { DeltaError } from "../error.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { loadSnapshot } from "../snapshot.ts";
import type { ObjectStore } from "../store.ts";

export interface CheckpointOptions {
  /** Default: the newest. */
  readonly version?: number;
  readonly runtime?: Runtime;
}

/**
 * Writes a checkpoint now, so that the next reader need not replay the log: commits make one by themselves every
 * `delta.checkpointInterval` versions. E_TABLE_FEATURE for a table that keeps its statistics as a struct only, since
 * this package writes them as JSON.
 */
export async function checkpoint(
  store: ObjectStore,
  options: CheckpointOptions = {},
): Promise<{ rowCount: number }> {
  const { runtime = systemRuntime, ...at } = options;
  const snapshot = await loadSnapshot(store, at);
  if (snapshot?.properties.writesStatisticsAsJson === false) {
    throw new DeltaError(
      "E_TABLE_FEATURE",
      "cannot write a checkpoint: the table sets delta.checkpoint.writeStatsAsJson to false",
      { hint: "let the engine that set it write the checkpoints" },
    );
  }
  const rowCount = await writeCheckpoint(store, { ...at, runtime });
  if (rowCount === undefined) {
    throw new DeltaError("E_TABLE_NOT_FOUND", "there is no Delta table here");
  }
  return { rowCount };
}
