import { expect, test } from "@jest/globals";
import { items, offsetPage, sendJson, serve } from "./testing/api-server.test.support.ts";
import { idSchema, runTap } from "./testing/run-tap.test.support.ts";

const old = {
  schema: idSchema,
  records_path: "$.data[*]",
  primary_keys: ["id"],
  num_inference_records: 50,
  except_keys: [],
};

test("an old configuration of offset paging runs as it is and reads the first record", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 25), paging: { total: 25 } }),
  );
  const config = {
    api_url: api.url,
    auth_method: "basic",
    username: "a",
    password: "b",
    pagination_request_style: "offset_paginator",
    pagination_response_style: "offset_paginator",
    pagination_page_size: 10,
    pagination_limit_per_page_param: "limit",
    pagination_next_page_param: "offset",
    pagination_total_limit_param: "total",
    backoff_type: "message",
    store_raw_json_message: true,
    streams: [{ name: "items", path: "/items", ...old }],
  };

  const run = await runTap(config);

  expect(run.code).toBe(0);
  expect(run.records()).toEqual(
    items(0, 25).map(({ id }) => ({ id, _sdc_raw_json: `{"id":${id}}` })),
  );
  expect(api.requests).toHaveLength(3);
  expect(run.stderr).toContain("backoff_type");
});

test("an old configuration of page numbers and of cursors runs as it is", async () => {
  await using api = await serve(({ query, path }, response) => {
    const page = Number(query.get(path === "/page" ? "p" : "token") ?? 1);
    sendJson(response, { data: page <= 3 ? items(page, 1) : [], next: page < 3 ? page + 1 : null });
  });
  const run = (path: string, settings: object): ReturnType<typeof runTap> =>
    runTap({ api_url: api.url, streams: [{ name: "items", path, ...old }], ...settings });

  const pages = await run("/page", {
    pagination_request_style: "page_number_paginator",
    pagination_next_page_param: "p",
  });
  const cursors = await run("/cursor", {
    pagination_request_style: "jsonpath_paginator",
    next_page_token_path: "$.next",
    pagination_next_page_param: "token",
  });

  expect(pages.records()).toEqual(items(1, 3));
  expect(cursors.records()).toEqual(items(1, 3));
});

test("R50: source_search_field and source_search_query carry the bookmark, and the old state is understood", async () => {
  await using api = await serve((_request, response) => sendJson(response, { data: [] }));
  const search = { source_search_field: "q", source_search_query: "updated:gt$last_run_date" };
  const state = {
    bookmarks: {
      items: { replication_key: "id", replication_key_value: 7, replication_key_signpost: "x" },
    },
  };

  const run = await runTap(
    {
      api_url: api.url,
      streams: [{ name: "items", path: "/items", ...old, replication_key: "id", ...search }],
    },
    { state },
  );

  expect(run.code).toBe(0);
  expect(api.requests).toEqual(["GET /items?q=updated%3Agt7"]);
});
