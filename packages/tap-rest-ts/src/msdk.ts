import type { PaginationSettings } from "./paginator/index.ts";
import type { PaginationStyle } from "./paginator/styles.ts";

/** The settings of tap-rest-api-msdk that speak of paging. */
export interface MsdkPagination {
  readonly pagination_request_style?: string;
  readonly pagination_page_size?: number;
  readonly pagination_limit_per_page_param?: string;
  readonly pagination_next_page_param?: string;
  readonly pagination_total_limit_param?: string;
  readonly pagination_results_limit?: number;
  readonly pagination_initial_offset?: number;
  readonly next_page_token_path?: string;
}

/** Its styles and ours. */
const styles: Readonly<Record<string, PaginationStyle>> = {
  style1: "offset",
  offset_paginator: "offset",
  simple_offset_paginator: "offset",
  page_number_paginator: "page",
  jsonpath_paginator: "cursor",
  default: "cursor",
  simple_header_paginator: "cursor",
  header_link_paginator: "link_header",
  restapi_header_link_paginator: "link_header",
  hateoas_paginator: "next_url",
  single_page_paginator: "none",
};

/** What the old settings mean in ours; a setting that was not given is not in the result. */
export function msdkPagination(settings: MsdkPagination): PaginationSettings {
  const { pagination_request_style: oldStyle, next_page_token_path: tokenPath } = settings;
  const style = oldStyle === undefined ? undefined : styles[oldStyle];
  const isOffset = style === "offset";
  const translated = {
    style,
    page_size: settings.pagination_page_size,
    limit_param: settings.pagination_limit_per_page_param,
    offset_param: isOffset ? settings.pagination_next_page_param : undefined,
    page_param: style === "page" ? settings.pagination_next_page_param : undefined,
    cursor_param: style === "cursor" ? settings.pagination_next_page_param : undefined,
    cursor_path:
      style === "cursor" && oldStyle !== "simple_header_paginator"
        ? (tokenPath ?? "$.next_page")
        : undefined,
    cursor_header: oldStyle === "simple_header_paginator" ? "x-next-page" : undefined,
    next_url_path: style === "next_url" ? tokenPath : undefined,
    total_path:
      settings.pagination_total_limit_param === undefined
        ? undefined
        : `$..${settings.pagination_total_limit_param}`,
    max_records: settings.pagination_results_limit,
    start_offset: settings.pagination_initial_offset,
  };
  return withoutAbsent(translated);
}

/** The search parameter of the old settings; its `$last_run_date` is the start of a slice. */
export function msdkSearch(settings: {
  readonly source_search_field: string | undefined;
  readonly source_search_query: string | undefined;
}): { readonly param: string; readonly template: string } | undefined {
  const { source_search_field: param, source_search_query: query } = settings;
  if (param === undefined || query === undefined) return undefined;
  return { param, template: query.replaceAll("$last_run_date", "{start}") };
}

/** The object without the members that are undefined. */
function withoutAbsent(
  object: { readonly [K in keyof PaginationSettings]: PaginationSettings[K] | undefined },
): PaginationSettings {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
