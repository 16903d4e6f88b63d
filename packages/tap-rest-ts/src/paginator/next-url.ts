import { parseJsonPath } from "../json/path.ts";
import { parseToken } from "./cursor.ts";
import type { Paginator, QueryMembers } from "./paginator.ts";
import type { StopRules } from "./stop.ts";

export interface NextUrlSettings {
  readonly next_url_path?: string;
  readonly limit_param?: string;
  readonly page_size?: number;
}

/** The address of the next page stands in the body (`$.next`, `$._links.next.href`, `$['@odata.nextLink']`). */
export function nextUrlPaginator(settings: NextUrlSettings, stop: StopRules): Paginator {
  const {
    next_url_path: pathText = "$.next",
    limit_param: limitParam = "limit",
    page_size: pageSize,
  } = settings;
  const path = parseJsonPath(pathText, "pagination.next_url_path");
  const firstQuery: QueryMembers = pageSize === undefined ? {} : { [limitParam]: pageSize };
  return {
    first: undefined,
    place: (token) => (token === undefined ? { query: firstQuery } : { url: String(token) }),
    next: (_token, page) =>
      stop.isLast(page) === true ? undefined : parseToken(path.first(page.envelope())),
  };
}
