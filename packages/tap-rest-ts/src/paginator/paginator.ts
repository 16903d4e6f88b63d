import type { JsonValue } from "singer-sdk-ts";

/** Where a page starts, in its style's own terms: an offset, a page number, a cursor or a URL. Kept in state as it is. */
export type PageToken = string | number;

/** Parameters of a page by name; numbers stay numbers, for an API that takes them in a JSON body. */
export type QueryMembers = Readonly<Record<string, string | number>>;

/** What a paginator changes in the stream's request to get one page. */
export interface RequestChange {
  readonly query?: QueryMembers;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members set in a JSON body; a dotted name reaches into objects (`variables.after`). */
  readonly body?: QueryMembers;
  /** Replaces address and query. May be relative to the page before. */
  readonly url?: string;
}

/** What a paginator may look at in a page that was read. */
export interface PageFacts {
  readonly recordCount: number;
  /** Records of this stream read so far, this page included. */
  readonly recordCountTotal: number;
  /** The body with its records' array emptied. */
  envelope(): JsonValue;
  lastRecord(): JsonValue | undefined;
  /** One response header, by its lower-case name. */
  header(name: string): string | undefined;
  readonly url: string;
}

/** One paging style: pure functions from a page to the next request. */
export interface Paginator {
  /** The first page's token; undefined when the first request says nothing of paging. */
  readonly first: PageToken | undefined;
  place(token: PageToken | undefined): RequestChange;
  /** The next page's token; undefined after the last page. */
  next(token: PageToken | undefined, page: PageFacts): PageToken | undefined;
}
