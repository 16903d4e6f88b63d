import { UserError } from "singer-sdk-ts";

/** The end of a run's time: aborts with E_RUN_TIME, which names the setting. `close` stops the clock. */
export function runLimit(seconds: number | undefined): {
  readonly signal: AbortSignal;
  readonly close: () => void;
} {
  const limit = new AbortController();
  if (seconds === undefined) return { signal: limit.signal, close: () => undefined };
  const timer = setTimeout(() => {
    const message = `the run took longer than run_timeout_seconds (${seconds})`;
    const hint = "what was read is sent and its bookmarks stand; run again to go on from there";
    limit.abort(new UserError("E_RUN_TIME", message, { hint }));
  }, seconds * 1000);
  return { signal: limit.signal, close: () => clearTimeout(timer) };
}
