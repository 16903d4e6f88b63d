import { UserError } from "singer-sdk-ts";

/** How the rows of a stream change its table. */
export type LoadMethod = "append" | "upsert" | "overwrite" | "insert-only" | "history";

/** What is known about a stream when its first rows arrive. */
export interface StreamTraits {
  readonly configured?: LoadMethod | undefined;
  readonly keyProperties: readonly string[];
  readonly isVersioned: boolean;
  readonly hasBookmarkProperties: boolean;
  readonly hasDeletedAt: boolean;
}

/**
 * Chooses the load method of a stream.
 *
 * What the settings say wins. Records that carry a `version` are a full load, which replaces the table in one commit,
 * unless the stream is incremental (`bookmark_properties`) or log-based (`_sdc_deleted_at`).
 */
export function chooseLoadMethod(traits: StreamTraits): LoadMethod {
  if (traits.configured !== undefined) return traits.configured;
  if (traits.isVersioned && !traits.hasBookmarkProperties && !traits.hasDeletedAt) {
    return "overwrite";
  }
  return traits.keyProperties.length > 0 ? "upsert" : "append";
}

/** Throws what stands against a load method: E_KEY where it needs keys, E_SETTING where it needs a Delta table. */
export function checkLoadMethod(
  stream: string,
  {
    method,
    configured,
    format,
    keys,
  }: {
    readonly method: LoadMethod;
    readonly configured: LoadMethod | undefined;
    readonly format: "delta" | "parquet";
    readonly keys: readonly string[];
  },
): void {
  if (isKeyed(method) && keys.length === 0) {
    throw new UserError(
      "E_KEY",
      `stream ${stream}: load method ${method} needs key properties, and its SCHEMA has none`,
      { hint: "set the keys in the tap, or `load_method: append`" },
    );
  }
  if (format === "parquet" && configured !== undefined && isKeyed(configured)) {
    throw new UserError(
      "E_SETTING",
      `stream ${stream}: load method ${configured} needs a Delta table, and \`format\` is parquet`,
      { hint: "set `format: delta`, or load_method append or overwrite" },
    );
  }
}

/** Whether rows are found again by their key. */
export function isKeyed(method: LoadMethod | undefined): boolean {
  return method === "upsert" || method === "insert-only" || method === "history";
}
