import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Database } from "../generate/index.ts";
import { type Credentials, challenge, isAuthorized } from "./auth.ts";
import { type Fault, playFault } from "./faults.ts";
import { JsonRows } from "./json-rows.ts";
import { parsePage, type Shape, wrapRows } from "./paging.ts";

/** Settings of the REST API. */
export interface ApiOptions extends Credentials {
  readonly database: Database;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly shape?: Shape;
  /** The most rows of one page; a larger limit is lowered to it. */
  readonly pageSizeMax?: number;
  readonly faults?: readonly Fault[];
}

/** A running REST API. */
export interface Api {
  readonly url: string;
  readonly port: number;
  /** Method and target of every request so far, for tests. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** The four streams, by the table that each shows. */
const resources = [
  ["Sales", "SalesOrderHeader"],
  ["Sales", "SalesOrderDetail"],
  ["Purchasing", "PurchaseOrderHeader"],
  ["Purchasing", "PurchaseOrderDetail"],
] as const;

const compress = promisify(gzip);

/** Starts the REST API on loopback. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const rows = new Map(
    resources.map(([schema, name]) => [
      `/${name}`,
      new JsonRows(options.database.table(schema, name)),
    ]),
  );
  const faults = new Map((options.faults ?? []).map((fault) => [fault.request, fault]));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const fault = faults.get(requests.length);
    requests.push(`${request.method} ${request.url}`);
    const answer = answerRequest(request, rows, options);
    if (fault === undefined) {
      send(request, response, answer).catch((error: unknown) => response.destroy(asError(error)));
    } else {
      playFault(fault, response, Buffer.concat(answer.body));
    }
  });
  server.keepAliveTimeout = 60_000;
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  /** Parts to be sent one after the other: rows are not copied for every page. */
  readonly body: readonly Buffer[];
  readonly headers?: Readonly<Record<string, string>>;
}

function answerRequest(
  request: IncomingMessage,
  rows: ReadonlyMap<string, JsonRows>,
  options: ApiOptions,
): Answer {
  if (!isAuthorized(request.headers.authorization, options)) {
    const headers = { "www-authenticate": challenge };
    return { ...problem(401, "user name or password missing or wrong"), headers };
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return { ...problem(405, "only GET is answered here"), headers: { allow: "GET, HEAD" } };
  }
  const url = URL.parse(request.url ?? "/", "http://localhost");
  const resource = rows.get(url?.pathname ?? "");
  if (url === null || resource === undefined) {
    return problem(404, `nothing here; there is ${[...rows.keys()].join(", ")}`);
  }
  const page = parsePage(url.searchParams, options.pageSizeMax ?? 10_000);
  if (typeof page === "string") return problem(400, page);
  const slices = resource.slices(page.offset, page.limit);
  return { status: 200, body: wrapRows(slices, options.shape ?? "data-total", resource.rowCount) };
}

function problem(status: number, error: string): Answer {
  return { status, body: [Buffer.from(JSON.stringify({ error }))] };
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  const isCompressed = acceptsGzip(request.headers["accept-encoding"]);
  const body = isCompressed
    ? [await compress(Buffer.concat(answer.body), { level: 1 })]
    : answer.body;
  response.writeHead(answer.status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(body.reduce((sum, part) => sum + part.length, 0)),
    vary: "accept-encoding",
    ...(isCompressed ? { "content-encoding": "gzip" } : {}),
    ...answer.headers,
  });
  if (request.method !== "HEAD") {
    response.cork();
    for (const part of body) response.write(part);
  }
  response.end();
}

/** Says whether a client named gzip without the quality 0 (RFC 9110 §12.5.3). */
function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? "")
    .split(",")
    .some((coding) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
