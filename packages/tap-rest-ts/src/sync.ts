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
  const read = async (path: string | undefined): Promise<string | undefined> =>
    path === undefined ? undefined : readText(path);
  const [ca, cert, key] = await Promise.all([
    read(config.ca_file),
    read(config.cert_file),
    read(config.key_file),
  ]);
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
    ...(config.proxy_url === undefined ? {} : { proxyUrl: config.proxy_url }),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
    log,
    signal,
  };
}
