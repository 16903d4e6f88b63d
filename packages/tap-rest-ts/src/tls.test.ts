import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { generate } from "selfsigned";
import { items, sendJson } from "./testing/api-server.test.support.ts";
import { itemsConfig, runTap } from "./testing/run-tap.test.support.ts";

const hosts = [
  { type: 2, value: "localhost" },
  { type: 7, ip: "127.0.0.1" },
] as const;

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tap-rest-tls-"));
  const make = (name: string) =>
    generate([{ name: "commonName", value: name }], {
      keySize: 2048,
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: [...hosts] },
      ],
    });
  const [own, client] = [await make("localhost"), await make("etl")];
  await writeFile(join(folder, "ca.pem"), own.cert);
  await writeFile(join(folder, "cert.pem"), client.cert);
  await writeFile(join(folder, "key.pem"), client.private);
  server = createServer(
    {
      key: own.private,
      cert: own.cert,
      ca: client.cert,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      // The server speaks TLS only.
      const isKnown = (request.socket as TLSSocket).authorized;
      if (isKnown) sendJson(response, { data: items(0, 2) });
      else response.writeHead(403).end();
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  url = `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test("R33: ca_file trusts a private authority, cert_file and key_file show a client certificate", async () => {
  const files = { ca_file: "ca.pem", cert_file: "cert.pem", key_file: "key.pem" };

  const run = await runTap(itemsConfig(url, {}, files), { cwd: folder });

  expect(run).toMatchObject({ code: 0 });
  expect(run.records()).toEqual(items(0, 2));
});

test("R33: without a client certificate the API refuses, and without ca_file its certificate is refused by name", async () => {
  const unknown = await runTap(itemsConfig(url, {}, { ca_file: "ca.pem" }), { cwd: folder });
  const untrusted = await runTap(itemsConfig(url), { cwd: folder });

  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("403") });
  expect(untrusted).toMatchObject({ code: 1, stderr: expect.stringContaining("(E_TLS)") });
});
