import { fileURLToPath } from "node:url";
import { DeltaError } from "../error.ts";
import type { CloudKind } from "./put-outcome.ts";

/** A folder in a cloud store. */
export interface CloudLocation {
  readonly kind: CloudKind;
  /** The bucket, or Azure's container. */
  readonly bucket: string;
  /** Azure's account, when the URL names it. */
  readonly account: string | undefined;
  /** Without `/` at its ends; empty for the root of the bucket. */
  readonly prefix: string;
}

/** A folder on a disk. */
export interface LocalLocation {
  readonly kind: "local";
  readonly folder: string;
}

const KINDS: { readonly [scheme: string]: CloudKind } = {
  s3: "s3",
  s3a: "s3",
  gs: "gcs",
  az: "azure",
  abfs: "azure",
  abfss: "azure",
};

/**
 * Reads a path or a URL: `s3://bucket/folder`, `gs://bucket/folder`, `az://container/folder`,
 * `abfss://container@account.dfs.core.windows.net/folder`, `file:///folder`, or a folder's path.
 */
export function parseLocation(url: string): CloudLocation | LocalLocation {
  const match = /^([a-z][a-z0-9+.-]+):\/\/([^/]*)(.*)$/is.exec(url);
  if (match === null) return { kind: "local", folder: url };
  const [, scheme = "", authority = "", path = ""] = match;
  if (scheme.toLowerCase() === "file") return { kind: "local", folder: fileURLToPath(url) };
  const kind = KINDS[scheme.toLowerCase()];
  if (kind === undefined) {
    throw new DeltaError("E_STORE", `cannot open a store of type ${scheme}://`, {
      hint: "give a folder, or a URL that starts with s3://, abfss://, az:// or gs://",
    });
  }
  const parts = authority.split("@");
  const bucket = parts[0] ?? "";
  const account = kind === "azure" ? parts[1]?.split(".")[0] : undefined;
  const isAuthority = kind === "azure" ? parts.length <= 2 : parts.length === 1;
  // What stands before an @ may be a password: the message does not repeat it.
  if (!isAuthority || bucket === "" || bucket.includes(":")) {
    throw new DeltaError(
      "E_STORE",
      `cannot open this ${scheme}:// URL: its bucket has no valid name`,
      {
        hint: "keep credentials out of the URL; they are read from the environment",
      },
    );
  }
  const prefix = path.split("/").filter((part) => part !== "");
  if (prefix.includes("..") || /[?#]/.test(authority)) {
    throw new DeltaError(
      "E_STORE",
      `cannot open this ${scheme}:// URL: its path has a .. or a query`,
    );
  }
  return { kind, bucket, account, prefix: prefix.join("/") };
}
