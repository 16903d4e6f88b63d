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
  [
    "R31: API keys go along with another method",
    { auth_method: "bearer_token", bearer_token: "t0ken", api_keys: { "X-Key": "k1" } },
    {},
    "/items",
    { authorization: "Bearer t0ken", "x-key": "k1" },
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

test.each([
  [
    "client_credentials",
    { client_id: "me", client_secret: "s3" },
    "grant_type=client_credentials&client_id=me&client_secret=s3&scope=read&audience=x",
  ],
  [
    "refresh_token",
    { refresh_token: "r1" },
    "grant_type=refresh_token&refresh_token=r1&scope=read&audience=x",
  ],
  [
    "password",
    { username: "u", password: "p" },
    "grant_type=password&username=u&password=p&scope=read&audience=x",
  ],
])(
  "R25: OAuth 2 by %s asks for one token and uses it for all pages",
  async (grant, settings, form) => {
    const forms: string[] = [];
    await using api = await serve((request, response, body) => {
      if (request.path === "/token") {
        forms.push(body);
        return sendJson(response, { access_token: "t1", expires_in: 3600 });
      }
      if (request.headers.authorization !== "Bearer t1") return void response.writeHead(401).end();
      sendJson(response, { data: request.query.get("offset") === "0" ? items(0, 2) : [] });
    });
    const oauth = {
      auth_method: "oauth",
      grant_type: grant,
      access_token_url: `${api.url}/token`,
      scope: "read",
      oauth_extras: { audience: "x" },
    };

    const run = await runTap(
      itemsConfig(
        api.url,
        { pagination: { style: "offset", page_size: 2 } },
        { ...oauth, ...settings },
      ),
    );

    expect(run.records()).toEqual(items(0, 2));
    expect(forms).toEqual([form]);
  },
);

test("R34: after a 401 a new token is asked for and the page is read again, and R28: a rotated refresh token is used", async () => {
  const forms: string[] = [];
  await using api = await serve((request, response, body) => {
    if (request.path === "/token") {
      forms.push(body);
      return sendJson(response, {
        access_token: `t${forms.length}`,
        refresh_token: `r${forms.length + 1}`,
      });
    }
    const isRefused =
      request.query.get("offset") === "2" && request.headers.authorization === "Bearer t1";
    if (isRefused) return void response.writeHead(401).end();
    sendJson(response, {
      data:
        request.query.get("offset") === "4" ? [] : items(Number(request.query.get("offset")), 2),
    });
  });
  const oauth = {
    auth_method: "oauth",
    grant_type: "refresh_token",
    access_token_url: `${api.url}/token`,
    refresh_token: "r1",
  };

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "offset", page_size: 2 } }, oauth),
  );

  expect(run.records()).toEqual(items(0, 4));
  expect(forms).toEqual([
    "grant_type=refresh_token&refresh_token=r1",
    "grant_type=refresh_token&refresh_token=r2",
  ]);
});

test("R31: a stream has an authentication of its own", async () => {
  const seen: Record<string, string | undefined> = {};
  await using api = await serve((request, response) => {
    seen[request.path] = request.headers.authorization;
    sendJson(response, { data: [] });
  });
  const stream = { records_path: "$.data[*]", schema: { properties: {} } };
  const auth = { auth_method: "bearer_token", bearer_token: "canary-token" };

  const run = await runTap({
    api_url: api.url,
    username: "a",
    password: "b",
    streams: [
      { name: "one", ...stream },
      { name: "two", ...stream, auth },
    ],
  });

  expect(run.code).toBe(0);
  expect(seen).toEqual({ "/one": "Basic YTpi", "/two": "Bearer canary-token" });
});

test("R24: API key in a JSON body", async () => {
  let seen = "";
  await using api = await serve((_request, response, body) => {
    seen = body;
    sendJson(response, { data: items(0, 1) });
  });
  const auth = { auth_method: "api_key", api_keys: { key: "k1" }, api_key_in: "body" };

  const run = await runTap(itemsConfig(api.url, { body: { a: 1 } }, auth));

  expect(run.records()).toEqual(items(0, 1));
  expect(seen).toBe('{"a":1,"key":"k1"}');
});

test("R25: the client shows itself in a header when asked to, and a token is renewed before it expires", async () => {
  const logins: (string | undefined)[] = [];
  await using api = await serve((request, response, body) => {
    if (request.path === "/token") {
      logins.push(`${request.headers.authorization} ${body}`);
      return sendJson(response, { access_token: `t${logins.length}`, expires_in: "0" });
    }
    const first = Number(request.query.get("offset"));
    const isRefused = request.headers.authorization !== `Bearer t${first / 2 + 1}`;
    if (isRefused) return void response.writeHead(403).end();
    sendJson(response, { data: items(first, first < 2 ? 2 : 0) });
  });
  const auth = {
    auth_method: "oauth",
    access_token_url: `${api.url}/token`,
    client_id: "me",
    client_secret: "a b:c",
    oauth_client_auth: "basic",
  };

  const run = await runTap(
    itemsConfig(api.url, { pagination: { style: "offset", page_size: 2 } }, auth),
  );

  expect(run.records()).toEqual(items(0, 2));
  const header = `Basic ${Buffer.from("me:a+b%3Ac").toString("base64")}`;
  expect(logins).toEqual(Array(2).fill(`${header} grant_type=client_credentials`));
});
