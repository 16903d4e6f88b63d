import type { Catalog, TapDefinition } from "singer-sdk-ts";
import { makeAuthenticator } from "./auth/index.ts";
import { discoverStreams } from "./discover.ts";
import { HttpClient, type HttpClientOptions } from "./request.ts";
import { type Config, settings } from "./settings.ts";
import { resolveStreams } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";
import { streamTrees } from "./stream-tree.ts";
import { type Run, syncTree } from "./sync-stream.ts";

type Context = Parameters<TapDefinition<typeof settings>["sync"]>[0];

/** The tap as the SDK runs it; `readText` reads a file, `version` is the package's. */
export function restTap(version: string, readText: ReadText): TapDefinition<typeof settings> {
  return {
    name: "tap-rest-ts",
    version,
    description: "Singer tap for REST APIs",
    capabilities: ["about", "catalog", "discover", "state", "structured-logging", "test"],
    settings,
    discover: ({ config }): Promise<Catalog> => discoverStreams(resolveStreams(config), readText),
    sync: (context) => syncAll(context, readText),
  };
}

async function syncAll(context: Context, readText: ReadText): Promise<void> {
  const { config, catalog, state, writer, mode, log, signal } = context;
  const trees = streamTrees(resolveStreams(config), catalog);
  const client = new HttpClient(await clientOptions(config, readText, context));
  const run: Run = {
    client,
    authenticator: makeAuthenticator(config),
    writer,
    state,
    config,
    startDate: config.start_date,
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
  { log, signal }: Context,
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
    ...(ca === undefined ? {} : { tls: { ca } }),
    log,
    signal,
  };
}
