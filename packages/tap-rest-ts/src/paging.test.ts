import { expect, test } from "@jest/globals";
import { items, offsetPage, sendJson, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const offset = { style: "offset", page_size: 10, total_path: "$.total" };

test("R9: style none reads one page", async () => {
  await using api = await serve((_request, response) => sendJson(response, { data: items(0, 3) }));

  const run = await runTap(itemsConfig(api.url));

  expect(run).toMatchObject({ code: 0 });
  expect(run.records()).toEqual(items(0, 3));
  expect(api.requests).toEqual(["GET /items"]);
});

test("R10: style page counts from start_page and ends at an empty page", async () => {
  await using api = await serve(({ query }, response) => {
    const page = Number(query.get("page"));
    sendJson(response, { data: page <= 2 ? items(page * 5, 5) : [] });
  });

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "page", page_size: 5, start_page: 0 } }),
  );

  expect(run.records()).toEqual(items(0, 15));
  expect(api.requests).toEqual([0, 1, 2, 3].map((page) => `GET /items?per_page=5&page=${page}`));
});

test("R11: offset starts at 0 and the first record arrives", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 25), total: 25 }),
  );

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run.records()).toEqual(items(0, 25));
  expect(api.requests).toEqual([0, 10, 20].map((start) => `GET /items?limit=10&offset=${start}`));
});

test("R12: reading stops at the total in the body without one more request", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 20), total: 20 }),
  );

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run.records()).toHaveLength(20);
  expect(api.requests).toHaveLength(2);
});

test("R12: a total of null counts as none", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 20), total: null }),
  );

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run.records()).toHaveLength(20);
  expect(api.requests).toHaveLength(3);
});

test("R13: reading stops at the total in a header", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 20) }, { "x-total-count": "20" }),
  );

  const run = await runTap(
    itemsConfig(api.url, {
      pagination: { style: "offset", page_size: 10, total_header: "X-Total-Count" },
    }),
  );

  expect(run.records()).toHaveLength(20);
  expect(api.requests).toHaveLength(2);
});

test("R13: reading stops when has_more is false", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 20), more: Number(query.get("offset")) < 10 }),
  );

  const run = await runTap(
    itemsConfig(api.url, {
      pagination: { style: "offset", page_size: 10, has_more_path: "$.more" },
    }),
  );

  expect(run.records()).toHaveLength(20);
  expect(api.requests).toHaveLength(2);
});

test("R13: a short page is the end only when stop_on_short_page says so", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 15) }),
  );
  const pagination = { style: "offset", page_size: 10 };

  const whole = await runTap(itemsConfig(api.url, { pagination }));
  const short = await runTap(
    itemsConfig(api.url, { pagination: { ...pagination, stop_on_short_page: true } }),
  );

  expect(whole.records()).toEqual(short.records());
  expect(api.requests).toHaveLength(3 + 2);
});

test("R14: a cursor in the body leads through pages, empty ones too", async () => {
  const pages: Record<string, unknown> = {
    first: { data: items(0, 2), meta: { next: "a b&c" } },
    "a b&c": { data: [], meta: { next: "last" } },
    last: { data: items(2, 2), meta: { next: null } },
  };
  await using api = await serve(({ query }, response) =>
    sendJson(response, pages[query.get("after") ?? "first"]),
  );

  const run = await runTap(
    itemsConfig(api.url, {
      pagination: { style: "cursor", cursor_path: "$.meta.next", cursor_param: "after" },
    }),
  );

  expect(run.records()).toEqual(items(0, 4));
});

test("R14: a next URL in the body is followed, relative or absolute", async () => {
  await using api = await serve(({ query }, response) => {
    const page = query.get("p") ?? "1";
    const next: Record<string, string | null> = {
      "1": "/items?p=2",
      "2": `${api.url}/items?p=3`,
      "3": null,
    };
    sendJson(response, { data: items(Number(page), 1), next: next[page] });
  });

  const run = await runTap(itemsConfig(api.url, { pagination: { style: "next_url" } }));

  expect(run.records()).toEqual(items(1, 3));
});

