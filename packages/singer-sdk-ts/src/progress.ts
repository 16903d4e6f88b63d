import { UserError } from "./error.ts";
import { type JsonValue, stringifyJson } from "./json.ts";
import type { Bookmark } from "./state.ts";

/** A value of a replication key: numbers are compared as numbers, texts by code unit, as ISO times sort. */
export type ReplicationValue = number | bigint | string;

export interface ProgressOptions {
  readonly stream: string;
  readonly replicationKey: string;
  /** Whether rows come in the order of the key; only then may an interrupted run go on from the last row. */
  readonly isSorted: boolean;
  /** The source's own present, read before the first row: rows beyond it are read again by the next run. */
  readonly signpost?: ReplicationValue;
}

/**
 * The bookmark of one incremental run in the Meltano SDK's shape. A sorted stream moves it row by row; any other keeps
 * what it has seen in `progress_markers`, which count only once the run is finished and are dropped by the next one.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #others: Bookmark;
  /** Where this run started: the bookmark never goes below. */
  readonly start: ReplicationValue | undefined;
  #highest: ReplicationValue | undefined;

  constructor(bookmark: Bookmark | undefined, options: ProgressOptions) {
    const {
      progress_markers: _,
      starting_replication_value: __,
      replication_key_signpost: ___,
      replication_key,
      replication_key_value: value,
      ...others
    } = bookmark ?? {};
    this.#options = options;
    this.#others = others;
    // A bookmark of another key says nothing about this one.
    const isOfThisKey = replication_key === undefined || replication_key === options.replicationKey;
    this.start = isOfThisKey && isReplicationValue(value) ? value : undefined;
  }

  /** Takes note of one row's value. Throws E_UNSORTED when a sorted stream goes back. */
  advance(value: ReplicationValue): void {
    const { isSorted, stream, replicationKey } = this.#options;
    if (this.#highest === undefined || value >= this.#highest) this.#highest = value;
    else if (isSorted)
      throw new UserError("E_UNSORTED", `stream ${stream}: ${replicationKey} went back`, {
        hint: "read the stream as unsorted, or order it by its replication key",
      });
  }

  /** The bookmark for a STATE in the middle of the run. */
  current(): Bookmark {
    const { isSorted, replicationKey, signpost } = this.#options;
    const seen = this.#highest;
    const value = isSorted ? (seen ?? this.start) : this.start;
    return {
      ...this.#others,
      replication_key: replicationKey,
      ...(value !== undefined && { replication_key_value: value }),
      ...(this.start !== undefined && { starting_replication_value: this.start }),
      ...(signpost !== undefined && { replication_key_signpost: signpost }),
      ...(!isSorted &&
        seen !== undefined && {
          progress_markers: {
            Note: "Progress is not resumable if interrupted.",
            replication_key: replicationKey,
            replication_key_value: seen,
          },
        }),
    };
  }

  /** The bookmark after the last row: the highest value seen, not beyond the signpost and not below the start. */
  finished(): Bookmark {
    const { replicationKey, signpost } = this.#options;
    const seen = this.#highest;
    const capped =
      seen !== undefined && signpost !== undefined && seen > signpost ? signpost : seen;
    const value =
      capped === undefined || (this.start !== undefined && this.start > capped)
        ? this.start
        : capped;
    return {
      ...this.#others,
      replication_key: replicationKey,
      ...(value !== undefined && { replication_key_value: value }),
    };
  }
}

/** What a partitioned stream's bookmark holds for one partition, found by its whole context. */
export function partitionBookmark(
  bookmark: Bookmark | undefined,
  context: { readonly [key: string]: JsonValue },
): Bookmark | undefined {
  return partitionsOf(bookmark).find((partition) => isOf(partition, context));
}

/** The stream's bookmark with one partition replaced, or added after the others. */
export function withPartition(
  bookmark: Bookmark | undefined,
  context: { readonly [key: string]: JsonValue },
  partition: Bookmark,
): Bookmark {
  const partitions = partitionsOf(bookmark);
  const next = { ...partition, context };
  const isKnown = partitions.some((known) => isOf(known, context));
  const all = isKnown
    ? partitions.map((known) => (isOf(known, context) ? next : known))
    : [...partitions, next];
  return { ...bookmark, partitions: all };
}

function partitionsOf(bookmark: Bookmark | undefined): readonly Bookmark[] {
  const partitions = bookmark?.["partitions"];
  if (!Array.isArray(partitions)) return [];
  return partitions.filter((partition) => typeof partition === "object" && partition !== null);
}

function isOf(partition: Bookmark, context: { readonly [key: string]: JsonValue }): boolean {
  return canonical(partition["context"] ?? null) === canonical(context);
}

/** A context as text that does not depend on the order of its keys; contexts are flat. */
function canonical(context: JsonValue): string {
  if (typeof context !== "object" || context === null) return stringifyJson(context);
  return Object.entries(context)
    .map(([key, value]: [string, JsonValue]) => `${JSON.stringify(key)}:${stringifyJson(value)}`)
    .toSorted()
    .join();
}

function isReplicationValue(value: JsonValue | undefined): value is ReplicationValue {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "string";
}
