import type { IncomingMessage, ServerResponse } from "node:http";
import { items, sendJson, serve, type TestServer } from "./api-server.test.support.ts";

/** Records in each stream of the API, and how many it puts on a page. */
export const RECORD_COUNT = 25;
const PAGE_SIZE = 10;

/** The members of a stream that read each way of paging. */
export const styles = {
  none: { pagination: { style: "none" } },
  offset: { pagination: { style: "offset", page_size: PAGE_SIZE, total_path: "$.total" } },
  offset_header: { pagination: { style: "offset", page_size: PAGE_SIZE, total_header: "X-Total" } },
  offset_more: { pagination: { style: "offset", page_size: PAGE_SIZE, has_more_path: "$.more" } },
  offset_short: {
    pagination: { style: "offset", page_size: PAGE_SIZE, stop_on_short_page: true },
  },
  offset_empty: { pagination: { style: "offset", page_size: PAGE_SIZE } },
  offset_probe: { pagination: { style: "offset", page_size: PAGE_SIZE, overlap_probe: true } },
  offset_reset: {
    pagination: { style: "offset", page_size: PAGE_SIZE, offset_max: PAGE_SIZE },
    incremental: { start_param: "since" },
  },
  page: { pagination: { style: "page", page_size: PAGE_SIZE, total_path: "$.total" } },
  page_count: { pagination: { style: "page", start_page: 0, total_pages_path: "$.pages" } },
  cursor: { pagination: { style: "cursor", cursor_path: "$.cursor" } },
  cursor_header: {
    pagination: { style: "cursor", cursor_header: "X-Cursor", cursor_in: "header" },
  },
  cursor_body: {
    body: { kind: "all" },
    pagination: { style: "cursor", cursor_path: "$.cursor", param_in: "body" },
  },
  next_url: { pagination: { style: "next_url", next_url_path: "$.next" } },
  hateoas: { pagination: { style: "next_url", next_url_path: "$._links.next.href" } },
  link_header: { pagination: { style: "link_header" } },
  keyset: { pagination: { style: "keyset", key_path: "$.id", key_param: "after" } },
  auto: { pagination: { style: "auto", page_size: PAGE_SIZE } },
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
  return serve((request, response, sent) => {
    const style = request.path.slice(1) as Style;
    const offset = offsetOf(style, request, sent);
    const rows = style === "none" ? items(0, RECORD_COUNT) : pageAt(offset);
    const end = offset + rows.length;
    const isLast = end >= RECORD_COUNT;
    const next = isLast ? null : `http://${request.headers.host}/${style}?from=${end}`;
    const key = `${style} ${offset}`;
    const isFirstTry = !asked.has(key);
    asked.add(key);
    const headers = headersOf(style, isLast ? undefined : end, next);
    const body = {
      data: rows,
      total: RECORD_COUNT,
      pages: Math.ceil(RECORD_COUNT / PAGE_SIZE),
      more: !isLast,
      cursor: isLast ? null : `c${end}`,
      next,
      _links: isLast ? {} : { next: { href: `?from=${end}` } },
    };
    answer({
      style,
      offset,
      isSecondPage: secondOffsets[style] === offset,
      isFirstTry,
      response,
      body,
      headers,
      send: (changed = body) => sendJson(response, changed, headers),
    });
  });
}

/** Where the second page of each style starts; the only page of `none` stands for it. */
const secondOffsets: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.keys(styles).map((style) => [style, PAGE_SIZE])),
  none: 0,
  offset_probe: PAGE_SIZE - 1,
  offset_reset: PAGE_SIZE - 1,
};

function headersOf(
  style: Style,
  end: number | undefined,
  next: string | null,
): Record<string, string> {
  if (style === "offset_header") return { "x-total": String(RECORD_COUNT) };
  if (style === "cursor_header" && end !== undefined) return { "x-cursor": `c${end}` };
  return style === "link_header" && next !== null ? { link: `<${next}>; rel="next"` } : {};
}

function pageAt(offset: number): { readonly id: number }[] {
  return items(offset, Math.min(PAGE_SIZE, RECORD_COUNT - offset));
}

function offsetOf(
  style: Style,
  { query, headers }: IncomingMessage & { readonly query: URLSearchParams },
  sent: string,
): number {
  const cursor = (text: unknown): number => (typeof text === "string" ? Number(text.slice(1)) : 0);
  switch (style) {
    case "page":
      return (Number(query.get("page") ?? 1) - 1) * PAGE_SIZE;
    case "page_count":
      return Number(query.get("page")) * PAGE_SIZE;
    case "cursor":
      return cursor(query.get("cursor"));
    case "cursor_header":
      return cursor(headers["cursor"]);
    case "cursor_body":
      return cursor((JSON.parse(sent) as { cursor?: string }).cursor);
    case "next_url":
    case "hateoas":
    case "link_header":
      return Number(query.get("from") ?? 0);
    case "keyset":
      return query.has("after") ? Number(query.get("after")) + 1 : 0;
    case "offset_reset":
      return Number(query.get("since") ?? 0) + Number(query.get("offset"));
    case "auto":
      return query.has("cursor")
        ? cursor(query.get("cursor"))
        : Number(query.get("offset") ?? query.get("from") ?? 0);
    default:
      return Number(query.get("offset") ?? 0);
  }
}
