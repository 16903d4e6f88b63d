import { type RunContext, UserError } from "singer-sdk-ts";
import { AnswerCache } from "./answer-cache.ts";
import { streamAuthenticators } from "./auth/index.ts";
import { Cassette } from "./cassette.ts";
import { type Authenticator, HttpClient, type HttpClientOptions } from "./request.ts";
import type { Config } from "./settings.ts";
import type { RestStream } from "./stream.ts";
import type { ReadText } from "./stream-schema.ts";

/** A client of the API with its credentials; whoever opened it closes the client. */
export interface Connection {
  readonly client: HttpClient;
  readonly authenticatorOf: (stream: RestStream) => Authenticator;
}

/** Makes the client that the settings ask for; nothing is sent yet. */
export async function openConnection(
  context: RunContext<Config>,
  readText: ReadText,
): Promise<Connection> {
  const client = new HttpClient(await clientOptions(context.config, readText, context));
  return { client, authenticatorOf: streamAuthenticators(context.config, client) };
}

async function clientOptions(
  config: Config,
  readText: ReadText,
  { log, signal }: RunContext<Config>,
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
    ...(config.cache === undefined || config.cassette !== undefined
      ? {}
      : {
          cache: new AnswerCache({
            folder: config.cache.folder,
            freshMs: (config.cache.seconds ?? 0) * 1000,
          }),
        }),
    ...(config.proxy_url === undefined ? {} : { proxyUrl: checkedProxy(config.proxy_url) }),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
    log,
    signal,
  };
}

/** A proxy's address holds its password, so an error does not show it. */
function checkedProxy(proxyUrl: string): string {
  if (/^https?:$/.test(URL.parse(proxyUrl)?.protocol ?? "")) return proxyUrl;
  throw new UserError("E_SETTING", "setting `proxy_url` is not a URL", {
    hint: "write it as http://user:password@host:port",
    exitCode: 2,
  });
}
