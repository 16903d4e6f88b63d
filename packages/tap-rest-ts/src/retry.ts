import type { UserError } from "singer-sdk-ts";

/** How often and how long to try again. */
export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly triesMax: number;
  /** The first wait is at most this; each later one at most twice the one before. */
  readonly backoffMs: number;
  /** No wait of our own is longer than this. */
  readonly backoffMaxMs: number;
  /** A server that asks for a longer wait than this ends the run. */
  readonly retryAfterMaxMs: number;
}

/** What one try came to. `afterMs` is the wait that the server asked for. */
export type Attempt<T> =
  | { readonly type: "done"; readonly value: T }
  | { readonly type: "again"; readonly error: UserError; readonly afterMs?: number };

/** What `retry` waits with and tells; handed in, so that tests choose chance and see the waits. */
export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
  readonly onRetry: (error: UserError, tries: number, waitMs: number) => void;
}

/**
 * Calls `attempt` until it is done; throws the last error when the tries are used up.
 * Waits with full jitter: a random time below the doubled limit, so that many clients don't come back at once.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export async function retry<T>(
  attempt: () => Promise<Attempt<T>>,
  options: RetryOptions,
): Promise<T> {
  const { policy } = options;
  for (let tries = 1; ; tries++) {
    const result = await attempt();
    if (result.type === "done") return result.value;
    const isTooLong = result.afterMs !== undefined && result.afterMs > policy.retryAfterMaxMs;
    if (tries >= policy.triesMax || isTooLong) throw result.error;
    const limitMs = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** (tries - 1));
    const waitMs = Math.max(result.afterMs ?? 0, Math.round(options.random() * limitMs));
    options.onRetry(result.error, tries, waitMs);
    await options.wait(waitMs);
  }
}

/** The wait that a Retry-After value asks for: seconds or an HTTP date; undefined when it is neither. Source: RFC 9110 §10.2.3. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/u.test(value)) return Math.ceil(Number(value) * 1000);
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(0, time - nowMs);
}
