import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { items, offsetPage, sendJson, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const offset = { style: "offset", page_size: 10, total_path: "$.total" };

test.each([500, 502, 503, 504, 429, 408])(
  "R63: a status %d passes and the page is asked for again",
  async (status) => {
    let requestCount = 0;
    await using api = await serve(({ query }, response) => {
      requestCount++;
      if (requestCount === 2) response.writeHead(status).end();
      else sendJson(response, { data: offsetPage(query, 20), total: 20 });
    });

    const run = await runTap(itemsConfig(api.url, { pagination: offset }));

    expect(run.code).toBe(0);
    expect(run.records()).toEqual(items(0, 20));
  },
);

test("R63: a connection that breaks in mid-body is tried again, and no record comes twice", async () => {
  let requestCount = 0;
  await using api = await serve(({ query }, response) => {
    requestCount++;
    const body = JSON.stringify({ data: offsetPage(query, 20), total: 20 });
    if (requestCount !== 2) {
      sendJson(response, body);
      return;
    }
    response.writeHead(200, { "content-length": String(body.length) });
    response.write(body.slice(0, 60), () => response.destroy());
  });

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run.code).toBe(0);
  expect(run.records()).toEqual(items(0, 20));
});

test("R63: a body that ends early without a length is tried again", async () => {
  let requestCount = 0;
  await using api = await serve((_request, response) => {
    requestCount++;
    sendJson(response, requestCount === 1 ? '{"data":[{"id":0},{"id"' : { data: items(0, 2) });
  });

  const run = await runTap(itemsConfig(api.url));

  expect(run.code).toBe(0);
  expect(run.records()).toEqual(items(0, 2));
});

test("R63: an answer that takes longer than request_timeout_seconds is tried again", async () => {
  let requestCount = 0;
  await using api = await serve((_request, response) => {
    requestCount++;
    if (requestCount === 1) response.writeHead(200).write('{"data":[');
    else sendJson(response, { data: items(0, 2) });
  });

  const run = await runTap(itemsConfig(api.url, {}, { request_timeout_seconds: 0.3 }));

  expect(run.code).toBe(0);
  expect(run.stderr).toContain("E_TIMEOUT");
});

test("R63: a fault that stays ends the run after max_tries", async () => {
  await using api = await serve((_request, response) => void response.writeHead(500).end());

  const run = await runTap(itemsConfig(api.url, {}, { max_tries: 3 }));

  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("answered 500 (E_SERVER)"),
  });
  expect(api.requests).toHaveLength(3);
});

test("R63: a refused connection ends the run with one line", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  const port = typeof address === "object" ? address?.port : 0;

  const run = await runTap(itemsConfig(`http://127.0.0.1:${port}`, {}, { max_tries: 2 }));

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("(E_CONNECT)") });
});

test.each([
  ["seconds", () => "1"],
  ["an HTTP date", () => new Date(Date.now() + 2000).toUTCString()],
])("R64: Retry-After as %s is waited for", async (_form, retryAfter) => {
  const times: number[] = [];
  await using api = await serve((_request, response) => {
    times.push(Date.now());
    if (times.length === 1) response.writeHead(429, { "retry-after": retryAfter() }).end();
    else sendJson(response, { data: items(0, 1) });
  });

  const run = await runTap(itemsConfig(api.url));

  expect(run.code).toBe(0);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(900);
});

test("R64: a wait longer than retry_after_max_seconds ends the run at once", async () => {
  await using api = await serve(
    (_request, response) => void response.writeHead(429, { "retry-after": "3600" }).end(),
  );

  const run = await runTap(itemsConfig(api.url));

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("E_RATE_LIMIT") });
  expect(api.requests).toHaveLength(1);
});

test("R67: a page that keeps failing is an error and no bookmark moves", async () => {
  await using api = await serve(({ query }, response) => {
    if (query.get("offset") === "10") response.writeHead(500).end();
    else sendJson(response, { data: offsetPage(query, 30), total: 30 });
  });

  const run = await runTap(
    itemsConfig(api.url, { pagination: offset, replication_key: "id" }, { max_tries: 2 }),
  );

  expect(run.code).toBe(1);
  expect(run.records()).toEqual(items(0, 10));
  expect(run.state).toBeUndefined();
});

