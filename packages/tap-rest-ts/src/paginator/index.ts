import { UserError } from "singer-sdk-ts";
import { type CursorSettings, cursorPaginator } from "./cursor.ts";
import { type KeysetSettings, keysetPaginator } from "./keyset.ts";
import { type LinkHeaderSettings, linkHeaderPaginator } from "./link-header.ts";
import { type NextUrlSettings, nextUrlPaginator } from "./next-url.ts";
import { type OffsetSettings, offsetPaginator } from "./offset.ts";
import { type PageNumberSettings, pageNumberPaginator } from "./page-number.ts";
import type { Paginator } from "./paginator.ts";
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
  readonly max_pages?: number;
  readonly max_records?: number;
}

/** Makes the paginator of a style; `auto` reads the first page like `none` and is replaced by what that page shows. */
export function makePaginator(
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
