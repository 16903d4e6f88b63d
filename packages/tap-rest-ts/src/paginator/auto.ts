import type { JsonValue } from "singer-sdk-ts";
import { parseJsonPath } from "../json/path.ts";
import { makePaginator, type PaginationSettings } from "./index.ts";
import { nextLink } from "./link-header.ts";
import type { PageFacts, Paginator } from "./paginator.ts";
import { type StopRules, stopRules } from "./stop.ts";
import type { PaginationStyle } from "./styles.ts";

/** Where APIs put the address of the next page. */
const nextUrlPaths = [
  "$.next",
  "$.links.next",
  "$._links.next.href",
  "$.links.next.href",
  "$.paging.next",
  "$.pagination.next",
  "$['@odata.nextLink']",
  "$.next_url",
  "$.nextUrl",
];

/** Where APIs put a cursor, and the parameter that takes it. */
const cursorPaths = [
  ["$.next_cursor", "cursor"],
  ["$.nextCursor", "cursor"],
  ["$.next_page_token", "page_token"],
  ["$.nextPageToken", "pageToken"],
  ["$.meta.next_cursor", "cursor"],
  ["$.pagination.next_cursor", "cursor"],
  ["$.paging.cursors.after", "after"],
  ["$.response_metadata.next_cursor", "cursor"],
] as const;

const totalPaths = [
  "$.total",
  "$.total_count",
  "$.totalCount",
  "$.count",
  "$.meta.total",
  "$.pagination.total",
  "$.meta.total_count",
];

/** What `auto` found. */
export interface DetectedPaging {
  readonly style: PaginationStyle;
  readonly paginator: Paginator;
  readonly stop: StopRules;
}

/** Finds the style of an API from its first page: a link, a cursor, or a total that is more than the page. */
export function detectPaginator(page: PageFacts, settings: PaginationSettings): DetectedPaging {
  const use = (style: PaginationStyle, found: PaginationSettings = settings): DetectedPaging => {
    const stop = stopRules(found);
    return { style, paginator: makePaginator(style, found, stop), stop };
  };
  if (nextLink(page.header("link")) !== undefined) return use("link_header");
  const nextPath = nextUrlPaths.find((path) => isUrl(read(path, page)));
  if (nextPath !== undefined) return use("next_url", { ...settings, next_url_path: nextPath });
  const cursor = cursorPaths.find(([path]) => isCursor(read(path, page)));
  if (cursor !== undefined) {
    return use("cursor", {
      ...settings,
      cursor_path: cursor[0],
      cursor_param: settings.cursor_param ?? cursor[1],
    });
  }
  const totalPath =
    settings.total_path ?? totalPaths.find((path) => Number(read(path, page)) > page.recordCount);
  if (totalPath === undefined || page.recordCount === 0) return use("none");
  return use("offset", { ...settings, total_path: totalPath });
}

function read(path: string, page: PageFacts): JsonValue | undefined {
  return parseJsonPath(path, "pagination").first(page.envelope());
}

function isUrl(value: JsonValue | undefined): boolean {
  return typeof value === "string" && /^(https?:\/\/|\/|\?)/iu.test(value);
}

function isCursor(value: JsonValue | undefined): boolean {
  return typeof value === "string" ? value !== "" : typeof value === "number";
}
