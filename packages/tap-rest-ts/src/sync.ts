import type { SyncContext } from "singer-sdk-ts";
import { openConnection } from "./connection.ts";
import { runLimit } from "./run-limit.ts";
import type { Config } from "./settings.ts";
import { resolveStreams } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";
import { streamTrees } from "./stream-tree.ts";
import { type Run, syncTree } from "./sync-stream.ts";

/** Reads all selected streams, one tree of streams after the other. */
export async function syncAll(context: SyncContext<Config>, readText: ReadText): Promise<void> {
  const { config, catalog, state, writer, mode, log } = context;
  const trees = streamTrees(resolveStreams(config), catalog);
  const limit = runLimit(config.run_timeout_seconds);
  const signal = AbortSignal.any([context.signal, limit.signal]);
  const { client, authenticatorOf } = await openConnection({ ...context, signal }, readText);
  const run: Run = {
    client,
    authenticatorOf,
    writer,
    state,
    config,
    partitionsMax: config.state_partitions_max,
    concurrency: config.concurrency,
    mode,
    log,
    signal,
  };
  try {
    for (const tree of trees) await syncTree(tree, run);
  } catch (error) {
    if (!limit.signal.aborted || context.signal.aborted) throw error;
    // What is written so far is whole records and bookmarks that they reach: the next run goes on from there.
    await writer.flush();
    throw limit.signal.reason;
  } finally {
    limit.close();
    await client.close();
  }
}
