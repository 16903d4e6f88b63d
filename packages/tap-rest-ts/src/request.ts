import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Log, UserError } from "singer-sdk-ts";
import { type Dispatcher, EnvHttpProxyAgent, interceptors } from "undici";
import { type AnswerCache, conditional } from "./answer-cache.ts";
import { BodyPool } from "./body-pool.ts";
import { budgetWait } from "./budget.ts";
import type { Cassette } from "./cassette.ts";
import { decoded } from "./content-encoding.ts";
import { type HttpFailure, networkFailure, shownUrl, statusFailure } from "./http-error.ts";
import { applyRules, type ResponseRule } from "./response-rule.ts";
import { type Attempt, parseRetryAfter, type RetryPolicy, retry } from "./retry.ts";

/** One request, ready to be sent. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A token request: its answer is a secret and is never recorded. */
  readonly isPrivate?: true;
  readonly rules?: readonly ResponseRule[];
  /** Whose answer it is: stream and login. Without it, an answer is not kept for other requests. */
  readonly scope?: string;
  /** A file that the body of a 200 goes to, instead of into memory. */
  readonly bodyFile?: string;
}

/** A whole response; `body` is decompressed. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly url: URL;
  readonly receivedAt: Date;
}

/** Puts credentials on a request; `renew` is called once after a 401 and says whether a new try makes sense. */
export interface Authenticator {
  authorize(request: HttpRequest): Promise<HttpRequest> | HttpRequest;
  renew?(refused: HttpResponse): Promise<boolean>;
}

