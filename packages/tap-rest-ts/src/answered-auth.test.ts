import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { items, sendJson, serve } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const offset = { pagination: { style: "offset", page_size: 2 } };
const login = { auth_method: "digest", username: "Mufasa", password: "Circle, of Life" };

/** What RFC 7616 §3.4.1 makes of the members of an Authorization header. */
function expectedResponse(
  header: string,
  { algorithm, method, target }: { algorithm: string; method: string; target: string },
): { readonly sent: string | undefined; readonly expected: string } {
  const member = (name: string): string =>
    new RegExp(`\\b${name}="?([^",]*)"?`).exec(header)?.[1] ?? "";
  const hash = (text: string): string =>
    createHash(algorithm.startsWith("SHA-256") ? "sha256" : "md5")
      .update(text)
      .digest("hex");
  const secret = hash(`Mufasa:api@example:Circle, of Life`);
  const first = algorithm.endsWith("-sess")
    ? hash(`${secret}:${member("nonce")}:${member("cnonce")}`)
    : secret;
  const second = hash(`${method}:${target}`);
  const middle = [member("nonce"), member("nc"), member("cnonce"), member("qop")].join(":");
  return { sent: member("response"), expected: hash(`${first}:${middle}:${second}`) };
}

test.each(["MD5", "SHA-256", "SHA-256-sess", "MD5-sess"])(
  "R23: a digest challenge of %s is answered, counted, and answered anew when its nonce is stale",
  async (algorithm) => {
    const counts: (string | undefined)[] = [];
    let nonce = "nonce-1";
    await using api = await serve((request, response) => {
      const header = request.headers.authorization ?? "";
      const target = request.url ?? "";
      const { sent, expected } = expectedResponse(header, { algorithm, method: "GET", target });
      if (sent !== expected || !header.includes(`nonce="${nonce}"`)) {
        const challenge = `Basic realm="x", Digest realm="api@example", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="op"`;
        return void response.writeHead(401, { "www-authenticate": challenge }).end();
      }
      counts.push(/nc=(\w+)/.exec(header)?.[1]);
      const first = Number(request.query.get("offset"));
      if (first === 2) nonce = "nonce-2";
      sendJson(response, { data: items(first, first < 4 ? 2 : 0) });
    });

    const run = await runTap(itemsConfig(api.url, offset, login));

    expect(run.records()).toEqual(items(0, 4));
    expect(counts).toEqual(["00000001", "00000002", "00000001"]);
    expect(api.requests).toHaveLength(3 + 2);
  },
);

test("R23: a password that the digest challenge refuses ends the run", async () => {
  await using api = await serve(
    (_request, response) =>
      void response
        .writeHead(401, { "www-authenticate": 'Digest realm="api@example", nonce="n"' })
        .end(),
  );

  const run = await runTap(itemsConfig(api.url, {}, login));

  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/answered 401 \(E_LOGIN\)/);
  expect(api.requests).toHaveLength(2);
});
