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
  /** How many partitions keep a bookmark. */
  readonly partitionsMax: number;
  readonly log: Log;
}

/**
 * The bookmarks of one stream: one for the whole stream, or one per partition, in the Meltano SDK's shape. When there are
 * more partitions than allowed, those that moved last keep theirs and the others are read from the start date again. One
 * bookmark for all would skip the old records of a partition that appears later.
 */
export class StreamBookmarks {
  readonly #options: StreamBookmarksOptions;
  readonly #partitions = new Map<
    string,
    {
      readonly context: Context;
      readonly value: BookmarkValue;
      readonly digests: readonly string[];
    }
  >();
  #whole: BookmarkValue | undefined;
  #wholeDigests: readonly string[] = [];

  constructor(options: StreamBookmarksOptions) {
    this.#options = options;
    const bookmark = options.state.bookmark(options.streamId);
    const whole = bookmark?.["replication_key_value"];
    this.#whole = isBookmarkValue(whole) ? whole : undefined;
    this.#wholeDigests = digestsOf(bookmark?.["sent_digests"]);
    const partitions = bookmark?.["partitions"];
    for (const partition of Array.isArray(partitions) ? (partitions as readonly JsonValue[]) : [])
      this.#load(partition);
  }

  /** Where a partition, or the whole stream, starts: at its own bookmark, else at the start date. */
  start(context: Context): BookmarkValue | undefined {
    const own = isWhole(context) ? this.#whole : this.#partitions.get(contextKey(context))?.value;
    return own ?? this.#options.startDate;
  }

  /** Digests of the records at the bookmark that were sent. */
  digests(context: Context): readonly string[] {
    if (isWhole(context)) return this.#wholeDigests;
    return this.#partitions.get(contextKey(context))?.digests ?? [];
  }

  /** Moves a partition's bookmark, which has been read to there; the state is changed, not printed. */
  move(context: Context, value: BookmarkValue, digests: readonly string[]): void {
    if (isWhole(context)) {
      this.#whole = value;
      this.#wholeDigests = digests;
    } else {
      const key = contextKey(context);
      // Taken out first, so that the map's order is the order of moving.
      this.#partitions.delete(key);
      this.#partitions.set(key, { context, value, digests });
    }
    this.#save();
  }

  /** All partitions are read: says which are read whole again next time. */
  finish(): void {
    const { partitionsMax, log, streamId } = this.#options;
    const forgottenCount = this.#partitions.size - partitionsMax;
    if (forgottenCount <= 0) return;
    log.warn("partition_bookmarks_forgotten", {
      stream: streamId,
      partitions: this.#partitions.size,
      forgotten: forgottenCount,
      hint: "the forgotten are read from the start again; raise state_partitions_max",
    });
  }

  #save(): void {
    const { state, streamId, replicationKey, partitionsMax } = this.#options;
    const kept = partitionsMax === 0 ? [] : [...this.#partitions.values()].slice(-partitionsMax);
    const partitions = kept.map(({ context, value, digests }) => ({
      context,
      ...bookmarkMembers(replicationKey, value, digests),
    }));
    state.setBookmark(streamId, {
      // A bookmark of the time before the stream had partitions says nothing of them.
      ...(this.#whole === undefined || this.#partitions.size > 0
        ? {}
        : bookmarkMembers(replicationKey, this.#whole, this.#wholeDigests)),
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
    const digests = digestsOf(partition["sent_digests"]);
    this.#partitions.set(key, { context, value, digests });
  }
}

function bookmarkMembers(
  replicationKey: string,
  value: BookmarkValue,
  digests: readonly string[],
): Record<string, JsonValue> {
  return {
    replication_key: replicationKey,
    replication_key_value: value,
    ...(digests.length === 0 ? {} : { sent_digests: digests }),
  };
}

function digestsOf(value: JsonValue | undefined): readonly string[] {
  const items = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  return items.filter((item) => typeof item === "string");
}

/** A stream without parents and partitions has one context, which is empty. */
function isWhole(context: Context): boolean {
  return Object.keys(context).length === 0;
}

function contextKey(context: Context): string {
  const sorted = Object.entries(context).toSorted(([first], [second]) => (first < second ? -1 : 1));
  return stringifyJson(Object.fromEntries(sorted));
}
