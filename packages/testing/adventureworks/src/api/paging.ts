/** Which rows a request asks for. */
export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** Rows of a page when the request names no limit. */
const limitDefault = 100;

/**
 * Reads `offset` and `limit` from a query. A limit above `pageSizeMax` is lowered to it;
 * a value that is no whole number, or a limit of 0, gives the text of an error.
 */
export function parsePage(query: URLSearchParams, pageSizeMax: number): Page | string {
  const offset = parseWhole(query.get("offset"), 0);
  if (offset === undefined) return "offset must be a whole number from 0";
  const limit = parseWhole(query.get("limit"), Math.min(limitDefault, pageSizeMax));
  if (limit === undefined || limit === 0) return "limit must be a whole number from 1";
  return { offset, limit: Math.min(limit, pageSizeMax) };
}

function parseWhole(text: string | null, fallback: number): number | undefined {
  if (text === null) return fallback;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** How a page is wrapped: an object with the total, or a bare array. */
export type Shape = "data-total" | "array";

/** The bytes of a page, in parts: the rows' slices between what the shape puts around them. */
export function wrapRows(slices: readonly Buffer[], shape: Shape, total: number): Buffer[] {
  const [before, after] = shape === "array" ? ["[", "]"] : ['{"data":[', `],"total":${total}}`];
  return [Buffer.from(before), ...slices, Buffer.from(after)];
}
