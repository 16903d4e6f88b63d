import type { JsonValue } from "singer-sdk-ts";
import { type JsonPath, parseJsonPath } from "../json/path.ts";
import type { PageFacts } from "./paginator.ts";

/** The settings that say where a response tells how much there is. */
export interface StopSettings {
  readonly total_path?: string;
  readonly total_header?: string;
  readonly total_pages_path?: string;
  readonly has_more_path?: string;
  readonly stop_on_short_page?: boolean;
  readonly page_size?: number;
}

/** The ways in which an API says that a page was the last one; they compose, and each may be absent. */
export interface StopRules {
  /** The API's count of all records, where this page gives one. */
  total(page: PageFacts): number | undefined;
  /** The API's count of all pages, where this page gives one. */
  pageCount(page: PageFacts): number | undefined;
  /** Whether the API says that this page is the last one; undefined when it says nothing. */
  isLast(page: PageFacts): boolean | undefined;
}

/** Compiles the stop settings. */
export function stopRules(settings: StopSettings): StopRules {
  const path = (
    setting: "total_path" | "total_pages_path" | "has_more_path",
  ): JsonPath | undefined => {
    const text = settings[setting];
    return text === undefined ? undefined : parseJsonPath(text, `pagination.${setting}`);
  };
  const totalPath = path("total_path");
  const totalPagesPath = path("total_pages_path");
  const hasMorePath = path("has_more_path");
  const totalHeader = settings.total_header?.toLowerCase();

  const total = (page: PageFacts): number | undefined => {
    if (totalHeader !== undefined) return parseCount(page.header(totalHeader));
    return totalPath === undefined ? undefined : parseCount(totalPath.first(page.envelope()));
  };
  const pageCount = (page: PageFacts): number | undefined =>
    totalPagesPath === undefined ? undefined : parseCount(totalPagesPath.first(page.envelope()));
  const isLast = (page: PageFacts): boolean | undefined => {
    if (hasMorePath !== undefined) {
      const hasMore = parseFlag(hasMorePath.first(page.envelope()));
      if (hasMore !== undefined) return !hasMore;
    }
    const count = total(page);
    if (count !== undefined && page.recordCountTotal >= count) return true;
    if (settings.stop_on_short_page === true && page.recordCount < (settings.page_size ?? 0))
      return true;
    return undefined;
  };
  return { total, pageCount, isLast };
}

/** A count in a body or a header: `120`, `"120"`, or the last part of `items 0-9/120` (Content-Range). */
function parseCount(value: JsonValue | undefined): number | undefined {
  if (typeof value === "number")
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const digits = /(?:^|\/)\s*(\d+)\s*$/u.exec(value)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function parseFlag(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === 1) return true;
  if (value === "false" || value === 0) return false;
  return undefined;
}
