import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What a test's server does with one request; `body` is the request's body. */
export type Answer = (
  request: IncomingMessage & { readonly query: URLSearchParams; readonly path: string },
  response: ServerResponse,
  body: string,
) => void;

/** A running server of a test. */
export interface TestServer {
  readonly url: string;
  /** Method and target of every request so far. */
  readonly requests: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts an HTTP server on loopback that answers with `answer`. */
export async function serve(answer: Answer): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? "/", "http://localhost");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      answer(
        Object.assign(request, { query: url.searchParams, path: url.pathname }),
        response,
        Buffer.concat(chunks).toString(),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers with a value as JSON; a string is sent as it is. */
export function sendJson(
  response: ServerResponse,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { "content-type": "application/json", ...headers });
  response.end(typeof value === "string" ? value : JSON.stringify(value));
}

/** `count` records with ids from `first` on. */
export function items(first: number, count: number): { readonly id: number }[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => ({ id: first + index }));
}

/** The page of `total` items that offset and limit ask for. */
export function offsetPage(
  query: URLSearchParams,
  total: number,
  limitMax = Number.POSITIVE_INFINITY,
): { readonly id: number }[] {
  const offset = Number(query.get("offset") ?? 0);
  const limit = Math.min(limitMax, Number(query.get("limit") ?? 10));
  return items(offset, Math.min(limit, total - offset));
}
