import type { Paginator, QueryMembers } from "./paginator.ts";
import type { StopRules } from "./stop.ts";

export interface LinkHeaderSettings {
  readonly limit_param?: string;
  readonly page_size?: number;
}

/** The address of the next page stands in the Link header, as GitHub does it. */
export function linkHeaderPaginator(settings: LinkHeaderSettings, stop: StopRules): Paginator {
  const { limit_param: limitParam = "per_page", page_size: pageSize } = settings;
  const firstQuery: QueryMembers = pageSize === undefined ? {} : { [limitParam]: pageSize };
  return {
    first: undefined,
    place: (token) => (token === undefined ? { query: firstQuery } : { url: String(token) }),
    next: (_token, page) =>
      stop.isLast(page) === true ? undefined : nextLink(page.header("link")),
  };
}

/** The target of the link with `rel=next`; commas and semicolons inside `<…>` and quotes don't split. Source: RFC 8288 §3. */
export function nextLink(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  for (const [, target, parameters = ""] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[^,;"=\s]+(?:\s*=\s*(?:"[^"]*"|[^,;"\s]*))?)*)/gu,
  )) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^,;"\s]*))/iu.exec(parameters);
    const names = (relations?.[1] ?? relations?.[2] ?? "").toLowerCase().split(/\s+/u);
    if (names.includes("next")) return target;
  }
  return undefined;
}
