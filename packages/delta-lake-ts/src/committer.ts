import { decodeActions } from "./action.ts";
import { commitInfoOf } from "./conflict.ts";
import { DeltaError, hasCode } from "./error.ts";
import { commitPath } from "./log-path.ts";
import type { Runtime } from "./runtime.ts";
import { type ObjectStore, UnclearPutError } from "./store.ts";

/** How long an unknown outcome is looked into before {@link commitBytes} gives up. */
const DEADLINE_MS = 30_000;
const BACKOFF_MAX_MS = 5000;

/** The world that an operation works in. */
export interface TableContext {
  readonly store: ObjectStore;
  readonly runtime: Runtime;
}

/**
 * Puts one commit at one version. `exists` means that another writer has the version. A lost reply is recognised by
 * reading the commit back and comparing `txnId`; E_COMMIT_UNKNOWN when no answer comes before the deadline.
 */
export async function commitBytes(
  { store, runtime }: TableContext,
  commit: { version: number; bytes: Uint8Array; txnId: string },
): Promise<"committed" | "exists"> {
  const path = commitPath(commit.version);
  const deadlineMs = runtime.now() + DEADLINE_MS;
  let lastError: unknown;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const outcome = await store.putIfAbsent(path, commit.bytes);
      if (outcome === "created") return "committed";
    } catch (error) {
      if (hasCode(error, "E_STORE") || hasCode(error, "E_STORE_NO_ATOMIC_CREATE")) throw error;
      lastError = error;
    }
    const found = await readBack(store, commit).catch((error: unknown) => {
      lastError = error;
      return "unknown" as const;
    });
    if (found === "ours") return "committed";
    if (found === "theirs") return "exists";
    if (runtime.now() >= deadlineMs) break;
    const leastMs = lastError instanceof UnclearPutError ? lastError.retryAfterMs : 0;
    await runtime.sleep(Math.max(leastMs, backoffMs(attempt, runtime.random())));
  }
  throw new DeltaError(
    "E_COMMIT_UNKNOWN",
    `it is not known whether version ${commit.version} was committed: the store does not answer`,
    { hint: "data files are kept; run again when the store answers", cause: lastError },
  );
}

/** Full jitter: anywhere between nothing and a cap that doubles. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(BACKOFF_MAX_MS, 50 * 2 ** Math.min(attempt, 10)) * random;
}

async function readBack(
  store: ObjectStore,
  commit: { version: number; txnId: string },
): Promise<"ours" | "theirs" | "absent"> {
  const bytes = await store.get(commitPath(commit.version));
  if (bytes === undefined) return "absent";
  const actions = decodeActions(new TextDecoder().decode(bytes), commit.version);
  return commitInfoOf(actions)?.txnId === commit.txnId ? "ours" : "theirs";
}
