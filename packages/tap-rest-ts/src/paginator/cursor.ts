import { type JsonValue, UserError } from "singer-sdk-ts";
import { parseJsonPath } from "../json/path.ts";
import type { PageFacts, PageToken, Paginator, QueryMembers, RequestChange } from "./paginator.ts";
import type { StopRules } from "./stop.ts";

export interface CursorSettings {
  readonly cursor_path?: string;
  readonly cursor_header?: string;
  readonly cursor_param?: string;
  readonly cursor_in?: "query" | "header" | "body";
  readonly limit_param?: string;
  readonly page_size?: number;
}

/**
 * A cursor that each response gives for the next request, in its body or in a header. An empty page with a cursor is
 * not the end: APIs that filter after paging send such pages.
 */
export function cursorPaginator(settings: CursorSettings, stop: StopRules): Paginator {
  const { cursor_param: cursorParam = "cursor", cursor_in: place } = settings;
  const { limit_param: limitParam = "limit", page_size: pageSize } = settings;
  const limit: QueryMembers = pageSize === undefined ? {} : { [limitParam]: pageSize };
  const read = cursorReader(settings);
  return {
    first: undefined,
    place(token: PageToken | undefined): RequestChange {
      if (token === undefined) return { query: limit };
      if (place === "body") return { query: limit, body: { [cursorParam]: token } };
      if (place === "header") return { query: limit, headers: { [cursorParam]: String(token) } };
      return { query: { ...limit, [cursorParam]: token } };
    },
    next: (_token, page) => (stop.isLast(page) === true ? undefined : read(page)),
  };
}

function cursorReader({
  cursor_path,
  cursor_header,
}: CursorSettings): (page: PageFacts) => PageToken | undefined {
  if (cursor_header !== undefined)
    return (page) => parseToken(page.header(cursor_header.toLowerCase()));
  if (cursor_path !== undefined) {
    const path = parseJsonPath(cursor_path, "pagination.cursor_path");
    return (page) => parseToken(path.first(page.envelope()));
  }
  throw new UserError(
    "E_SETTING",
    "pagination style `cursor` needs `cursor_path` or `cursor_header`",
  );
}

/** A cursor as the next request sends it; null, false and the empty string mean that there is none. */
export function parseToken(value: JsonValue | undefined): PageToken | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return undefined;
}
