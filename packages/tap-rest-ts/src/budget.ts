/**
 * How long to wait before the next request when the API says that its budget is used up; undefined when there is budget
 * left or nothing is said. Reads `RateLimit: "x";r=0;t=30`, `RateLimit-Remaining`/`-Reset` and their `X-` forms.
 * Source: draft-ietf-httpapi-ratelimit-headers; a reset above 10^9 is an epoch in seconds, as GitHub sends it.
 */
export function budgetWait(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | undefined {
  const combined = headers["ratelimit"];
  const remaining =
    combined === undefined ? named(headers, "remaining") : /[;,\s]r=(\d+)/u.exec(combined)?.[1];
  const reset =
    combined === undefined ? named(headers, "reset") : /[;,\s]t=(\d+)/u.exec(combined)?.[1];
  if (remaining === undefined || reset === undefined || Number(remaining) > 0) return undefined;
  const seconds = Number(reset);
  if (!Number.isFinite(seconds)) return undefined;
  return Math.max(0, seconds > 1e9 ? seconds * 1000 - nowMs : seconds * 1000);
}

function named(
  headers: Readonly<Record<string, string>>,
  what: "remaining" | "reset",
): string | undefined {
  return (
    headers[`ratelimit-${what}`] ??
    headers[`x-ratelimit-${what}`] ??
    headers[`x-rate-limit-${what}`]
  );
}
