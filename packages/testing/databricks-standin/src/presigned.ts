import { createHmac } from "node:crypto";

/** How long a presigned path is good for. */
const LIFE_MS = 15 * 60 * 1000;

/** A path and query that give access to one file without a token, as PUT INTO and GET hand out. */
export function presign(path: string, secret: string, nowMs: number): string {
  const expires = nowMs + LIFE_MS;
  return `/presigned${encodeURI(path)}?expires=${expires}&signature=${sign(path, expires, secret)}`;
}

export function isSigned(
  path: string,
  query: URLSearchParams,
  { secret, nowMs }: { readonly secret: string; readonly nowMs: number },
): boolean {
  const expires = Number(query.get("expires"));
  return expires >= nowMs && query.get("signature") === sign(path, expires, secret);
}

function sign(path: string, expires: number, secret: string): string {
  return createHmac("sha256", secret).update(`${path}\n${expires}`).digest("hex");
}
