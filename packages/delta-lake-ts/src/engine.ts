import type { CommitInfo } from "./action.ts";

const ENGINE = "delta-lake-ts";

/** How this package names itself in the commits that it makes. */
export const ENGINE_INFO = `${ENGINE}/0.1.0`;

/** True for a commit that some version of this package made. */
export function isOwnEngine(info: CommitInfo): boolean {
  const engine = info["engineInfo"];
  return typeof engine === "string" && engine.startsWith(`${ENGINE}/`);
}
