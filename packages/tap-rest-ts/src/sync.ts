import type { SyncContext } from "singer-sdk-ts";
import { makeAuthenticator } from "./auth/index.ts";
import { Cassette } from "./cassette.ts";
import { HttpClient, type HttpClientOptions } from "./request.ts";
import type { Config } from "./settings.ts";
import { resolveStreams } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";
import { streamTrees } from "./stream-tree.ts";
import { type Run, syncTree } from "./sync-stream.ts";

/** Reads all selected streams, one tree of streams after the other. */
export async function syncAll(context: SyncContext<Config>, readText: ReadText): Promise<void> {
  const { config, catalog, state, writer, mode, log, signal } = context;
  const trees = streamTrees(resolveStreams(config), catalog);
  const client = new HttpClient(await clientOptions(config, readText, context));
  const run: Run = {
    client,
    authenticator: makeAuthenticator(config, client),
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

async function clientOptions(
  config: Config,
  readText: ReadText,
  { log, signal }: SyncContext<Config>,
): Promise<HttpClientOptions> {
  const ca = config.ca_file === undefined ? undefined : await readText(config.ca_file);
  return {
    retry: {
      triesMax: config.max_tries,
      backoffMs: config.backoff_seconds * 1000,
      backoffMaxMs: 60_000,
      retryAfterMaxMs: config.retry_after_max_seconds * 1000,
    },
    connectTimeoutMs: config.connect_timeout_seconds * 1000,
    requestTimeoutMs: config.request_timeout_seconds * 1000,
    userAgent: config.user_agent,
    ...(config.cassette === undefined ? {} : { cassette: new Cassette(config.cassette) }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    log,
    signal,
  };
}
