import type { IncomingMessage, ServerResponse } from "node:http";
import { items, sendJson, serve, type TestServer } from "./api-server.test.support.ts";

/** Records in each stream of the API, and how many it puts on a page. */
export const RECORD_COUNT = 25;
const PAGE_SIZE = 10;

/** The settings that read each way of paging. */
export const styles = {
  none: { style: "none" },
  offset: { style: "offset", page_size: PAGE_SIZE, total_path: "$.total" },
  page: { style: "page", page_size: PAGE_SIZE, total_path: "$.total" },
  cursor: { style: "cursor", cursor_path: "$.cursor", cursor_param: "cursor" },
  next_url: { style: "next_url", next_url_path: "$.next" },
  link_header: { style: "link_header" },
  keyset: { style: "keyset", key_path: "$.id", key_param: "after" },
  auto: { style: "auto", page_size: PAGE_SIZE },
} as const;

export type Style = keyof typeof styles;

/** One request of a stream: the how manieth it is, the page that it asks for, and whether it asked for that page before. */
export interface PageRequest {
  readonly style: Style;
  readonly offset: number;
  readonly isSecondPage: boolean;
  readonly isFirstTry: boolean;
  readonly response: ServerResponse;
  /** The whole answer, as it would be without a fault. */
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;
  /** Sends `body`, or another one, as the style does. */
  readonly send: (body?: unknown) => void;
}

/** Serves a stream for each style at `/STYLE`; `answer` may do what it likes with a request. */
export function servePaged(answer: (page: PageRequest) => void): Promise<TestServer> {
  const asked = new Set<string>();
  return serve((request, response) => {
    const style = request.path.slice(1) as Style;
    const offset = offsetOf(style, request);
    const rows = style === "none" ? items(0, RECORD_COUNT) : pageAt(offset);
    const end = offset + rows.length;
    const isLast = end >= RECORD_COUNT;
    const next = isLast ? null : `http://${request.headers.host}/${style}?from=${end}`;
    const key = `${style} ${offset}`;
    const isFirstTry = !asked.has(key);
    asked.add(key);
    const body = { data: rows, total: RECORD_COUNT, cursor: isLast ? null : `c${end}`, next };
    const headers =
      style === "link_header" && next !== null ? { link: `<${next}>; rel="next"` } : {};
    answer({
      style,
      offset,
      isSecondPage: offset === PAGE_SIZE || style === "none",
      isFirstTry,
      response,
      body,
      headers,
      send: (changed = body) => sendJson(response, changed, headers),
    });
  });
}

function pageAt(offset: number): { readonly id: number }[] {
  return items(offset, Math.min(PAGE_SIZE, RECORD_COUNT - offset));
}

function offsetOf(
  style: Style,
  { query }: IncomingMessage & { readonly query: URLSearchParams },
): number {
  switch (style) {
    case "page":
      return (Number(query.get("page") ?? 1) - 1) * PAGE_SIZE;
    case "cursor":
      return Number(query.get("cursor")?.slice(1) ?? 0);
    case "next_url":
    case "link_header":
      return Number(query.get("from") ?? 0);
    case "keyset":
      return query.has("after") ? Number(query.get("after")) + 1 : 0;
    case "auto":
      return Number(query.get("offset") ?? query.get("from") ?? query.get("cursor")?.slice(1) ?? 0);
    default:
      return Number(query.get("offset") ?? 0);
  }
}
