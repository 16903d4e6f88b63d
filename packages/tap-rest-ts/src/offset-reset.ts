import { UserError } from "singer-sdk-ts";
import { BookmarkTracker, type BookmarkValue, compareBookmarks } from "./bookmark.ts";
import type { RecordPage } from "./page.ts";
import { keepRecords } from "./page-view.ts";

/** What splitting a reading needs to know of its stream. */
export interface OffsetResetOptions {
  readonly stream: string;
  readonly replicationKey: string;
  readonly primaryKeys: readonly string[];
}

/**
 * Reads past the largest offset of an API: the reading starts again at the replication key of the last record. Records of
 * that same value come twice then, and are left out the second time. Needs records in the order of the replication key,
 * which is checked.
 */
export class OffsetReset {
  readonly #options: OffsetResetOptions;
  readonly #keys: readonly Uint8Array[];
  #largest: BookmarkValue | undefined;
  /** The records of the largest value. */
  #ties = new Set<string>();
  /** What the readings before have seen; undefined during the first. */
  #before: { readonly largest: BookmarkValue; readonly ties: ReadonlySet<string> } | undefined;
  #order: BookmarkValue | undefined;
  /** Records handed on, over all readings. */
  recordCount = 0;

  constructor(options: OffsetResetOptions) {
    this.#options = options;
    const encoder = new TextEncoder();
    this.#keys = options.primaryKeys.map((key) => encoder.encode(JSON.stringify(key).slice(1, -1)));
  }

  /** The page without the records that a reading before has handed on; throws E_PAGE_ORDER when records are out of order. */
  observe(page: RecordPage): RecordPage {
    const kept: boolean[] = [];
    for (let index = 0; index < page.recordCount; index++) kept.push(this.#isFresh(page, index));
    const fresh = keepRecords(page, (index) => kept[index] === true);
    this.recordCount += fresh.recordCount;
    return fresh;
  }

  /** Begins the next reading; returns the value that it starts from. */
  restart(): BookmarkValue {
    const largest = this.#largest;
    if (largest === undefined) throw this.#noWay("no record has one");
    this.#before = { largest, ties: new Set(this.#ties) };
    this.#order = undefined;
    return largest;
  }

  /** What is thrown when a reading ended at the value that it started from. */
  stuck(): UserError {
    return this.#noWay("more records than one reading takes have the same value");
  }

  #isFresh(page: RecordPage, index: number): boolean {
    const value = BookmarkTracker.valueOf(page, index, this.#options.replicationKey);
    if (value === undefined) throw this.#noWay("a record has none");
    if (this.#order !== undefined && compareBookmarks(value, this.#order) < 0) {
      throw new UserError(
        "E_PAGE_ORDER",
        `stream ${this.#options.stream}: records do not come in the order of ${this.#options.replicationKey}`,
        { hint: "pagination.offset_max needs an ascending order: add the API's sort parameter" },
      );
    }
    this.#order = value;
    const id = this.#identity(page, index);
    if (this.#before !== undefined) {
      const place = compareBookmarks(value, this.#before.largest);
      if (place < 0 || (place === 0 && this.#before.ties.has(id))) return false;
    }
    if (this.#largest === undefined || compareBookmarks(value, this.#largest) > 0) {
      this.#largest = value;
      this.#ties = new Set();
    }
    this.#ties.add(id);
    return true;
  }

  #identity(page: RecordPage, index: number): string {
    if (this.#keys.length === 0) return Buffer.from(page.bytes(index)).toString("latin1");
    return this.#keys.map((key) => page.member(index, key) ?? "").join("\n");
  }

  #noWay(why: string): UserError {
    const { stream, replicationKey } = this.#options;
    return new UserError(
      "E_OFFSET_MAX",
      `stream ${stream}: can't read past pagination.offset_max by ${replicationKey}: ${why}`,
      {
        hint: "read smaller windows (incremental.step), partitions, or by another replication_key",
      },
    );
  }
}
