import { expect, test } from "@jest/globals";
import { items, sendJson, serve } from "./testing/api-server.test.support.ts";
import { idSchema, itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

test("R1: many streams share what stands at the top, and each overrides what it must", async () => {
  await using api = await serve(({ path }, response) =>
    sendJson(response, path === "/b" ? { rows: items(2, 1) } : { data: items(1, 1) }),
  );

  const run = await runTap({
    api_url: api.url,
    records_path: "$.data[*]",
    primary_keys: ["id"],
    streams: [
      { name: "a", schema: idSchema },
      { name: "b", schema: idSchema, records_path: "$.rows[*]", primary_keys: [] },
    ],
  });

  expect(run.code).toBe(0);
  expect(run.records("a")).toEqual(items(1, 1));
  expect(run.records("b")).toEqual(items(2, 1));
  expect(run.messages.filter(({ type }) => type === "SCHEMA")).toMatchObject([
    { stream: "a", key_properties: ["id"] },
    { stream: "b", key_properties: [] },
  ]);
});

test("R3: a stream's parameters and headers are added to those at the top, and win", async () => {
  const seen: (string | string[] | undefined)[] = [];
  await using api = await serve(({ headers }, response) => {
    seen.push(headers["x-tenant"], headers["accept-language"]);
    sendJson(response, { data: items(0, 1) });
  });
  const stream = { params: { b: "2" }, headers: { "X-Tenant": "two" } };

  const run = await runTap(
    itemsConfig(api.url, stream, {
      params: { a: "1", b: "1" },
      headers: { "X-Tenant": "one", "Accept-Language": "pt" },
    }),
  );

  expect(run.code).toBe(0);
  expect(api.requests).toEqual(["GET /items?a=1&b=2"]);
  expect(seen).toEqual(["two", "pt"]);
});

test("R5: a stream's path may be a whole URL", async () => {
  await using other = await serve((_request, response) =>
    sendJson(response, { data: items(0, 1) }),
  );
  await using api = await serve((_request, response) => void response.writeHead(500).end());

  const run = await runTap(itemsConfig(api.url, { path: `${other.url}/elsewhere` }));

  expect(run.records()).toEqual(items(0, 1));
  expect(other.requests).toEqual(["GET /elsewhere"]);
  expect(api.requests).toEqual([]);
});

test("R6: a list repeats its parameter, and special characters are encoded once", async () => {
  await using api = await serve((_request, response) => sendJson(response, { data: [] }));

  const run = await runTap(
    itemsConfig(api.url, { params: { status: ["open", "a&b"], q: "x y+z%" } }),
  );

  expect(run.code).toBe(0);
  const [, target = ""] = api.requests[0]?.split(" ") ?? [];
  expect([...new URL(target, api.url).searchParams]).toEqual([
    ["status", "open"],
    ["status", "a&b"],
    ["q", "x y+z%"],
  ]);
});

test("R40: JSON is read whatever its content type says, a byte order mark included", async () => {
  await using api = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    response.end(`\uFEFF{"data":[{"id":1,"name":"São Paulo \\ud83d\\ude80"}]}`);
  });
  const schema = { properties: { id: { type: "integer" }, name: { type: "string" } } };

  const run = await runTap(itemsConfig(api.url, { schema }));

  expect(run.records()).toEqual([{ id: 1, name: "São Paulo 🚀" }]);
});

test("R60: each partition is read by requests of its own, values in path and query", async () => {
  await using api = await serve(({ path, query }, response) =>
    sendJson(response, { data: items(path === "/eu/items" ? 0 : Number(query.get("year")), 1) }),
  );
  const partitions = [
    { region: "eu", year: "2024" },
    { region: "us", year: "2025" },
  ];

  const run = await runTap(
    itemsConfig(api.url, {
      path: "/{partition.region}/items",
      params: { year: "{partition.year}" },
      partitions,
    }),
  );

  expect(api.requests).toEqual(["GET /eu/items?year=2024", "GET /us/items?year=2025"]);
  expect(run.records()).toEqual([{ id: 0 }, { id: 2025 }]);
});

test("R33: a proxy_url that is no URL is a setting error that does not show it", async () => {
  const run = await runTap(
    itemsConfig("http://127.0.0.1:1", {}, { proxy_url: "user:s3cret@proxy" }),
  );

  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/^error: setting `proxy_url` is not a URL \(E_SETTING\)\nhint: /m);
  expect(run.stderr).not.toContain("s3cret");
});
