import type { SyncContext } from "singer-sdk-ts";
import { openConnection } from "./connection.ts";
import type { Config } from "./settings.ts";
import { resolveStreams } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";
import { streamTrees } from "./stream-tree.ts";
import { type Run, syncTree } from "./sync-stream.ts";

/** Reads all selected streams, one tree of streams after the other. */
export async function syncAll(context: SyncContext<Config>, readText: ReadText): Promise<void> {
  const { config, catalog, state, writer, mode, log, signal } = context;
  const trees = streamTrees(resolveStreams(config), catalog);
  const { client, authenticatorOf } = await openConnection(context, readText);
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
  } finally {
    await client.close();
  }
}
