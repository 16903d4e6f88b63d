import type { IncomingMessage } from "node:http";
import { expect, test } from "@jest/globals";
import { items, sendJson, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const basic = { authorization: `Basic ${Buffer.from("rädler:pä:ss").toString("base64")}` };

test.each([
  [
    "R22: basic by username and password",
    { username: "rädler", password: "pä:ss" },
    {},
    "/items",
    basic,
  ],
  [
    "R22: basic by API_USER and API_PASSWORD",
    {},
    { API_USER: "rädler", API_PASSWORD: "pä:ss" },
    "/items",
    basic,
  ],
  [
    "R22: no_auth sends none",
    { auth_method: "no_auth", username: "a", password: "b" },
    {},
    "/items",
    { host: expect.any(String) },
  ],
  [
    "R24: bearer token",
    { auth_method: "bearer_token", bearer_token: "t0ken" },
    {},
    "/items",
    { authorization: "Bearer t0ken" },
  ],
  [
    "R24: API key in a header",
    { auth_method: "api_key", api_keys: { "X-Key": "k1" } },
    {},
    "/items",
    { "x-key": "k1" },
  ],
  [
    "R24: API key in the query",
    { auth_method: "api_key", api_keys: { key: "k 1" }, api_key_in: "query" },
    {},
    "/items?key=k+1",
    {},
  ],
  [
    "R24: API key in a cookie",
    { auth_method: "api_key", api_keys: { key: "k1" }, api_key_in: "cookie" },
    {},
    "/items",
    { cookie: "key=k1" },
  ],
])("%s", async (_name, settings, env, target, headers) => {
  let seen: IncomingMessage | undefined;
  await using api = await serve((request, response) => {
    seen = request;
    sendJson(response, { data: items(0, 1) });
  });

  const run = await runTap(itemsConfig(api.url, {}, settings), { env });

  expect(run).toMatchObject({ code: 0 });
  expect(seen?.url).toBe(target);
  expect(seen?.headers).toMatchObject(headers);
});

test("API_HOST is read, with or without a trailing slash", async () => {
  await using api = await serve((_request, response) => sendJson(response, { data: items(0, 1) }));
  const config = itemsConfig("") as Record<string, unknown>;
  delete config["api_url"];

  const run = await runTap(config, { env: { API_HOST: `${api.url}/` } });

  expect(run.records()).toEqual(items(0, 1));
  expect(api.requests).toEqual(["GET /items"]);
});

test("a missing api_url is exit 2 and names the setting", async () => {
  const run = await runTap({ streams: [] });

  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("api_url") });
});
