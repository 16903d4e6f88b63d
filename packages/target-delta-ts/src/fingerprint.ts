import { createHash } from "node:crypto";

/** A short, stable name for a combination of names; 16 hexadecimal digits. */
export function fingerprint(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
