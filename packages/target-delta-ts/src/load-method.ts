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