test("R14: the link of a HATEOAS answer is followed", async () => {
  await using api = await serve(({ query }, response) => {
    const page = Number(query.get("p") ?? 1);
    const next = page < 3 ? { next: { href: `?p=${page + 1}` } } : {};
    sendJson(response, { data: items(page, 1), _links: { self: { href: "?" }, ...next } });
  });
  const pagination = { style: "next_url", next_url_path: "$._links.next.href" };

  const run = await runTap(itemsConfig(api.url, { pagination }));

  expect(run.records()).toEqual(items(1, 3));
});

test("R14: a next URL on another host gets no request and no credentials", async () => {
  await using api = await serve((_request, response) =>
    sendJson(response, { data: items(0, 1), next: "http://other.invalid/items" }),
  );

  const run = await runTap(itemsConfig(api.url, { pagination: { style: "next_url" } }));

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("E_PAGE_URL") });
});

test("R15: the Link header leads to the next page", async () => {
  await using api = await serve(({ query }, response) => {
    const page = Number(query.get("page") ?? 1);
    const link =
      page < 3
        ? {
            link: `<${api.url}/items?page=1>; rel="first", <${api.url}/items?page=${page + 1}>; rel="next"`,
          }
        : {};
    sendJson(response, { data: items(page, 1) }, link);
  });

  const run = await runTap(itemsConfig(api.url, { pagination: { style: "link_header" } }));

  expect(run.records()).toEqual(items(1, 3));
});

test("R15: a cursor in a response header leads to the next page", async () => {
  await using api = await serve(({ query }, response) => {
    const page = Number(query.get("cursor") ?? 1);
    sendJson(response, { data: items(page, 1) }, page < 3 ? { "x-next": String(page + 1) } : {});
  });

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "cursor", cursor_header: "X-Next" } }),
  );

  expect(run.records()).toEqual(items(1, 3));
});

test("R16: keyset asks for what comes after the last record's key", async () => {
  await using api = await serve(({ query }, response) => {
    const after = Number(query.get("since_id") ?? 0);
    sendJson(response, { data: items(after + 1, Math.min(4, 10 - after)) });
  });

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "keyset", key_param: "since_id" } }),
  );

  expect(run.records()).toEqual(items(1, 10));
});

test("R17: a server that lowers the page size loses nothing and is named", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 25, 4) }),
  );

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "offset", page_size: 10 } }),
  );

  expect(run.records()).toEqual(items(0, 25));
  expect(run.stderr).toContain("page_size_clamped");
});

test("R17: fewer records than the API's total fail the run", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 25), total: 30 }),
  );

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    "stream items: read 25 records, but the API's total is 30 (E_TOTAL)",
  );
  expect(run.state).toBeUndefined();
});

test("R17: a total that shrinks while it is read fails the run, as rows moved", async () => {
  await using api = await serve(({ query }, response) => {
    const isFirst = query.get("offset") === "0";
    sendJson(
      response,
      isFirst ? { data: items(0, 10), total: 20 } : { data: items(11, 9), total: 19 },
    );
  });

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("E_PAGE_DRIFT") });
});

test("R17: a record that comes again on the next page fails the run, or only warns when asked to", async () => {
  await using api = await serve(({ query }, response) => {
    const isFirst = query.get("offset") === "0";
    sendJson(
      response,
      isFirst ? { data: items(0, 10), total: 20 } : { data: items(9, 10), total: 20 },
    );
  });

  const failed = await runTap(itemsConfig(api.url, { pagination: offset }));
  const warned = await runTap(itemsConfig(api.url, { pagination: offset, integrity: "warn" }));

  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("E_PAGE_DRIFT") });
  expect(warned).toMatchObject({ code: 0, stderr: expect.stringContaining("E_PAGE_DRIFT") });
});

test("R17: integrity restart reads the stream again after rows moved", async () => {
  let requestCount = 0;
  await using api = await serve(({ query }, response) => {
    requestCount++;
    const total = requestCount === 1 ? 20 : 19;
    sendJson(response, { data: offsetPage(query, total), total });
  });

  const run = await runTap(itemsConfig(api.url, { pagination: offset, integrity: "restart" }));

  expect(run.code).toBe(0);
  expect(new Set(run.records().map(({ id }) => id)).size).toBe(19);
  expect(requestCount).toBe(4);
});

