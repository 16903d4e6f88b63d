/** The names of the paging styles. */
export const paginationStyles = [
  "none",
  "offset",
  "page",
  "cursor",
  "next_url",
  "link_header",
  "keyset",
  "auto",
] as const;
export type PaginationStyle = (typeof paginationStyles)[number];
