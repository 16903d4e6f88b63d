import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "singer-sdk-ts";
import { shownUrl } from "./http-error.ts";
import type { HttpRequest, HttpResponse } from "./request.ts";

/** Whether a run records the API's answers into a folder, or reads them from there instead of asking the API. */
export interface CassetteOptions {
  readonly mode: "record" | "replay";
  readonly folder: string;
}

/** One answer as it lies in the folder. */
interface Recording {
  readonly request: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: string;
  readonly encoding: "utf8" | "base64";
  readonly body: string;
}

/** Response headers that paging and decoding read; others, cookies among them, are not recorded. */
const recordedHeaders =
  /^(content-type|link|retry-after|content-range|etag|last-modified|x-.*|ratelimit.*)$/u;

/**
 * Answers of an API in a folder, one file per request. A file is named by a hash of the request as it was before
 * credentials were added; of the request it shows only method and path, so that no secret lies in the folder.
 */
export class Cassette {
  readonly #options: CassetteOptions;

  constructor(options: CassetteOptions) {
    this.#options = options;
  }

  get isReplay(): boolean {
    return this.#options.mode === "replay";
  }

  /** Keeps the answer to `request`, which has no credentials yet. */
  async record(request: HttpRequest, response: HttpResponse): Promise<void> {
    const encoding = isUtf8(response.body) ? "utf8" : "base64";
    const recording: Recording = {
      request: `${request.method} ${shownUrl(request.url)}`,
      status: response.status,
      headers: Object.fromEntries(
        Object.entries(response.headers).filter(([name]) => recordedHeaders.test(name)),
      ),
      receivedAt: response.receivedAt.toISOString(),
      encoding,
      body: response.body.toString(encoding),
    };
    await mkdir(this.#options.folder, { recursive: true });
    await writeFile(this.#path(request), `${JSON.stringify(recording, undefined, 1)}\n`);
  }

  /** The recorded answer to `request`; throws E_CASSETTE when there is none. */
  async replay(request: HttpRequest): Promise<HttpResponse> {
    let text: string;
    try {
      text = await readFile(this.#path(request), "utf8");
    } catch (cause) {
      const message = `no answer to ${request.method} ${shownUrl(request.url)} is recorded in ${this.#options.folder}`;
      const hint =
        "record again; a request that holds the time of the run ({now}, windows without end_date) differs each time";
      throw new UserError("E_CASSETTE", message, { hint, cause });
    }
    // The file was written by `record`.
    const { status, headers, receivedAt, encoding, body } = JSON.parse(text) as Recording;
    return {
      status,
      headers,
      body: Buffer.from(body, encoding),
      url: request.url,
      receivedAt: new Date(receivedAt),
    };
  }

  #path({ method, url, body }: HttpRequest): string {
    const hash = createHash("sha256").update(
      JSON.stringify([method, url.pathname, url.search, body ?? ""]),
    );
    return join(this.#options.folder, `${hash.digest("hex").slice(0, 32)}.json`);
  }
}
