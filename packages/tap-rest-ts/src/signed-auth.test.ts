import { createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import { items, sendJson, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const offset = { pagination: { style: "offset", page_size: 2 } };

test("R27: a session is opened by a login, shown with every page, and opened again after a 401", async () => {
  const logins: string[] = [];
  await using api = await serve((request, response, body) => {
    if (request.path === "/login") {
      logins.push(body);
      return sendJson(response, { session: { id: `s${logins.length}` } });
    }
    const first = Number(request.query.get("offset"));
    const session = first < 2 ? "s1" : "s2";
    if (request.headers["x-session"] !== session) return void response.writeHead(401).end();
    sendJson(response, { data: items(first, first < 4 ? 2 : 0) });
  });

  const run = await runTap(
    itemsConfig(api.url, offset, {
      auth_method: "session",
      session_login_url: `${api.url}/login`,
      session_login_body: { user: "etl", key: "canary-key" },
      session_token_path: "$.session.id",
      session_header: "X-Session",
      session_prefix: "",
    }),
  );

  expect(run.records()).toEqual(items(0, 4));
  expect(run.code).toBe(0);
  expect(logins).toEqual(Array(2).fill('{"user":"etl","key":"canary-key"}'));
  expect(run.stderr).not.toContain("canary-key");
});

test("R27: a login without a token is E_LOGIN", async () => {
  await using api = await serve((_request, response) => sendJson(response, { error: "no" }));
  const login = { auth_method: "session", session_login_url: `${api.url}/login`, username: "a" };

  const run = await runTap(itemsConfig(api.url, {}, login));

  expect(run.code).toBe(1);
  expect(run.stderr).toContain("(E_LOGIN)");
});

test("R30: every request is signed by HMAC over its method, path, time and body", async () => {
  const secret = "canary-secret";
  await using api = await serve((request, response) => {
    const time = String(request.headers["x-timestamp"]);
    const text = `${request.method}\n${request.url}\n${time}\n`;
    const expected = createHmac("sha256", secret).update(text).digest("hex");
    if (request.headers["x-signature"] !== expected) return void response.writeHead(403).end();
    const first = Number(request.query.get("offset"));
    sendJson(response, { data: items(first, first < 4 ? 2 : 0) });
  });

  const run = await runTap(
    itemsConfig(api.url, offset, { auth_method: "hmac", hmac_secret: secret }),
  );

  expect(run.records()).toEqual(items(0, 4));
  expect(run.code).toBe(0);
  expect(run.stderr).not.toContain(secret);
});
