import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HttpRequest, HttpResponse } from "./request.ts";

/** Answers kept from run to run. */
export interface AnswerCacheOptions {
  readonly folder: string;
  /** An answer younger than this is used without asking the API. */
  readonly freshMs: number;
}

/** The first line of a kept answer's file; the body follows. */
interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: string;
  readonly sizeBytes: number;
}

/** Entries that no run has used for so long are deleted. */
const unusedMaxMs = 30 * 24 * 3600 * 1000;

const entryName = /^[0-9a-f]{32}\.answer$/u;

/**
 * Answers of the API in a folder, one file each, readable by the user alone: an unchanged page costs a 304 without a body.
 * undici's own cache keeps only what says how long it is fresh, which APIs with nothing but an ETag don't.
 */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  /** Entries that this run stored or used, for `forget`. */
  readonly #used = new Set<string>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
  }

  /** The kept answer to a request that has no credentials yet; a damaged one counts as none. */
  async find(request: HttpRequest): Promise<HttpResponse | undefined> {
    if (request.scope === undefined) return undefined;
    const path = this.#path(request);
    let file: Buffer;
    try {
      file = await readFile(path);
    } catch {
      return undefined;
    }
    const headEnd = file.indexOf("\n");
    const head = parseHead(file.subarray(0, headEnd).toString("utf8"));
    const body = file.subarray(headEnd + 1);
    if (head === undefined || body.length !== head.sizeBytes) return undefined;
    this.#used.add(path);
    const { status, headers } = head;
    return { status, headers, body, url: request.url, receivedAt: new Date(head.receivedAt) };
  }

  isFresh({ receivedAt }: HttpResponse): boolean {
    return Date.now() - receivedAt.getTime() < this.#options.freshMs;
  }

  /** Keeps an answer that was read without a fault, if it can be used again. */
  async store(request: HttpRequest, response: HttpResponse): Promise<void> {
    const { status, headers, body, receivedAt } = response;
    const hasValidator = headers["etag"] !== undefined || headers["last-modified"] !== undefined;
    if (request.scope === undefined || status !== 200) return;
    if (/no-store/iu.test(headers["cache-control"] ?? "")) return;
    if (!(this.#options.freshMs > 0 || (hasValidator && request.method === "GET"))) return;
    const { "set-cookie": _cookie, ...kept } = headers;
    const head: Head = {
      status,
      headers: kept,
      receivedAt: receivedAt.toISOString(),
      sizeBytes: body.length,
    };
    const path = this.#path(request);
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    // A reader sees the old file or the whole new one.
    const draft = `${path}.${randomUUID()}`;
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
    await writeFile(draft, bytes, { mode: 0o600 });
    await rename(draft, path);
    this.#used.add(path);
  }

  /** Deletes what this run stored or used: its pages do not fit together. */
  async forget(): Promise<void> {
    for (const path of this.#used) await rm(path, { force: true });
    this.#used.clear();
  }

  /** Deletes what has not been stored or used for a month. */
  async prune(): Promise<void> {
    const names = await readdir(this.#options.folder).catch((): string[] => []);
    for (const name of names) {
      const path = join(this.#options.folder, name);
      if (!entryName.test(name) || this.#used.has(path)) continue;
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > unusedMaxMs) await rm(path, { force: true });
    }
  }

  #path({ method, url, headers, body, scope }: HttpRequest): string {
    const asked = JSON.stringify([scope, method, url.href, headers, body ?? ""]);
    const hash = createHash("sha256").update(asked).digest("hex").slice(0, 32);
    return join(this.#options.folder, `${hash}.answer`);
  }
}

/** The request that the API may answer with 304 while `kept` is still true. */
export function conditional(request: HttpRequest, kept: HttpResponse | undefined): HttpRequest {
  if (kept === undefined || request.method !== "GET") return request;
  const { etag, "last-modified": lastModified } = kept.headers;
  return {
    ...request,
    headers: {
      ...request.headers,
      ...(etag === undefined ? {} : { "if-none-match": etag }),
      ...(lastModified === undefined ? {} : { "if-modified-since": lastModified }),
    },
  };
}

function parseHead(line: string): Head | undefined {
  try {
    // The file was written by `store`; one that was cut short or changed fails here or by its size.
    return JSON.parse(line) as Head;
  } catch {
    return undefined;
  }
}
