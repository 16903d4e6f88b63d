import type { RunContext } from "singer-sdk-ts";
import type { Config } from "./settings.ts";
import { parseApiUrl } from "./stream-request.ts";
import type { ReadSource, ReadText } from "./stream-schema.ts";

/** Reads a text from a file or an address; the API's credentials go to the API's own host only. */
export function sourceReader(context: RunContext<Config>, readText: ReadText): ReadSource {
  return async (source, stream) => {
    const url = /^https?:\/\//iu.test(source) ? URL.parse(source) : null;
    if (url === null) return readText(source);
    // The HTTP client is loaded when it is needed: --discover answers at once.
    const { openConnection } = await import("./connection.ts");
    const { client, authenticatorOf } = await openConnection(context, readText);
    try {
      const isApi = url.host === parseApiUrl(context.config.api_url).host;
      const request = { method: "GET", url, headers: { accept: "*/*" } } as const;
      const authenticator = isApi ? authenticatorOf(stream) : { authorize: unchanged };
      return await client.fetch(request, authenticator, ({ body }) => body.toString("utf8"));
    } finally {
      await client.close();
    }
  };
}

function unchanged<T>(request: T): T {
  return request;
}
