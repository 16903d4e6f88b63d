import { type Log, UserError } from "singer-sdk-ts";
import type { HttpFailure } from "./http-error.ts";
import { PageIntegrity } from "./integrity.ts";
import type { RecordPage } from "./page.ts";
import { detectPaginator } from "./paginator/auto.ts";
import { makePaginator, type PaginationSettings } from "./paginator/index.ts";
import type { PageFacts, PageToken, Paginator } from "./paginator/paginator.ts";
import { type StopRules, stopRules } from "./paginator/stop.ts";
import type { PaginationStyle } from "./paginator/styles.ts";
import { mergePages } from "./property-chunks.ts";
import type { Authenticator, HttpClient, HttpRequest, HttpResponse } from "./request.ts";
import { changeRequest } from "./stream-request.ts";

/** Everything that reading one request's pages needs. */
export interface ReadOptions {
  readonly stream: string;
  readonly request: HttpRequest;
  readonly client: HttpClient;
  readonly authenticator: Authenticator;
  readonly readPage: (response: HttpResponse) => RecordPage | HttpFailure;
  readonly pagination: PaginationSettings;
  readonly primaryKeys: readonly string[];
  /** Members that no two records share; empty when they are not known. */
  readonly uniqueKeys: readonly string[];
  /** Lists of properties: each page is asked for once for each of them, and put together. */
  readonly propertyLists?: { readonly param: string; readonly lists: readonly string[] };
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Goes on from this page instead of the first. */
  readonly startPlace?: PagePlace;
}

/** A place in a reading: the page to ask for, and how many records lie before it. */
export interface PagePlace {
  readonly token: PageToken;
  readonly recordCount: number;
}

/** How far a reading is, and what there is to say of it after its last page. */
export interface PageProgress {
  readonly doubt: UserError | undefined;
  readonly isLimited: boolean;
  readonly recordCount: number;
}

/** One page on its way to the writer. */
export interface ReadPage {
  readonly page: RecordPage;
  /** The page after this one; undefined after the last. */
  readonly nextToken: PageToken | undefined;
}

/**
 * Reads page after page; the next one is on its way while the consumer writes the one before, never more.
 * After the last page the integrity checks have their word: `doubt` says what they found.
 */
export class PageSequence {
  readonly #options: ReadOptions;
  #stop: StopRules;
  #paginator: Paginator;
  #style: PaginationStyle;
  /** What the checks found after the last page; undefined when nothing is wrong. */
  doubt: UserError | undefined;
  /** True when `max_pages` or `max_records` ended the reading: counts can't be compared then. */
  isLimited = false;
  /** True when `offset_max` ended the reading, and there may be more. */
  isCapped = false;
  /** The API's count of all records, as the last page said it. */
  total: number | undefined;
  /** Records of the whole reading so far, those before `startPlace` included. */
  recordCount: number;

  constructor(options: ReadOptions) {
    this.#options = options;
    const { pagination } = options;
    this.recordCount = options.startPlace?.recordCount ?? 0;
    this.#stop = stopRules(withSize(pagination));
    this.#style = pagination.style ?? "none";
    this.#paginator = makePaginator(this.#style, pagination, this.#stop);
  }

