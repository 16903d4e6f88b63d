import { UserError } from "singer-sdk-ts";
import { type CursorSettings, cursorPaginator } from "./cursor.ts";
import { type KeysetSettings, keysetPaginator } from "./keyset.ts";
import { type LinkHeaderSettings, linkHeaderPaginator } from "./link-header.ts";
import { type NextUrlSettings, nextUrlPaginator } from "./next-url.ts";
import { type OffsetSettings, offsetPaginator } from "./offset.ts";
import { type PageNumberSettings, pageNumberPaginator } from "./page-number.ts";
import type { Paginator, RequestChange } from "./paginator.ts";
import { type SingleSettings, singlePaginator } from "./single.ts";
import type { StopRules, StopSettings } from "./stop.ts";
import type { PaginationStyle } from "./styles.ts";

/** All settings of paging; each style reads its own. */
export interface PaginationSettings
  extends StopSettings,
    OffsetSettings,
    PageNumberSettings,
    CursorSettings,
    NextUrlSettings,
    LinkHeaderSettings,
    KeysetSettings,
    SingleSettings {
  readonly style?: PaginationStyle;
  /** Where the parameters of a page go. */
  readonly param_in?: "query" | "body" | "header";
  readonly max_pages?: number;
  readonly offset_max?: number;
  readonly max_records?: number;
}

/** Makes the paginator of a style; `auto` reads the first page like `none` and is replaced by what that page shows. */
export function makePaginator(
  style: PaginationStyle,
  settings: PaginationSettings,
  stop: StopRules,
): Paginator {
  const paginator = stylePaginator(style, settings, stop);
  const { param_in: place = "query" } = settings;
  return place === "query"
    ? paginator
    : { ...paginator, place: (token) => movedTo(place, paginator.place(token)) };
}

/** The change with its query in the body or in the headers. */
function movedTo(
  place: "body" | "header",
  { query = {}, ...change }: RequestChange,
): RequestChange {
  if (place === "body") return { ...change, body: { ...query, ...change.body } };
  const headers = Object.entries(query).map(([name, value]) => [name, String(value)] as const);
  return { ...change, headers: { ...Object.fromEntries(headers), ...change.headers } };
}

function stylePaginator(
  style: PaginationStyle,
  settings: PaginationSettings,
  stop: StopRules,
): Paginator {
  switch (style) {
    case "none":
    case "auto":
      return singlePaginator(settings);
    case "offset":
      return offsetPaginator(settings, stop);
    case "page":
      return pageNumberPaginator(settings, stop);
    case "cursor":
      return cursorPaginator(settings, stop);
    case "next_url":
      return nextUrlPaginator(settings, stop);
    case "link_header":
      return linkHeaderPaginator(settings, stop);
    case "keyset":
      return keysetPaginator(settings, stop);
    default:
      throw new UserError(
        "E_SETTING",
        `pagination style ${String(style satisfies never)} is unknown`,
      );
  }
}