test("an unknown host is one line with a hint", async () => {
  const run = await runTap(itemsConfig("https://no-such-host.invalid"));

  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(
    /error: GET https:\/\/no-such-host\.invalid\/items failed: unknown host no-such-host\.invalid \(E_HOST\)\nhint: /u,
  );
  expect(run.stderr).not.toContain("    at ");
});

test("refused credentials are one line that names neither user nor password", async () => {
  await using api = await serve((_request, response) => void response.writeHead(401).end());

  const run = await runTap(
    itemsConfig(api.url, {}, { username: "reader", password: "canary-secret" }),
  );

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("E_LOGIN") });
  expect(run.stderr + run.stdout).not.toContain("canary-secret");
});

test("a path that is not there is E_NOT_FOUND", async () => {
  await using api = await serve((_request, response) => void response.writeHead(404).end());

  const run = await runTap(itemsConfig(api.url));

  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("/items answered 404 (E_NOT_FOUND)"),
  });
});

test("an answer that is not JSON is named with its content type", async () => {
  await using api = await serve((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>login</html>");
  });

  const run = await runTap(itemsConfig(api.url));

  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("is not JSON (text/html)"),
  });
  expect(run.stderr).not.toContain("login</html>");
});

test("a wrong records_path says where arrays are", async () => {
  await using api = await serve((_request, response) =>
    sendJson(response, { result: { items: items(0, 2) } }),
  );

  const run = await runTap(itemsConfig(api.url));

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("(E_RECORDS_PATH)") });
  expect(run.stderr).toContain("hint: set records_path to $.result.items[*]");
});

test("no query of a URL is shown, as keys may stand in it", async () => {
  await using api = await serve((_request, response) => void response.writeHead(500).end());

  const run = await runTap(
    itemsConfig(api.url, { params: { key: "canary-secret" } }, { max_tries: 2 }),
  );

  expect(run.code).toBe(1);
  expect(run.stderr).not.toContain("canary-secret");
});

test("a malformed record on a later page fails the run instead of ending the stream", async () => {
  await using api = await serve(({ query }, response) => {
    sendJson(
      response,
      query.get("offset") === "0"
        ? { data: items(0, 10), total: 20 }
        : '{"data":[{"id":01}],"total":20}',
    );
  });

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("malformed at byte 16") });
});

test("R65: a budget that is used up is waited for before the next request", async () => {
  const times: number[] = [];
  await using api = await serve(({ query }, response) => {
    times.push(Date.now());
    const headers = { "ratelimit-remaining": String(1 - times.length), "ratelimit-reset": "1" };
    sendJson(response, { data: offsetPage(query, 20), total: 20 }, headers);
  });

  const run = await runTap(itemsConfig(api.url, { pagination: offset }));

  expect(run.records()).toEqual(items(0, 20));
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(900);
});

test.each([
  [404, { status: 404, action: "ignore" }, 0, []],
  [200, { contains: "busy", action: "retry" }, 0, items(0, 1)],
  [200, { contains: "busy", action: "fail" }, 1, []],
])(
  "R66: an answer of status %d under the response rule %j",
  async (status, rule, code, expected) => {
    let requestCount = 0;
    await using api = await serve((_request, response) => {
      requestCount++;
      if (status === 404) response.writeHead(404).end();
      else sendJson(response, requestCount === 1 ? { busy: true } : { data: items(0, 1) });
    });

    const run = await runTap(itemsConfig(api.url, { response_rules: [rule] }));

    expect(run.code).toBe(code);
    expect(run.records()).toEqual(expected);
  },
);

test("R33: requests go through a proxy", async () => {
  await using proxy = await serve((_request, response) =>
    sendJson(response, { data: items(0, 1) }),
  );

  const run = await runTap(
    itemsConfig("http://api.invalid", {}, { proxy_url: proxy.url, max_tries: 1 }),
  );

  expect(run.records()).toEqual(items(0, 1));
  expect(proxy.requests).toEqual(["GET http://api.invalid/items"]);
});

test("R2: a body is sent as a form when asked to", async () => {
  let seen = "";
  await using api = await serve((request, response, body) => {
    seen = `${request.method} ${request.headers["content-type"]} ${body}`;
    sendJson(response, { data: [] });
  });

  const run = await runTap(itemsConfig(api.url, { body: { a: "x y", n: 1 }, body_format: "form" }));

  expect(run.code).toBe(0);
  expect(seen).toBe("POST application/x-www-form-urlencoded a=x+y&n=1");
});
