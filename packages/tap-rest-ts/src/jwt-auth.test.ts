import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { jwtVerify } from "jose";
import { items, sendJson, serve, type TestServer } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const secret = "canary-shared-secret-canary-shared-secret";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (key: KeyObject): string => String(key.export({ type: "pkcs8", format: "pem" }));
const claims = { iss: "etl@example", sub: "reader", aud: "https://api.example" };

let api: TestServer;
let folder: string;
let key: KeyObject | Uint8Array;
let refresh = "r1";
const forms: URLSearchParams[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tap-rest-jwt-"));
  api = await serve((request, response, body) => {
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    const refuse = (): void => void response.writeHead(401).end();
    const check = (jwt: string): Promise<unknown> =>
      jwtVerify(jwt, key, { issuer: claims.iss, audience: claims.aud, subject: claims.sub });
    if (request.path === "/token") {
      const form = new URLSearchParams(body);
      forms.push(form);
      check(form.get("assertion") ?? "").then(
        () => sendJson(response, { access_token: "t1", expires_in: 3600 }),
        refuse,
      );
    } else if (request.path === "/rotate") {
      if (new URLSearchParams(body).get("refresh_token") !== refresh) return refuse();
      refresh = `r${Number(refresh.slice(1)) + 1}`;
      sendJson(response, { access_token: "t1", refresh_token: refresh });
    } else if (token === "t1") sendJson(response, { data: items(0, 1) });
    else check(token).then(() => sendJson(response, { data: items(0, 1) }), refuse);
  });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("R26: an assertion signed with RS256 is exchanged for a token", async () => {
  key = rsa.publicKey;

  const run = await runTap(
    itemsConfig(
      api.url,
      {},
      {
        auth_method: "oauth",
        grant_type: "jwt_bearer",
        access_token_url: `${api.url}/token`,
        jwt_key: pem(rsa.privateKey).replaceAll("\n", "\\n"),
        jwt_key_id: "k1",
        jwt_claims: claims,
        scope: "read",
      },
    ),
  );

  expect(run).toMatchObject({ code: 0 });
  expect(run.records()).toEqual(items(0, 1));
  expect(forms[0]?.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
  expect(forms[0]?.get("scope")).toBe("read");
});

test.each([
  [
    "ES256",
    pem(curve.privateKey),
    createPublicKey(curve.publicKey.export({ type: "spki", format: "pem" })),
  ],
  ["PS512", pem(rsa.privateKey), rsa.publicKey],
  ["HS256", secret, new TextEncoder().encode(secret)],
])("R26: a token signed with %s is shown itself", async (algorithm, jwtKey, publicKey) => {
  key = publicKey;
  const auth = {
    auth_method: "jwt",
    jwt_algorithm: algorithm,
    jwt_key: jwtKey,
    jwt_claims: claims,
  };

  const run = await runTap(itemsConfig(api.url, {}, auth));

  expect(run).toMatchObject({ code: 0 });
  expect(run.records()).toEqual(items(0, 1));
});

test("R26: a key that doesn't fit the algorithm is one line that does not show it", async () => {
  const auth = { auth_method: "jwt", jwt_algorithm: "RS256", jwt_key: secret };

  const run = await runTap(itemsConfig(api.url, {}, auth));

  expect(run.code).toBe(2);
  expect(run.stderr).toContain("setting `jwt_key` is no key for RS256 (E_SETTING)");
  expect(run.stderr).not.toContain("canary");
});

test("R28: a rotated refresh token is kept in token_file, and the next run goes on with it", async () => {
  const tokenFile = join(folder, "token.json");
  const config = itemsConfig(
    api.url,
    {},
    {
      auth_method: "oauth",
      grant_type: "refresh_token",
      access_token_url: `${api.url}/rotate`,
      refresh_token: "r1",
      token_file: tokenFile,
    },
  );

  const first = await runTap(config);
  const second = await runTap(config);

  expect([first.code, second.code]).toEqual([0, 0]);
  expect(JSON.parse(await readFile(tokenFile, "utf8"))).toEqual({ refresh_token: "r3" });
  expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
});

test("R28: a token file of another kind is E_TOKEN_FILE", async () => {
  const tokenFile = join(folder, "other.json");
  await writeFile(tokenFile, "[]");

  const run = await runTap(
    itemsConfig(
      api.url,
      {},
      {
        auth_method: "oauth",
        grant_type: "refresh_token",
        access_token_url: `${api.url}/rotate`,
        token_file: tokenFile,
      },
    ),
  );

  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/other.json has no refresh_token \(E_TOKEN_FILE\)/);
});
