import { paginationStyles } from "../paginator/styles.ts";

/** Settings of paging: at the top for all streams, and in a stream for that one. */
export const paginationProperties = {
  style: {
    type: "string",
    enum: paginationStyles,
    description:
      "How the API cuts a result into pages; auto finds out from the first page. Without it one request must hold all.",
  },
  page_size: {
    type: "integer",
    minimum: 1,
    description:
      "Records asked for per page; without it no limit is sent. An API that gives fewer is read to its end all the same.",
  },
  limit_param: {
    type: "string",
    description:
      "Query parameter that carries page_size: limit, or per_page for style page and link_header.",
  },
  offset_param: {
    type: "string",
    description:
      "Query parameter of style offset that carries the number of records to skip; offset by default.",
  },
  start_offset: {
    type: "integer",
    minimum: 0,
    description:
      "Offset of the first request of style offset; 0 by default, which is the first record.",
  },
  page_param: {
    type: "string",
    description: "Query parameter of style page that carries the page number; page by default.",
  },
  start_page: {
    type: "integer",
    minimum: 0,
    description: "Number of the first page of style page; 1 by default.",
  },
  inject_on_first_request: {
    type: "boolean",
    description:
      "false leaves offset or page number out of the first request, for an API that refuses the first one's.",
  },
  overlap_probe: {
    type: "boolean",
    description:
      "Style offset asks for the last record of each page again, and fails when rows moved in between: for an API whose rows come and go and that gives no total.",
  },
  param_in: {
    type: "string",
    enum: ["query", "body", "header"],
    description:
      "Where the parameters of paging go; in the query by default. A dotted name (variables.after) reaches into a JSON body.",
  },
  cursor_path: {
    type: "string",
    description: "JSONPath of the cursor for the next page in the body, for style cursor.",
  },
  cursor_header: {
    type: "string",
    description: "Response header that carries the cursor for the next page, for style cursor.",
  },
  cursor_param: {
    type: "string",
    description:
      "Name under which style cursor sends the cursor back; a dotted name reaches into a body.",
  },
  cursor_in: {
    type: "string",
    enum: ["query", "header", "body"],
    description: "Where style cursor sends the cursor back; as param_in says by default.",
  },
  next_url_path: {
    type: "string",
    description:
      "JSONPath of the next page's address in the body, for style next_url; $.next by default.",
  },
  key_path: {
    type: "string",
    description:
      "JSONPath, inside a record, of the key that style keyset sends back; $.id by default.",
  },
  key_param: {
    type: "string",
    description:
      "Query parameter of style keyset that carries the last record's key; after by default.",
  },
  total_path: {
    type: "string",
    description:
      "JSONPath of the count of all records in the body; reading ends there and the count is checked.",
  },
  total_header: {
    type: "string",
    description:
      "Response header that carries the count of all records (also Content-Range); reading ends there and the count is checked.",
  },
  total_pages_path: {
    type: "string",
    description: "JSONPath of the count of pages in the body; style page ends there.",
  },
  has_more_path: {
    type: "string",
    description: "JSONPath of a flag in the body that is false on the last page.",
  },
  stop_on_short_page: {
    type: "boolean",
    description:
      "Ends at a page with fewer records than page_size, which saves one request but loses data when the API lowers page_size.",
  },
  offset_max: {
    type: "integer",
    minimum: 1,
    description:
      "The most records that the API gives by paging, 10000 for example: past them reading starts again at the last record's replication key, in whose order the API must sort.",
  },
  max_pages: {
    type: "integer",
    minimum: 1,
    description:
      "Ends each stream after so many pages; counts are not checked then, and the bookmark of an unsorted stream stays.",
  },
  max_records: {
    type: "integer",
    minimum: 1,
    description:
      "Ends each stream after the page with this record; counts are not checked then, and the bookmark of an unsorted stream stays.",
  },
} as const;
