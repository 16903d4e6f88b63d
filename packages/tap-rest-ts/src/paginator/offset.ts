import type { PageFacts, PageToken, Paginator, QueryMembers } from "./paginator.ts";
import type { StopRules } from "./stop.ts";

export interface OffsetSettings {
  readonly offset_param?: string;
  readonly limit_param?: string;
  readonly page_size?: number;
  readonly start_offset?: number;
  readonly inject_on_first_request?: boolean;
}

/**
 * Offset and limit. The offset moves by the records that came, not by the records asked for, so that a server which
 * gives smaller pages than asked loses nothing; without another word from the API only an empty page is the end.
 */
export function offsetPaginator(settings: OffsetSettings, stop: StopRules): Paginator {
  const { offset_param: offsetParam = "offset", limit_param: limitParam = "limit" } = settings;
  const { page_size: pageSize, start_offset: first = 0 } = settings;
  const limit: QueryMembers = pageSize === undefined ? {} : { [limitParam]: pageSize };
  return {
    first,
    place: (token = first) =>
      token === first && settings.inject_on_first_request === false
        ? { query: limit }
        : { query: { ...limit, [offsetParam]: token } },
    next(token: PageToken | undefined, page: PageFacts): PageToken | undefined {
      if (page.recordCount === 0 || stop.isLast(page) === true) return undefined;
      return Number(token ?? first) + page.recordCount;
    },
  };
}
