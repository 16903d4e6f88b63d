import { DecimalText, UserError } from "singer-sdk-ts";
import { parseJsonPath } from "../json/path.ts";
import type { PageFacts, PageToken, Paginator, QueryMembers } from "./paginator.ts";
import type { StopRules } from "./stop.ts";

export interface KeysetSettings {
  readonly key_path?: string;
  readonly key_param?: string;
  readonly limit_param?: string;
  readonly page_size?: number;
}

/** The last record's key asks for the records after it (`since_id`, `starting_after`); an empty page is the end. */
export function keysetPaginator(settings: KeysetSettings, stop: StopRules): Paginator {
  const { key_path: keyPath = "$.id", key_param: keyParam = "after" } = settings;
  const { limit_param: limitParam = "limit", page_size: pageSize } = settings;
  const path = parseJsonPath(keyPath, "pagination.key_path");
  const limit: QueryMembers = pageSize === undefined ? {} : { [limitParam]: pageSize };
  return {
    first: undefined,
    place: (token) => ({
      query: token === undefined ? limit : { ...limit, [keyParam]: token },
    }),
    next(_token: PageToken | undefined, page: PageFacts): PageToken | undefined {
      const last = page.lastRecord();
      if (last === undefined || stop.isLast(page) === true) return undefined;
      const key = path.first(last);
      if (typeof key === "string" || typeof key === "number") return key;
      if (typeof key === "bigint" || key instanceof DecimalText) return key.toString();
      throw new UserError("E_PAGE_KEY", `the last record of a page has no key at ${path.text}`, {
        hint: "set pagination.key_path to a member that every record has",
      });
    },
  };
}