export interface HttpClientOptions {
  readonly retry: RetryPolicy;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly userAgent: string;
  readonly cassette?: Cassette;
  readonly cache?: AnswerCache;
  readonly proxyUrl?: string;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Sends requests and tries again. The only place of this package that opens sockets. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #dispatcher: Dispatcher;
  readonly #pool = new BodyPool();
  /** The API's budget is used up until then, in milliseconds since 1970. */
  #notBefore = 0;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    // Also reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
    const agent = new EnvHttpProxyAgent({
      ...(options.proxyUrl === undefined
        ? {}
        : { httpProxy: options.proxyUrl, httpsProxy: options.proxyUrl }),
      connect: { timeout: options.connectTimeoutMs, ...options.tls },
      requestTls: { timeout: options.connectTimeoutMs, ...options.tls },
      headersTimeout: options.requestTimeoutMs,
      bodyTimeout: options.requestTimeoutMs,
    });
    this.#dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 5 }));
  }

  /**
   * Sends `request` until `read` accepts the answer; throws the last failure. `read` returns a failure for a body that it
   * can't use, which counts as one of the tries when it may pass.
   */
  async fetch<T>(
    request: HttpRequest,
    authenticator: Authenticator,
    read: (response: HttpResponse) => T | HttpFailure,
    signal: AbortSignal = this.#options.signal,
  ): Promise<T> {
    let isRenewed = false;
    const attempt = async (): Promise<Attempt<T>> => {
      const answer = await this.#answer(request, authenticator, signal);
      if ("isPassing" in answer) return again(answer);
      const response = applyRules(request.rules ?? [], answer) ?? answer;
      if ("isPassing" in response) return again(response);
      if (
        response.status === 401 &&
        !isRenewed &&
        (await authenticator.renew?.(response)) === true
      ) {
        isRenewed = true;
        return attempt();
      }
      const failure = statusFailure(response.status, request.method, request.url);
      if (failure === undefined) {
        const value = read(response);
        if (isFailure(value)) return again(value);
        await this.#options.cache?.store(request, response);
        return { type: "done", value };
      }
      const afterMs = parseRetryAfter(response.headers["retry-after"], Date.now());
      return again(failure, afterMs);
    };
    const { log, retry: policy } = this.#options;
    return retry(attempt, {
      policy,
      wait: (milliseconds) => sleep(milliseconds, undefined, { signal }),
      random: Math.random,
      onRetry: (error, tries, waitMs) =>
        log.warn("request_failed", {
          url: shownUrl(request.url),
          code: error.code,
          reason: error.message,
          tries,
          waitMs,
        }),
    });
  }

  /** The answer of the API, or of the cassette in its place. */
  async #answer(
    request: HttpRequest,
    authenticator: Authenticator,
    signal: AbortSignal,
  ): Promise<HttpResponse | HttpFailure> {
    const { cassette, cache } = this.#options;
    if (cassette?.isReplay === true) return cassette.replay(request);
    const kept = await cache?.find(request);
    if (kept !== undefined && cache?.isFresh(kept) === true) return kept;
    const waitMs = Math.min(this.#notBefore - Date.now(), this.#options.retry.retryAfterMaxMs);
    if (waitMs > 0) {
      this.#options.log.info("budget_used_up", { url: shownUrl(request.url), waitMs });
      await sleep(waitMs, undefined, { signal });
    }
    const asked = await authenticator.authorize(conditional(request, kept));
    const answered = await this.#send(asked, signal);
    const isUnchanged = kept !== undefined && "status" in answered && answered.status === 304;
    const response = isUnchanged ? { ...kept, receivedAt: answered.receivedAt } : answered;
    if ("status" in answered)
      this.#notBefore = Date.now() + (budgetWait(answered.headers, Date.now()) ?? 0);
    const isRecorded =
      cassette !== undefined &&
      request.isPrivate !== true &&
      "status" in response &&
      response.status < 300;
    if (isRecorded) await cassette.record(request, response);
    return response;
  }

  /** Gives the memory of a body back once its page is written; nobody may read it any more. */
  release({ body }: HttpResponse): void {
    this.#pool.release(body);
  }

  /** Lets no later request have an answer that was kept so far. */
  async forgetAnswers(): Promise<void> {
    await this.#options.cache?.forget();
  }

  async close(): Promise<void> {
    await this.#options.cache?.prune();
    await this.#dispatcher.destroy();
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse | HttpFailure> {
    const { url, method, headers, body } = request;
    const limit = new AbortController();
    const stop = (): void => limit.abort(signal.reason);
    const timer = setTimeout(
      () => limit.abort(new DOMException("the time is up", "TimeoutError")),
      this.#options.requestTimeoutMs,
    );
    signal.addEventListener("abort", stop, { once: true });
    try {
      const response = await this.#dispatcher.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers: {
          "user-agent": this.#options.userAgent,
          ...(isLoopback(url) ? {} : { "accept-encoding": "gzip, br" }),
          ...headers,
        },
        body: body ?? null,
        signal: limit.signal,
      });
      const lengthExpected = Number(response.headers["content-length"] ?? 0);
      const responseHeaders = flatHeaders(response.headers);
      const unpacked = decoded(response.body, responseHeaders["content-encoding"]);
      return {
        status: response.statusCode,
        headers: responseHeaders,
        body:
          request.bodyFile !== undefined && response.statusCode === 200
            ? await writeBody(unpacked, request.bodyFile)
            : await this.#pool.collect(unpacked, lengthExpected),
        url,
        receivedAt: new Date(),
      };
    } catch (fault) {
      signal.throwIfAborted();
      return networkFailure(fault, method, url);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }
}

/** Writes a body to a file; nothing of it is in memory then. */
async function writeBody(body: AsyncIterable<Uint8Array>, path: string): Promise<Buffer> {
  await pipeline(body, createWriteStream(path, { mode: 0o600 }));
  return Buffer.alloc(0);
}

function again<T>({ error, isPassing }: HttpFailure, afterMs?: number): Attempt<T> {
  if (!isPassing) throw error;
  return afterMs === undefined ? { type: "again", error } : { type: "again", error, afterMs };
}

function isFailure(value: unknown): value is HttpFailure {
  return (
    typeof value === "object" &&
    value !== null &&
    "error" in value &&
    value.error instanceof UserError
  );
}

/** Packing costs more than it saves on the way from this machine to itself. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

function flatHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
