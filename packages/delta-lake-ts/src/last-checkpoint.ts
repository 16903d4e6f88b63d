import { createHash } from "node:crypto";
import { isObject, parseJson } from "./json.ts";
import { LAST_CHECKPOINT_PATH } from "./log-path.ts";
import type { ObjectStore } from "./store.ts";

/** The pointer to the newest checkpoint: a hint, never the truth. */
export interface LastCheckpoint {
  readonly version: number;
  /** Rows of the checkpoint. */
  readonly size: number;
  readonly sizeInBytes: number;
  readonly numOfAddFiles: number;
}

/** The version that the pointer names, or undefined when it is absent, empty or broken. */
export async function readLastCheckpoint(store: ObjectStore): Promise<number | undefined> {
  const bytes = await store.get(LAST_CHECKPOINT_PATH);
  if (bytes === undefined) return undefined;
  try {
    const parsed = parseJson(new TextDecoder().decode(bytes));
    const version = isObject(parsed) ? parsed["version"] : undefined;
    return typeof version === "number" && Number.isSafeInteger(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

/** The pointer's bytes, checksum last. */
export function encodeLastCheckpoint(pointer: LastCheckpoint): Uint8Array {
  const fields = {
    version: pointer.version,
    size: pointer.size,
    sizeInBytes: pointer.sizeInBytes,
    numOfAddFiles: pointer.numOfAddFiles,
  };
  return Buffer.from(JSON.stringify({ ...fields, checksum: canonicalChecksum(fields) }));
}

/** MD5 of a JSON value's canonical form, its top-level `checksum` left out (PROTOCOL.md, "JSON checksum"). */
export function canonicalChecksum(value: Readonly<Record<string, unknown>>): string {
  const { checksum: _, ...rest } = value;
  const entries = leaves(rest, "").toSorted((left, right) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  );
  return createHash("md5").update(entries.join(",")).digest("hex");
}

function leaves(value: unknown, path: string): string[] {
  const prefix = path === "" ? "" : `${path}+`;
  if (Array.isArray(value))
    return value.flatMap((item, index) => leaves(item, `${prefix}${index}`));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, item]) =>
      leaves(item, `${prefix}"${encode(key)}"`),
    );
  }
  return [`${path}=${typeof value === "string" ? `"${encode(value)}"` : String(value)}`];
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
