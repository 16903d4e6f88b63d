import type { PageFacts, PageToken, Paginator, QueryMembers } from "./paginator.ts";
import type { StopRules } from "./stop.ts";

export interface PageNumberSettings {
  readonly page_param?: string;
  readonly limit_param?: string;
  readonly page_size?: number;
  readonly start_page?: number;
  readonly inject_on_first_request?: boolean;
}

/** Page numbers, from `start_page` (1) on; the end is the API's word or an empty page. */
export function pageNumberPaginator(settings: PageNumberSettings, stop: StopRules): Paginator {
  const { page_param: pageParam = "page", limit_param: limitParam = "per_page" } = settings;
  const { page_size: pageSize, start_page: first = 1 } = settings;
  const limit: QueryMembers = pageSize === undefined ? {} : { [limitParam]: pageSize };
  return {
    first,
    place: (token = first) =>
      token === first && settings.inject_on_first_request === false
        ? { query: limit }
        : { query: { ...limit, [pageParam]: token } },
    next(token: PageToken | undefined, page: PageFacts): PageToken | undefined {
      if (page.recordCount === 0 || stop.isLast(page) === true) return undefined;
      const number = Number(token ?? first);
      const pageCount = stop.pageCount(page);
      return pageCount !== undefined && number - first + 1 >= pageCount ? undefined : number + 1;
    },
  };
}
