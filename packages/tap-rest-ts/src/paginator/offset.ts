import { UserError } from "singer-sdk-ts";
import type { PageFacts, PageToken, Paginator, QueryMembers, RequestChange } from "./paginator.ts";
import type { StopRules } from "./stop.ts";

export interface OffsetSettings {
  readonly offset_param?: string;
  readonly limit_param?: string;
  readonly page_size?: number;
  readonly start_offset?: number;
  readonly inject_on_first_request?: boolean;
  readonly overlap_probe?: boolean;
  readonly offset_max?: number;
}

/**
 * Offset and limit. The offset moves by the records that came, not by the records asked for, so that a server which
 * gives smaller pages than asked loses nothing; without another word from the API only an empty page is the end.
 */
export function offsetPaginator(settings: OffsetSettings, stop: StopRules): Paginator {
  const { offset_param: offsetParam = "offset", limit_param: limitParam = "limit" } = settings;
  const { page_size: pageSize, start_offset: first = 0 } = settings;
  const { offset_max: offsetMax = Number.POSITIVE_INFINITY } = settings;
  // An API with a largest offset refuses a page that reaches past it, so the last one before it is smaller.
  const limit = (token: number): QueryMembers =>
    pageSize === undefined
      ? {}
      : { [limitParam]: Math.min(pageSize, Math.max(1, offsetMax - (token - first))) };
  if (settings.overlap_probe === true && pageSize === 1)
    throw new UserError("E_SETTING", "pagination.overlap_probe needs a page_size above 1");
  // One record is asked for twice: it shows whether rows moved in between.
  const overlap = settings.overlap_probe === true ? 1 : 0;
  return {
    first,
    place(token: PageToken = first): RequestChange {
      const start = Number(token);
      if (start === first && settings.inject_on_first_request === false)
        return { query: limit(start) };
      const offset = start === first ? first : start - overlap;
      return { query: { ...limit(start), [offsetParam]: offset } };
    },
    next(token: PageToken | undefined, page: PageFacts): PageToken | undefined {
      if (page.recordCount === 0 || stop.isLast(page) === true) return undefined;
      return Number(token ?? first) + page.recordCount;
    },
  };
}
