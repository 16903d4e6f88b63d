import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { items, sendJson, serve, type TestServer } from "./testing/api-server.test.support.ts";
import { idSchema, runTap } from "./testing/run-tap.test.support.ts";

let total = 3;
let api: TestServer;
beforeAll(async () => {
  api = await serve(({ path, query }, response) => {
    const regions = ["eu", "us", "sa"].map((code, index) => ({ code, limit: index + 1 }));
    if (path === "/regions") {
      const offset = Number(query.get("offset"));
      sendJson(response, { data: regions.slice(offset, offset + 2), total });
    } else sendJson(response, { data: items(0, Number(query.get("limit"))) });
  });
});
afterAll(async () => await api[Symbol.asyncDispose]());

const pagination = { style: "offset", page_size: 2, total_path: "$.total" };
const stream = {
  name: "orders_{item.code}",
  path: "/{item.code}/orders",
  params: { limit: "{item.limit}" },
  schema: idSchema,
};
const config = (dynamic: object): unknown => ({
  api_url: api.url,
  records_path: "$.data[*]",
  streams: [],
  dynamic_streams: [dynamic],
});

test("R49: an API's list, page by page, gives a stream for each of its items", async () => {
  const all = config({ from: { path: "/regions", pagination }, stream });

  const discovered = await runTap(all, { args: ["--discover"] });
  const run = await runTap(all);

  const catalog = JSON.parse(discovered.stdout) as { streams: { tap_stream_id: string }[] };
  expect(catalog.streams.map(({ tap_stream_id: id }) => id)).toEqual([
    "orders_eu",
    "orders_us",
    "orders_sa",
  ]);
  expect(run.code).toBe(0);
  expect(["orders_eu", "orders_us", "orders_sa"].map((name) => run.records(name))).toEqual([
    items(0, 1),
    items(0, 2),
    items(0, 3),
  ]);
});

test("R49: a list in the settings gives streams, and other templates stay for the requests", async () => {
  const named = { ...stream, name: "{item}", path: "/{item}/{partition.p}", params: { limit: 1 } };
  const run = await runTap(
    config({ items: ["eu", "us"], stream: { ...named, partitions: [{ p: "x" }] } }),
  );

  expect(
    run.messages.flatMap(({ type, stream: name }) => (type === "RECORD" ? [name] : [])),
  ).toEqual(["eu", "us"]);
  expect(api.requests.slice(-2)).toEqual(["GET /eu/x?limit=1", "GET /us/x?limit=1"]);
});

test.each([
  ["a list that is shorter than its total", { from: { path: "/regions", pagination } }, "E_TOTAL"],
  ["an item without the value", { items: ["eu"] }, "E_TEMPLATE"],
  [
    "items that give the same name",
    {
      items: [
        { code: "a", limit: 1 },
        { code: "a", limit: 1 },
      ],
    },
    "E_SETTING",
  ],
  ["neither items nor from", {}, "E_SETTING"],
])("R49: %s ends the run by name", async (_name, dynamic, code) => {
  total = 4;

  const run = await runTap(config({ ...dynamic, stream }));
  total = 3;

  expect(run.code).not.toBe(0);
  expect(run.stderr).toContain(code);
  expect(run.records()).toEqual([]);
});
