import type { Paginator } from "./paginator.ts";

export interface SingleSettings {
  readonly limit_param?: string;
  readonly page_size?: number;
}

/** One request holds all. */
export function singlePaginator(settings: SingleSettings): Paginator {
  const { limit_param: limitParam = "limit", page_size: pageSize } = settings;
  const query: Record<string, string> =
    pageSize === undefined ? {} : { [limitParam]: String(pageSize) };
  return { first: undefined, place: () => ({ query }), next: () => undefined };
}
