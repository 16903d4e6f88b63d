import { type JsonValue, type Log, type State, stringifyJson } from "singer-sdk-ts";
import { type BookmarkValue, compareBookmarks, isBookmarkValue } from "./bookmark.ts";
import { isJsonObject } from "./page.ts";
import type { Context } from "./slice.ts";

/** What a stream's bookmarks need to know. */
export interface StreamBookmarksOptions {
  readonly state: State;
  readonly streamId: string;
  readonly replicationKey: string;
  /** The start of a partition that has no bookmark yet. */
  readonly startDate: string | undefined;
  readonly partitionsMax: number;
  readonly log: Log;
}

/**
 * The bookmarks of one stream: one for the whole stream, or one per partition, in the Meltano SDK's shape. When there are
 * more partitions than allowed, the smallest bookmark is kept for all of them once the stream is read to its end.
 */
export class StreamBookmarks {
  readonly #options: StreamBookmarksOptions;
  readonly #partitions = new Map<
    string,
    { readonly context: Context; readonly value: BookmarkValue }
  >();
  #whole: BookmarkValue | undefined;

  constructor(options: StreamBookmarksOptions) {
    this.#options = options;
    const bookmark = options.state.bookmark(options.streamId);
    const whole = bookmark?.["replication_key_value"];
    this.#whole = isBookmarkValue(whole) ? whole : undefined;
    const partitions = bookmark?.["partitions"];
    for (const partition of Array.isArray(partitions) ? (partitions as readonly JsonValue[]) : [])
      this.#load(partition);
  }

  /** Where a partition starts: at its bookmark, else the stream's, else the start date. */
  start(context: Context): BookmarkValue | undefined {
    return (
      this.#partitions.get(contextKey(context))?.value ?? this.#whole ?? this.#options.startDate
    );
  }

  /** Moves a partition's bookmark, which has been read to there; the state is changed, not printed. */
  move(context: Context, value: BookmarkValue): void {
    if (Object.keys(context).length === 0) this.#whole = value;
    else this.#partitions.set(contextKey(context), { context, value });
    if (this.#partitions.size <= this.#options.partitionsMax) this.#save();
  }

  /** All partitions are read: too many bookmarks become one. */
  finish(): void {
    const { partitionsMax, log, streamId } = this.#options;
    if (this.#partitions.size <= partitionsMax) return;
    log.warn("partition_bookmarks_merged", {
      stream: streamId,
      partitions: this.#partitions.size,
      partitionsMax,
    });
    for (const { value } of this.#partitions.values()) {
      if (this.#whole === undefined || compareBookmarks(value, this.#whole) < 0)
        this.#whole = value;
    }
    this.#partitions.clear();
    this.#save();
  }

  #save(): void {
    const { state, streamId, replicationKey } = this.#options;
    const partitions = [...this.#partitions.values()].map(({ context, value }) => ({
      context,
      replication_key: replicationKey,
      replication_key_value: value,
    }));
    state.setBookmark(streamId, {
      ...(this.#whole === undefined
        ? {}
        : { replication_key: replicationKey, replication_key_value: this.#whole }),
      ...(partitions.length === 0 ? {} : { partitions }),
    });
  }

  /** A context that occurs twice keeps its smaller bookmark, so that nothing is skipped. */
  #load(partition: JsonValue): void {
    if (!isJsonObject(partition) || !isJsonObject(partition["context"])) return;
    const { context, replication_key_value: value } = partition;
    if (!isBookmarkValue(value)) return;
    const key = contextKey(context);
    const known = this.#partitions.get(key);
    if (known !== undefined && compareBookmarks(known.value, value) <= 0) return;
    this.#partitions.set(key, { context, value });
  }
}

function contextKey(context: Context): string {
  const sorted = Object.entries(context).toSorted(([first], [second]) => (first < second ? -1 : 1));
  return stringifyJson(Object.fromEntries(sorted));
}
