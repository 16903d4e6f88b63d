import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { items, sendJson, serve, type TestServer } from "./testing/api-server.test.support.ts";
import { idSchema, itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const names = Array.from({ length: 7 }, (_, index) => `p${index}`);
const schema = {
  type: "object",
  properties: { id: { type: "integer" }, ...Object.fromEntries(names.map((name) => [name, {}])) },
};

/** Rows 0 to 59 in the order of `at`, of which five at a time share one. */
const rows = Array.from({ length: 60 }, (_, id) => ({ id, at: 100 + Math.floor(id / 5) }));

let api: TestServer;
beforeAll(async () => {
  api = await serve(({ query, path }, response) => {
    const offset = Number(query.get("offset") ?? 0);
    const limit = Number(query.get("limit") ?? 2);
    if (path === "/wide" || path === "/moving") {
      const asked = query.get("fields")?.split(",") ?? [];
      if (asked.length > 4) return void response.writeHead(414).end();
      const isMoved = path === "/moving" && asked.includes("p6");
      const page = items(isMoved ? offset + 1 : offset, Math.min(limit, 5 - offset));
      const data = page.map(({ id }) =>
        Object.fromEntries(asked.map((name) => [name, name === "id" ? id : `${name} of ${id}`])),
      );
      return sendJson(response, { data, total: 5 });
    }
    // An API over a search engine: nothing past the 20th row, and no total above that.
    if (offset + limit > 20) return void response.writeHead(400).end();
    const order = path === "/backward" ? rows.toReversed() : rows;
    const since = Number(query.get("since") ?? 0);
    const found =
      path === "/same"
        ? rows.map(({ id }) => ({ id, at: 1 }))
        : order.filter(({ at }) => at >= since);
    const total = path === "/counted" ? found.length : Math.min(found.length, 20);
    sendJson(response, { data: found.slice(offset, offset + limit), total });
  });
});
afterAll(async () => await api[Symbol.asyncDispose]());

const offset = { style: "offset", page_size: 2, total_path: "$.total" };

test("R7: more properties than fit in a request are asked for in several, and put together by key", async () => {
  const run = await runTap(
    itemsConfig(api.url, {
      path: "/wide",
      schema,
      property_chunks: { size: 4 },
      pagination: offset,
    }),
  );

  expect(run).toMatchObject({ code: 0 });
  expect(run.records()).toEqual(
    items(0, 5).map(({ id }) => ({
      id,
      ...Object.fromEntries(names.map((name) => [name, `${name} of ${id}`])),
    })),
  );
  expect(
    api.requests.slice(0, 4).map((target) => new URL(target.slice(4), api.url).search),
  ).toEqual(
    ["id,p0,p1,p2", "id,p3,p4,p5", "id,p6", "id,p0,p1,p2"].map(
      (list, index) => `?limit=2&offset=${index < 3 ? 0 : 2}&fields=${encodeURIComponent(list)}`,
    ),
  );
});

test("R7: answers that hold other records fail the run, and length_max counts characters", async () => {
  const moved = await runTap(
    itemsConfig(api.url, {
      path: "/moving",
      schema,
      property_chunks: { length_max: 5, properties: ["p0", "p6"] },
      pagination: offset,
    }),
  );
  const narrow = await runTap(
    itemsConfig(api.url, { path: "/wide", schema, property_chunks: { length_max: 4 } }),
  );

  expect(moved).toMatchObject({ code: 1, stderr: expect.stringContaining("(E_PAGE_DRIFT)") });
  expect(narrow).toMatchObject({ code: 2, stderr: expect.stringContaining("no room for p0") });
});

const capped = {
  replication_key: "at",
  incremental: { start_param: "since" },
  pagination: { style: "offset", page_size: 6, offset_max: 20, total_path: "$.total" },
  schema: { ...idSchema, properties: { ...idSchema.properties, at: { type: "integer" } } },
};

test.each(["/capped", "/counted"])(
  "R20: past offset_max the reading of %s starts again at the last replication key, and each record comes once",
  async (path) => {
    const run = await runTap(itemsConfig(api.url, { ...capped, path }));

    expect(run).toMatchObject({ code: 0 });
    expect(run.records()).toEqual(rows);
    expect(run.state).toMatchObject({ bookmarks: { items: { replication_key_value: 111 } } });
  },
);

test.each([
  ["/backward", "E_PAGE_ORDER"],
  ["/same", "E_OFFSET_MAX"],
])(
  "R20: an API that can't be read past offset_max, %s, is %s, and no bookmark moves",
  async (path, code) => {
    const run = await runTap(itemsConfig(api.url, { ...capped, path }));

    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining(`(${code})`) });
    expect(run.state).toBeUndefined();
  },
);

test("R20: offset_max without a replication key to go on by is a setting error", async () => {
  const run = await runTap(itemsConfig(api.url, { ...capped, incremental: {} }));

  expect(run).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("incremental.start_param"),
  });
});