test("R17: records that come again on a later page fail the run, though the count is right", async () => {
  // An API without an order: the second page shows record 3 once more, and record 14 nowhere.
  const pages = [items(0, 10), [...items(10, 4), { id: 3 }, ...items(15, 5)]];
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: pages[Number(query.get("offset")) / 10], total: 20 }),
  );

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("1 records came on two") });
  expect(run.stderr).toContain("(E_PAGE_DRIFT)");
});

test("R17: overlap_probe finds rows that were deleted from an API without a total, and costs no record", async () => {
  let ids = items(0, 25);
  await using api = await serve(({ query, path }, response) => {
    const start = Number(query.get("offset"));
    sendJson(response, { data: ids.slice(start, start + 10) });
    if (path === "/moving") ids = ids.filter(({ id }) => id !== 4);
  });
  const pagination = { style: "offset", page_size: 10, overlap_probe: true };

  const still = await runTap(itemsConfig(api.url, { pagination }));
  const moving = await runTap(itemsConfig(api.url, { pagination, path: "/moving" }));
  const alone = await runTap(itemsConfig(api.url, { pagination: { ...pagination, page_size: 1 } }));

  expect(still.records()).toEqual(items(0, 25));
  expect(api.requests.slice(0, 4)).toEqual(
    [0, 9, 18, 24].map((start) => `GET /items?limit=10&offset=${start}`),
  );
  expect(moving).toMatchObject({ code: 1, stderr: expect.stringContaining("(E_PAGE_DRIFT)") });
  expect(alone).toMatchObject({ code: 2, stderr: expect.stringContaining("overlap_probe") });
});

test("R10: the first page number is left out when the API refuses it", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: query.has("page") ? [] : items(0, 5) }),
  );

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "page", inject_on_first_request: false } }),
  );

  expect(run.records()).toEqual(items(0, 5));
  expect(api.requests).toEqual(["GET /items", "GET /items?page=2"]);
});

test.each([
  ["a next URL", () => ({ data: items(0, 2), next: "/items?page=2" })],
  ["a cursor", () => ({ data: items(0, 2), next_cursor: "x" })],
])("R18: auto finds %s", async (_name, first) => {
  await using api = await serve(({ query }, response) => {
    sendJson(response, [...query.keys()].length === 0 ? first() : { data: items(2, 2) });
  });

  const run = await runTap(itemsConfig(api.url, { pagination: { style: "auto" } }));

  expect(run.records()).toEqual(items(0, 4));
});

test("R18: auto finds offset and limit by a total, and checks it", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 25), total: 25 }),
  );

  const run = await runTap(itemsConfig(api.url, { pagination: { style: "auto" } }));

  expect(run.records()).toEqual(items(0, 25));
});

test("R19: max_pages and max_records end a stream early without a complaint", async () => {
  await using api = await serve(({ query }, response) =>
    sendJson(response, { data: offsetPage(query, 100), total: 100 }),
  );

  const pages = await runTap(itemsConfig(api.url, { pagination: { ...offset, max_pages: 2 } }));
  const records = await runTap(
    itemsConfig(api.url, { pagination: { ...offset, max_records: 25 } }),
  );

  expect(pages.records()).toHaveLength(20);
  expect(records.records()).toHaveLength(30);
  expect(api.requests).toHaveLength(2 + 3);
});

test("R21: a cursor that comes back ends the run with an error", async () => {
  await using api = await serve(({ query }, response) => {
    const page = Number(query.get("cursor") ?? 0);
    sendJson(response, { data: items(page, 1), next: (page + 1) % 4 });
  });

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "cursor", cursor_path: "$.next" } }),
  );

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("E_PAGE_LOOP") });
});

test("R21: an API that ignores the offset ends the run with an error", async () => {
  await using api = await serve((_request, response) => sendJson(response, { data: items(0, 10) }));

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "offset", page_size: 10 } }),
  );

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("E_PAGE_LOOP") });
});
