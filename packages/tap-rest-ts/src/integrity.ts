import { type Log, UserError } from "singer-sdk-ts";
import type { RecordPage } from "./page.ts";
import { keepRecords } from "./page-view.ts";
import type { PageToken } from "./paginator/paginator.ts";
import { RepeatedKeys } from "./repeated-keys.ts";

/** What the checks need to know of the stream. */
export interface IntegrityOptions {
  /** Records that an earlier run read of the same whole. */
  readonly recordCountBefore: number;
  readonly stream: string;
  /** Two equal records are a sign of moved rows only where records have a key. */
  readonly hasKeys: boolean;
  readonly pageSize: number | undefined;
  /** Members that no two records share; empty when they are not known. */
  readonly uniqueKeys: readonly string[];
  readonly log: Log;
}

/**
 * Watches the pages of one reading of a stream for signs that records were missed: the API's total, records that come
 * twice across a page border, a page that repeats, a page size that the API lowered.
 */
export class PageIntegrity {
  readonly #options: IntegrityOptions;
  #recordCount: number;
  #pageCount = 0;
  #total: number | undefined;
  #isTotalLowered = false;
  #previous: RecordPage | undefined;
  #mark: { readonly page: number; readonly token: PageToken } | undefined;
  #isClampTold = false;
  #isMoved = false;
  #keys: RepeatedKeys | undefined;
  #repeatCount = 0;

  constructor(options: IntegrityOptions) {
    this.#options = options;
    this.#recordCount = options.recordCountBefore;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /**
   * Takes note of a page before it is written; throws E_PAGE_LOOP when paging goes round in circles.
   * Returns the page that was kept for comparing with and is not needed any more.
   */
  observe(
    page: RecordPage,
    token: PageToken | undefined,
    total: number | undefined,
  ): RecordPage | undefined {
    this.#pageCount++;
    this.#checkToken(token);
    this.#checkBorder(page);
    if (total !== undefined) {
      if (this.#total !== undefined && total < this.#total) this.#isTotalLowered = true;
      this.#total = total;
    }
    this.#recordCount += page.recordCount;
    if (page.recordCount === 0) return undefined;
    const previous = this.#previous;
    this.#previous = page;
    return previous;
  }

  /**
   * The page without its first record, which is asked for again to see whether rows moved: it must be the last one of the
   * page before.
   */
  probe(page: RecordPage): RecordPage {
    const previous = this.#previous;
    if (previous === undefined) return page;
    const last = previous.recordCount - 1;
    const isSame = page.recordCount > 0 && this.#isSameRecord(previous, last, page);
    if (!isSame) this.#isMoved = true;
    return isSame ? keepRecords(page, (index) => index > 0) : page;
  }

  /**
   * Looks for keys that came on a page before, for a style that pages by counting: there a record that comes twice means
   * another one that does not come. Called before `observe`.
   */
  observeKeys(page: RecordPage): void {
    const { uniqueKeys } = this.#options;
    if (uniqueKeys.length === 0 || this.#previous === undefined) return;
    if (this.#keys === undefined) {
      this.#keys = new RepeatedKeys(uniqueKeys);
      this.#keys.observe(this.#previous);
    }
    this.#repeatCount += this.#keys.observe(page);
  }

  /**
   * The doubt that is left after the last page; undefined when all records were read as far as one can know. Without
   * `isCounted` the API's total is for more than was read.
   */
  finish({ isCounted }: { readonly isCounted: boolean }): UserError | undefined {
    const { stream } = this.#options;
    const hint = "rows moved while they were read; run again, or set integrity to restart or warn";
    if (isCounted && this.#total !== undefined && this.#recordCount !== this.#total) {
      const message = `stream ${stream}: read ${this.#recordCount} records, but the API's total is ${this.#total}`;
      return new UserError("E_TOTAL", message, {
        hint: "check page_size, pagination.style and total_path; or rows moved while they were read",
      });
    }
    if (this.#isTotalLowered) {
      return new UserError(
        "E_PAGE_DRIFT",
        `stream ${stream}: the API's total shrank to ${this.#total} while it was read`,
        { hint },
      );
    }
    if (this.#repeatCount > 0) {
      return new UserError(
        "E_PAGE_DRIFT",
        `stream ${stream}: ${this.#repeatCount} records came on two pages, so others may be missing`,
        {
          hint: "let the API sort by a unique key; rows moved, or primary_keys do not tell records apart",
        },
      );
    }
    if (this.#isMoved) {
      return new UserError(
        "E_PAGE_DRIFT",
        `stream ${stream}: records moved from page to page while they were read`,
        { hint },
      );
    }
    return undefined;
  }

  /** Whether the first record of `page` is that of `previous`: by its keys, as the rest of it may have changed. */
  #isSameRecord(previous: RecordPage, last: number, page: RecordPage): boolean {
    const { uniqueKeys } = this.#options;
    if (uniqueKeys.length === 0) return page.isSame(0, previous.bytes(last));
    const encoder = new TextEncoder();
    return uniqueKeys
      .map((key) => encoder.encode(JSON.stringify(key).slice(1, -1)))
      .every((key) => previous.member(last, key) === page.member(0, key));
  }

  /** Finds a cycle of tokens of any length with one remembered token, renewed at each power of two (Brent). */
  #checkToken(token: PageToken | undefined): void {
    if (token === undefined) return;
    if (this.#mark?.token === token) throw this.#loop(`asks for the page ${this.#mark.page} again`);
    if ((this.#pageCount & (this.#pageCount - 1)) === 0)
      this.#mark = { page: this.#pageCount, token };
  }

  #checkBorder(page: RecordPage): void {
    const previous = this.#previous;
    if (previous === undefined || page.recordCount === 0) return;
    const { pageSize, hasKeys, stream, log } = this.#options;
    if (pageSize !== undefined && previous.recordCount < pageSize && !this.#isClampTold) {
      this.#isClampTold = true;
      log.warn("page_size_clamped", { stream, asked: pageSize, got: previous.recordCount });
    }
    const first = page.bytes(0);
    if (!previousHas(previous, first)) return;
    if (isSamePage(previous, page))
      throw this.#loop(`page ${this.#pageCount} repeats the page before it`);
    if (hasKeys) this.#isMoved = true;
  }

  #loop(what: string): UserError {
    return new UserError(
      "E_PAGE_LOOP",
      `stream ${this.#options.stream}: paging goes round in circles: ${what}`,
      {
        hint: "check the names of the paging parameters: the API seems to ignore them",
      },
    );
  }
}

function previousHas(previous: RecordPage, record: Uint8Array): boolean {
  for (let index = previous.recordCount - 1; index >= 0; index--) {
    if (previous.isSame(index, record)) return true;
  }
  return false;
}

function isSamePage(first: RecordPage, second: RecordPage): boolean {
  if (first.recordCount !== second.recordCount) return false;
  for (let index = 0; index < first.recordCount; index++) {
    if (!first.isSame(index, second.bytes(index))) return false;
  }
  return true;
}
