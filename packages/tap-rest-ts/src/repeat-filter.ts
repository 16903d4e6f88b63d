import { createHash } from "node:crypto";
import { BookmarkTracker, type BookmarkValue, compareBookmarks } from "./bookmark.ts";
import type { RecordPage } from "./page.ts";
import { keepRecords } from "./page-view.ts";

/** More records than this at one value of the replication key are sent again rather than kept in the state. */
const digestsMax = 1000;

/**
 * Drops the records at the bookmark that the run before has sent: an API that is asked for `from` gives them each time.
 * A record that changed has another digest and is sent.
 */
export class RepeatFilter {
  readonly #replicationKey: string;
  readonly #bookmark: BookmarkValue | undefined;
  readonly #sent: ReadonlySet<string>;
  #largest: BookmarkValue | undefined;
  #atLargest: Set<string>;

  constructor(
    replicationKey: string,
    bookmark: BookmarkValue | undefined,
    digests: readonly string[],
  ) {
    this.#replicationKey = replicationKey;
    this.#bookmark = bookmark;
    this.#largest = bookmark;
    this.#sent = new Set(digests);
    this.#atLargest = new Set(digests);
  }

  /** Digests of the records at the largest value so far; none when there are too many of them. */
  get digests(): readonly string[] {
    return this.#atLargest.size > digestsMax ? [] : [...this.#atLargest];
  }

  /** The page without what was sent by the run before; takes note of its records. */
  drop(page: RecordPage): RecordPage {
    return keepRecords(page, (index) => !this.#isRepeated(page, index));
  }

  #isRepeated(page: RecordPage, index: number): boolean {
    const value = BookmarkTracker.valueOf(page, index, this.#replicationKey);
    if (value === undefined) return false;
    const order = this.#largest === undefined ? 1 : compareBookmarks(value, this.#largest);
    const isAtBookmark =
      this.#bookmark !== undefined && compareBookmarks(value, this.#bookmark) === 0;
    if (order < 0 && !isAtBookmark) return false;
    const digest = createHash("sha256").update(page.bytes(index)).digest("base64url").slice(0, 16);
    if (order > 0) {
      this.#largest = value;
      this.#atLargest = new Set();
    }
    // One past the limit says that there are too many; no more are kept.
    if (order >= 0 && this.#atLargest.size <= digestsMax) this.#atLargest.add(digest);
    return isAtBookmark && this.#sent.has(digest);
  }
}
