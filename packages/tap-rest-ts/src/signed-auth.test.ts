import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
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

/** The signature that Signature Version 4 gives a request, by its specification alone. */
function awsSignature(
  request: IncomingMessage,
  { body, secret }: { readonly body: string; readonly secret: string },
): string {
  const header = request.headers.authorization ?? "";
  const [, scope = "", signedNames = ""] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(header) ?? [];
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const url = new URL(request.url ?? "", "http://localhost");
  const query = [...url.searchParams]
    .map((pair) => pair.map(encodeURIComponent).join("="))
    .toSorted()
    .join("&");
  const headers = signedNames
    .split(";")
    .map((name) => `${name}:${String(request.headers[name])}\n`);
  const canonical = [
    request.method,
    url.pathname,
    query,
    headers.join(""),
    signedNames,
    hash(body),
  ];
  const text = [
    "AWS4-HMAC-SHA256",
    request.headers["x-amz-date"],
    scope,
    hash(canonical.join("\n")),
  ];
  const key = scope
    .split("/")
    .reduce<string | Buffer>(
      (inner, part) => createHmac("sha256", inner).update(part).digest(),
      `AWS4${secret}`,
    );
  return createHmac("sha256", key).update(text.join("\n")).digest("hex");
}

test.each([
  [
    "settings of their own",
    { aws_access_key_id: "AKID", aws_secret_access_key: "canary-aws", aws_region: "eu-west-1" },
    {},
  ],
  [
    "aws_credentials",
    {
      aws_credentials: {
        aws_access_key_id: "AKID",
        aws_secret_access_key: "canary-aws",
        aws_default_region: "eu-west-1",
        use_signed_credentials: true,
      },
    },
    {},
  ],
  [
    "AWS's variables",
    {},
    {
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "canary-aws",
      AWS_REGION: "eu-west-1",
      AWS_SESSION_TOKEN: "session",
    },
  ],
])(
  "R29: requests are signed by Signature Version 4 with a key from %s",
  async (_name, settings, env) => {
    await using api = await serve((request, response, body) => {
      const signature = awsSignature(request, { body, secret: "canary-aws" });
      const isSigned = request.headers.authorization?.endsWith(`Signature=${signature}`) === true;
      if (!isSigned) return void response.writeHead(403).end();
      const first = Number(request.query.get("offset"));
      sendJson(response, { data: items(first, first < 4 ? 2 : 0) });
    });

    const get = { ...offset, params: { q: "a b+c&d", z: "é" } };
    const post = { ...offset, body: { kind: "all" } };
    const auth = { auth_method: "aws", ...settings };
    const runs = [
      await runTap(itemsConfig(api.url, get, auth), { env }),
      await runTap(itemsConfig(api.url, post, auth), { env }),
    ];

    for (const run of runs) {
      expect(run.records()).toEqual(items(0, 4));
      expect(run.stderr).not.toContain("canary");
    }
  },
);
