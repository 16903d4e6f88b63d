import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { openStore } from "delta-lake-ts";
import { lostReply } from "./lost-reply.mjs";
import { createBucket } from "./bucket.mjs";
import { checkConcurrentTargets, checkRefusedTarget, checkTargetLoads } from "./target-checks.mjs";
import { checkFiles, checkRace, checkTable } from "./table-checks.mjs";
import { checkUnityCatalog } from "./unity-catalog.mjs";
import { Wire, wireChecks } from "./wire-faults.mjs";

const [folder, cache] = process.argv.slice(2);
const processes = [];
const proved = [];
let passed = 0;
let failed = 0;

function print(line) {
  process.stdout.write(`${line}\n`);
}

async function check(name, run) {
  try {
    await run();
    passed += 1;
    proved.push(name);
    print(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    print(`failed: ${name}: ${error.stack}`);
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start(command, args, port, environment = {}) {
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...environment },
  });
  processes.push(child);
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${command} does not answer on port ${port}`);
}

/** Every check on one server. */
async function checkStore(server, url) {
  await check(`${server}: one winner of 8 writers per key`, () => checkRace(url));
  await check(`${server}: files, ranges and listings`, () => checkFiles(url));
  await check(`${server}: append, overwrite and merge`, () => checkTable(url));
  await check(`T6: the target loads by every method into ${server}`, () => checkTargetLoads(url));
  await check(`T11: two targets that append to one table on ${server} lose nothing`, () =>
    checkConcurrentTargets(url),
  );
}

let toxiproxy;

/** A wire to the port that can be made bad; toxiproxy starts with the first one. */
async function openWire(name, upstreamPort) {
  if (toxiproxy === undefined) {
    const port = await freePort();
    toxiproxy = `http://127.0.0.1:${port}`;
    await start("toxiproxy-server", ["-host", "127.0.0.1", "-port", String(port)], port, { LOG_LEVEL: "error" });
  }
  const port = await freePort();
  return { port, wire: await Wire.open(toxiproxy, { name, port, upstreamPort }) };
}

/** Commits over a bad wire; `endpoint` gives the variables that lead a client to a port. */
async function checkWire(server, url, upstreamPort, endpoint) {
  const { port, wire } = await openWire(server, upstreamPort);
  const direct = { ...process.env };
  const spoilt = { ...process.env, ...endpoint(port) };
  for (const { name, run } of wireChecks(wire, url, { direct, spoilt })) await check(`${server}: ${name}`, run);
}

async function versitygw() {
  const port = await freePort();
  const root = join(folder, "s3");
  mkdirSync(root);
  await start(
    "versitygw",
    ["--port", `127.0.0.1:${port}`, "--quiet", "posix", root],
    port,
    { ROOT_ACCESS_KEY: "lane", ROOT_SECRET_KEY: "lane-secret" },
  );
  process.env.AWS_ACCESS_KEY_ID = "lane";
  process.env.AWS_SECRET_ACCESS_KEY = "lane-secret";
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  await createBucket("s3", "lane");
  await checkStore("versitygw", "s3://lane");
  await check("versitygw: a lost reply is recognised", () => lostReply(port));
  await checkWire("versitygw", "s3://lane", port, (to) => ({ AWS_ENDPOINT_URL: `http://127.0.0.1:${to}` }));
  await check("versitygw: an external table of Unity Catalog is written with lent credentials", () =>
    checkUnityCatalog("s3://lane", { access_key_id: "lane", secret_access_key: "lane-secret" }),
  );
  await check("versitygw: an error names no secret", async () => {
    const environment = { ...process.env, AWS_SECRET_ACCESS_KEY: "wrong-secret" };
    const error = await openStore("s3://lane/x", { environment }).get("a").then(
      () => undefined,
      (reason) => reason,
    );
    assert.equal(error.message, "cannot read a in s3 bucket lane: SignatureDoesNotMatch (403)");
  });
}

async function azurite() {
  const port = await freePort();
  const blob = join(cache, "node_modules/.bin/azurite-blob");
  const flags = ["--silent", "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"];
  await start(blob, [...flags, "--blobHost", "127.0.0.1", "--blobPort", String(port)], port, {
    AZURITE_ACCOUNTS: `lane:${Buffer.from("lane-secret").toString("base64")}`,
  });
  process.env.AZURE_STORAGE_CONNECTION_STRING = [
    "DefaultEndpointsProtocol=http",
    "AccountName=lane",
    `AccountKey=${Buffer.from("lane-secret").toString("base64")}`,
    `BlobEndpoint=http://127.0.0.1:${port}/lane`,
  ].join(";");
  await createBucket("azure", "lane");
  await checkStore("azurite", "az://lane");
  const connection = process.env.AZURE_STORAGE_CONNECTION_STRING;
  await checkWire("azurite", "az://lane", port, (to) => ({
    AZURE_STORAGE_CONNECTION_STRING: connection.replace(`:${port}/`, `:${to}/`),
  }));
}

async function fakeGcsServer() {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const flags = ["-scheme", "http", "-host", "127.0.0.1", "-port", String(port), "-public-host", address];
  await start(
    "fake-gcs-server",
    [...flags, "-external-url", `http://${address}`, "-backend", "memory", "-log-level", "error"],
    port,
  );
  process.env.STORAGE_EMULATOR_HOST = `http://${address}`;
  await createBucket("gcs", "lane");
  await checkStore("fake-gcs-server", "gs://lane");
  await checkWire("fake-gcs-server", "gs://lane", port, (to) => ({ STORAGE_EMULATOR_HOST: `http://127.0.0.1:${to}` }));
}

async function s3rver() {
  const port = await freePort();
  const root = join(folder, "s3rver");
  const flags = ["-d", root, "-p", String(port), "--configure-bucket", "refused", "--silent"];
  await start(join(cache, "node_modules/.bin/s3rver"), flags, port);
  process.env.AWS_ACCESS_KEY_ID = "S3RVER";
  process.env.AWS_SECRET_ACCESS_KEY = "S3RVER";
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  await check("s3rver: a store that ignores the condition is refused", async () => {
    await assert.rejects(openStore("s3://refused/t").putIfAbsent("a", Buffer.from("a")), {
      code: "E_STORE_NO_ATOMIC_CREATE",
    });
  });
  await check("T11: the target refuses a store that ignores the condition", () => checkRefusedTarget("s3://refused"));
}

try {
  const only = process.argv.slice(4);
  for (const server of [versitygw, azurite, fakeGcsServer, s3rver]) {
    if (only.length === 0 || only.includes(server.name)) await check(`${server.name} runs`, server);
  }
} finally {
  for (const child of processes) child.kill("SIGKILL");
}
// The features page names what a lane proved beside what the tests prove.
if (failed === 0 && process.argv.length === 4) writeFileSync(join(cache, "proved.json"), JSON.stringify(proved));
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