  async *pages(): AsyncGenerator<ReadPage> {
    const { client, stream, primaryKeys, uniqueKeys, pagination, signal, log, startPlace } =
      this.#options;
    const integrity = new PageIntegrity({
      stream,
      hasKeys: primaryKeys.length > 0,
      pageSize: freshSize(pagination),
      uniqueKeys,
      recordCountBefore: this.recordCount,
      log,
    });
    const cancel = new AbortController();
    const either = AbortSignal.any([signal, cancel.signal]);
    let token = startPlace?.token ?? this.#paginator.first;
    let pageCount = 0;
    let pending: Promise<RecordPage> | undefined = this.#fetch(
      token,
      this.#options.request.url,
      either,
      this.#firstPaginator(),
    );
    try {
      while (pending !== undefined) {
        const answer: RecordPage = await pending;
        const isProbed = this.#style === "offset" && pagination.overlap_probe === true;
        const page = isProbed ? integrity.probe(answer) : answer;
        this.recordCount += page.recordCount;
        const facts = this.#facts(page);
        if (this.#style === "auto") this.#detect(facts);
        this.total = this.#stop.total(facts) ?? this.total;
        if (this.#style === "offset" || this.#style === "page") integrity.observeKeys(page);
        const unneeded = integrity.observe(page, token, this.#stop.total(facts));
        if (unneeded !== undefined) client.release(unneeded.response);
        pageCount++;
        const nextToken = this.#isOverLimit(pageCount)
          ? undefined
          : this.#belowCap(this.#paginator.next(token, facts), page);
        pending =
          nextToken === undefined ? undefined : this.#fetch(nextToken, page.response.url, either);
        // The page is awaited in the next round; until then a failure of it must not count as unhandled.
        pending?.catch(() => undefined);
        token = nextToken;
        yield { page, nextToken };
      }
      // An API that caps the offset often caps the total as well, so the total is no sign of the end there.
      this.isCapped ||= this.recordCount >= (pagination.offset_max ?? Infinity);
      this.doubt = this.isLimited ? undefined : integrity.finish({ isCounted: !this.isCapped });
    } finally {
      cancel.abort();
    }
  }

  /** The first page of a reading that goes on has none before it to be probed by. */
  #firstPaginator(): Paginator {
    const { pagination, startPlace } = this.#options;
    if (startPlace === undefined || pagination.overlap_probe !== true) return this.#paginator;
    return makePaginator(this.#style, { ...pagination, overlap_probe: false }, this.#stop);
  }

  async #fetch(
    token: PageToken | undefined,
    pageUrl: URL,
    signal: AbortSignal,
    paginator = this.#paginator,
  ): Promise<RecordPage> {
    const { client, authenticator, request, readPage, propertyLists, stream } = this.#options;
    const changed = changeRequest(request, paginator.place(token), pageUrl);
    if (propertyLists === undefined) return client.fetch(changed, authenticator, readPage, signal);
    const pages: RecordPage[] = [];
    for (const list of propertyLists.lists) {
      const part = changeRequest(changed, { query: { [propertyLists.param]: list } }, pageUrl);
      pages.push(await client.fetch(part, authenticator, readPage, signal));
    }
    return mergePages(pages, stream, this.#options.primaryKeys);
  }

  /** The next page, unless it reaches past what the API gives by offset. */
  #belowCap(token: PageToken | undefined, page: RecordPage): PageToken | undefined {
    const { offset_max: offsetMax = Infinity, page_size: pageSize } = this.#options.pagination;
    // Style offset asks for what is left below the cap; other styles can't.
    const nextCount = this.#style === "offset" ? 1 : (pageSize ?? page.recordCount);
    if (token === undefined || this.recordCount + nextCount <= offsetMax) return token;
    this.isCapped = true;
    return undefined;
  }

  #facts(page: RecordPage): PageFacts {
    return {
      recordCount: page.recordCount,
      recordCountTotal: this.recordCount,
      envelope: () => page.envelope(),
      lastRecord: () => (page.recordCount > 0 ? page.value(page.recordCount - 1) : undefined),
      header: (name) => page.response.headers[name],
      url: page.response.url.href,
    };
  }

  #detect(facts: PageFacts): void {
    const { pagination, log, stream } = this.#options;
    const { style, paginator, stop } = detectPaginator(facts, pagination);
    this.#stop = stop;
    log.info("pagination_detected", { stream, style });
    this.#paginator = paginator;
    this.#style = style;
  }

  #isOverLimit(pageCount: number): boolean {
    const { max_pages: pagesMax, max_records: recordsMax } = this.#options.pagination;
    this.isLimited ||=
      pageCount >= (pagesMax ?? Infinity) || this.recordCount >= (recordsMax ?? Infinity);
    return this.isLimited;
  }
}

/** How many records of a page did not come before: one less than asked for where one is asked for twice. */
function freshSize({
  page_size: size,
  overlap_probe: isProbed,
}: PaginationSettings): number | undefined {
  return size === undefined || isProbed !== true ? size : size - 1;
}

function withSize(pagination: PaginationSettings): PaginationSettings {
  const size = freshSize(pagination);
  return size === undefined ? pagination : { ...pagination, page_size: size };
}
