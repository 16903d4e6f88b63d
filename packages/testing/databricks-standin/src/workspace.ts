import { mkdir } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import { join } from "node:path";
import { type Answer, failure, json, type WorkspaceRequest } from "./answer.ts";
import { Dbfs } from "./dbfs.ts";
import { isSigned } from "./presigned.ts";
import { answerCatalog, type UnityCatalogOptions } from "./unity-catalog.ts";
import { answerDirectory, answerFile } from "./workspace-files.ts";

/** A failure on cue: the first `times` requests whose `METHOD /path` contains `request` get it. */
export interface WorkspaceFault {
  readonly request: string;
  readonly times: number;
  /** `drop` does the work and closes the connection without an answer: a lost reply. */
  readonly answer: { readonly status: number } | "drop";
}

export interface WorkspaceOptions {
  /** Folder for what is uploaded: `Volumes/` and `dbfs/`. */
  readonly root: string;
  readonly token: string;
  readonly client?: { readonly id: string; readonly secret: string };
  /** Ids of the SQL warehouses. */
  readonly warehouses?: readonly string[];
  /** Volumes that exist, as catalog/schema/volume. */
  readonly volumes?: readonly string[];
  readonly faults?: readonly WorkspaceFault[];
  /** Asked for every request, by `METHOD /path`: a failure of its own choice. */
  readonly chooseFault?: (request: string) => WorkspaceFault["answer"] | undefined;
  /** External tables and the credentials for them. */
  readonly catalog?: UnityCatalogOptions;
  /** Answers what is posted to a warehouse. */
  readonly sql?: (body: Uint8Array) => Promise<Uint8Array>;
  /** With it the server speaks HTTPS. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly port?: number;
}

export interface Workspace {
  /** `http://127.0.0.1:port`, or `https://localhost:port` with a certificate. */
  readonly url: string;
  /** `METHOD /path` of every request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Starts a Databricks-shaped workspace on loopback: files, volumes, DBFS, tokens, warehouses. */
export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  await mkdir(join(options.root, "dbfs"), { recursive: true });
  for (const volume of options.volumes ?? [])
    await mkdir(join(options.root, "Volumes", volume), { recursive: true });
  const requests: string[] = [];
  const faults = (options.faults ?? []).map((fault) => ({ ...fault }));
  const dbfs = new Dbfs(join(options.root, "dbfs"));
  const listener: RequestListener = (incoming, response) => {
    const name = `${incoming.method} ${decodeURIComponent(incoming.url?.split("?")[0] ?? "")}`;
    requests.push(name);
    const planned = faults.find(
      (candidate) => candidate.times > 0 && name.includes(candidate.request),
    );
    if (planned !== undefined) planned.times -= 1;
    const fault = planned?.answer ?? options.chooseFault?.(name);
    readRequest(incoming)
      .then(async (request) => {
        if (fault !== undefined && fault !== "drop")
          return failure(fault.status, "FAULT", "A fault on cue.");
        return await route(
          { options, dbfs, authorization: incoming.headers.authorization },
          request,
        );
      })
      .then((answer) => (fault === "drop" ? response.destroy() : send(response, answer)))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
  const { certificate } = options;
  const server =
    certificate === undefined ? createServer(listener) : createSecureServer(certificate, listener);
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Front {
  readonly options: WorkspaceOptions;
  readonly dbfs: Dbfs;
  readonly authorization: string | undefined;
}

async function route(front: Front, request: WorkspaceRequest): Promise<Answer> {
  const { options, dbfs, authorization } = front;
  const { path } = request;
  if (path === "/oidc/v1/token") return issueToken(front);
  if (path.startsWith("/presigned/")) {
    const file = path.slice("/presigned".length);
    const isValid = isSigned(file, request.query, { secret: options.token, nowMs: Date.now() });
    if (!isValid) return failure(403, "AccessDenied", "The signature is not valid.");
    const query = new URLSearchParams({ overwrite: "true" });
    return await answerFile(options.root, { ...request, path: file, query });
  }
  if (authorization !== `Bearer ${options.token}`)
    return failure(
      401,
      "UNAUTHENTICATED",
      "Credential was not sent or was of an unsupported type.",
    );
  if (path.startsWith("/api/2.0/fs/files/"))
    return await answerFile(options.root, {
      ...request,
      path: path.slice("/api/2.0/fs/files".length),
    });
  if (path.startsWith("/api/2.0/fs/directories/")) {
    const folder = path.slice("/api/2.0/fs/directories".length).replace(/\/$/, "");
    return await answerDirectory(options.root, { ...request, path: folder });
  }
  if (path.startsWith("/api/2.0/dbfs/")) return await dbfs.answer(request);
  if (options.catalog !== undefined && path.startsWith("/api/2.1/unity-catalog/"))
    return answerCatalog(options.catalog, request);
  if (path === "/api/2.0/sql/warehouses") return listWarehouses(options);
  if (options.sql !== undefined && path.startsWith("/sql/1.0/warehouses/")) {
    const body = await options.sql(request.body);
    return { status: 200, body, headers: { "content-type": "application/x-thrift" } };
  }
  return failure(404, "ENDPOINT_NOT_FOUND", `No API found for ${request.method} ${path}`);
}

function issueToken({ options, authorization }: Front): Answer {
  const { client, token } = options;
  const expected = Buffer.from(`${client?.id}:${client?.secret}`).toString("base64");
  if (client === undefined || authorization !== `Basic ${expected}`)
    return failure(401, "invalid_client", "Client authentication failed.");
  return json({ access_token: token, token_type: "Bearer", expires_in: 3600 });
}

function listWarehouses({ warehouses = ["0123456789abcdef"] }: WorkspaceOptions): Answer {
  return json({
    warehouses: warehouses.map((id) => ({
      id,
      name: `warehouse ${id}`,
      odbc_params: { path: `/sql/1.0/warehouses/${id}` },
    })),
  });
}

async function readRequest(incoming: IncomingMessage): Promise<WorkspaceRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = new URL(incoming.url ?? "/", "http://localhost");
  return {
    method: incoming.method ?? "GET",
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    body: Buffer.concat(chunks),
  };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}
