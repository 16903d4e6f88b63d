import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "singer-sdk-ts";
import { request } from "undici";
import type { AccessToken } from "./access-token.ts";

/** A call is made at most this often; a later try waits longer. */
const TRIES_MAX = 5;
const WAIT_MS = 200;
const WAIT_MS_MAX = 30_000;
const TIMEOUT_MS = 300_000;

export interface Call {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Decoded; every segment is encoded here. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Answers besides 2xx that are no failure. */
  readonly accepted?: readonly number[];
}

export interface Reply {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** Calls a workspace's REST interfaces; what may pass is tried again, so every call must be harmless when repeated. */
export class WorkspaceApi {
  readonly #origin: string;
  readonly #token: AccessToken;

  constructor(origin: string, token: AccessToken) {
    this.#origin = origin;
    this.#token = token;
  }

  async call(call: Call): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(call).catch((error: unknown) => asError(error));
      const isLast = attempt === TRIES_MAX;
      if (outcome instanceof UserError) throw outcome;
      if (outcome instanceof Error) {
        if (isLast || reason(outcome) === "ENOTFOUND") throw unreachable(this.#origin, outcome);
      } else if (outcome.status === 401 && attempt === 1 && this.#token.renew()) {
        // A service's token ran out early: the next try gets a fresh one.
        continue;
      } else if (isFine(outcome.status, call)) {
        return outcome;
      } else if (isLast || !isPassing(outcome.status)) {
        throw refused(call, outcome);
      }
      const retryAfterMs = outcome instanceof Error ? 0 : outcome.retryAfterMs;
      await sleep(Math.min(Math.max(WAIT_MS * 2 ** attempt, retryAfterMs), WAIT_MS_MAX));
    }
  }

  /** Calls and reads the answer as JSON. */
  async json(call: Call): Promise<unknown> {
    const { bytes } = await this.call(call);
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  }

  async #attempt(call: Call): Promise<Reply & { readonly retryAfterMs: number }> {
    const path = call.path.split("/").map(encodeURIComponent).join("/");
    const query = new URLSearchParams(call.query).toString();
    const response = await request(`${this.#origin}${path}${query === "" ? "" : `?${query}`}`, {
      method: call.method,
      headers: {
        authorization: `Bearer ${await this.#token.get()}`,
        ...(typeof call.body === "string" ? { "content-type": "application/json" } : {}),
      },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    const bytes = await response.body.bytes();
    const retryAfter = Number(response.headers["retry-after"]);
    return {
      status: response.statusCode,
      bytes,
      retryAfterMs: Number.isFinite(retryAfter) ? 1000 * retryAfter : 0,
    };
  }
}

function isFine(status: number, { accepted = [] }: Call): boolean {
  return (status >= 200 && status < 300) || accepted.includes(status);
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function unreachable(origin: string, cause: Error): UserError {
  return new UserError("E_DATABRICKS", `cannot reach ${origin}: ${reason(cause)}`, {
    hint: "check `databricks.host`, the network, and the certificate's authority (NODE_EXTRA_CA_CERTS)",
    cause,
  });
}

function reason(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

function refused({ method, path }: Call, { status, bytes }: Reply): UserError {
  const text = Buffer.from(bytes).toString("utf8").slice(0, 500).replaceAll(/\s+/g, " ");
  if (status === 401) {
    return new UserError("E_LOGIN", `Databricks refuses the token: 401 ${text}`, {
      hint: "make a new token, then set DATABRICKS_TOKEN",
    });
  }
  return new UserError(
    "E_DATABRICKS",
    `Databricks answers ${status} to ${method} ${path}: ${text}`,
    {
      hint:
        status === 403
          ? "grant the privilege that the message names (docs/databricks.md)"
          : "check `databricks.catalog`, `databricks.schema` and `databricks.volume`",
    },
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
