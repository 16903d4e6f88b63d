// SIGKILLs at random points of a load of four interleaved streams, each followed by a run from the last printed STATE.
// A load goes on until it has been killed ten times or has come to its end; then delta-rs and Spark compare its tables with
// the source, while the next loads run. Only a kill that ended a run counts: one whose moment came after the end does not.
// The first failure ends the soak, and the tables stay where they are.
// `pnpm soak target [--seed S] [--count KILLS] [--loads AT_ONCE] [--store local|s3] [--python PATH] [--no-spark]`; both
// stores in turns without --store; PATH is a Python that has deltalake and pyspark, by default the one of e2e/spark/run.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createBucket } from "../stores/bucket.mjs";
import { expectedTables, inputFrom } from "./target/source.mjs";

const KILLS_PER_LOAD = 10;
const BUCKET = "soak";
const root = resolve(import.meta.dirname, "../../../..");
const executable = join(root, "packages/target-delta-ts/dist/cli.js");
const server = join(root, ".interop/stores/bin/versitygw");
const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "500" },
    loads: { type: "string", default: "2" },
    store: { type: "string" },
    python: { type: "string", default: join(root, ".interop/spark/bin/python") },
    spark: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const { python } = options;
const seed = Number(options.seed);
const count = Number(options.count);
const stores = options.store === undefined ? ["local", "s3"] : [options.store];
const folder = mkdtempSync(join(tmpdir(), "soak-target-"));
const print = (line) => process.stdout.write(`${line}\n`);

let passed = 0;
let failed = 0;
// Kills that ended a run, and those that the loads under way may still make.
let landed = 0;
let planned = 0;
let gateway;
try {
  for (const tool of [executable, python, server]) {
    if (!existsSync(tool)) throw new Error(`${tool} is missing: run packages/testing/e2e/spark/run and …/stores/run once`);
  }
  if (stores.includes("s3")) gateway = await startGateway();
  const checker = startChecker();
  let nextLoad = 0;
  const work = async () => {
    while (landed + planned < count && failed === 0) {
      const load = nextLoad++;
      const store = stores[load % stores.length];
      const killCount = Math.min(KILLS_PER_LOAD, count - landed - planned);
      planned += killCount;
      // Each load has a seed of its own, so that a failing one is repeated alone.
      const loadSeed = seed + load;
      const kills = { landed: 0 };
      try {
        const { rowCount, path } = await runLoad({ load, store, killCount, kills, random: generator(loadSeed) });
        for (const [stream, rows] of Object.entries(expectedTables(rowCount))) {
          checker.compare({ name: `load ${load} (${store}, seed ${loadSeed}) ${stream}`, rows, ...place(store, `${path}/${stream}`) });
        }
        passed += kills.landed;
      } catch (error) {
        kills.landed = Math.max(kills.landed, 1);
        failed += kills.landed;
        print(`failed: load ${load}: ${error.message}`);
        print(`replay: pnpm soak target --seed ${loadSeed} --count ${killCount} --loads 1 --store ${store}`);
      }
      planned -= killCount;
      landed += kills.landed;
    }
  };
  await Promise.all(Array.from({ length: Number(options.loads) }, work));
  print(`${landed} kills landed in ${nextLoad} loads`);
  await checker.end();
} finally {
  gateway?.kill("SIGKILL");
  if (failed === 0) rmSync(folder, { recursive: true, force: true });
  else print(`the tables are in ${folder}`);
}
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Kills the target up to `killCount` times on the way, counts the kills that ended a run, and lets the last run end. */
async function runLoad({ load, store, killCount, kills, random }) {
  const path = `load-${load}`;
  const rowCount = 400 + 25 * Math.floor(random() * 80);
  let bookmarks = {};
  for (let isAtEnd = false; !isAtEnd; ) {
    const config = {
      path: store === "s3" ? `s3://${BUCKET}/${path}` : join(folder, path),
      batch_size_rows: 10 + Math.floor(random() * 190),
      hard_delete: true,
    };
    const moment = kills.landed === killCount ? undefined : { stateCount: Math.floor(random() * 4), delayMs: Math.floor(random() * 400) };
    const { stdout, code, signal, stderr } = await runTarget({ load, config, input: inputFrom(bookmarks, rowCount), moment });
    const last = stdout.split("\n").at(-2);
    if (last !== undefined) bookmarks = JSON.parse(last).bookmarks;
    isAtEnd = code === 0;
    if (signal === "SIGKILL") kills.landed += 1;
    else if (!isAtEnd) throw new Error(`exit code ${code}, signal ${signal}: ${stderr.slice(-500)}`);
  }
  return { path, rowCount };
}

/** Runs the target; with `moment` it is killed so many milliseconds after so many lines of STATE (after its start: 0). */
async function runTarget({ load, config, input, moment }) {
  const configFile = join(folder, `config-${load}.json`);
  writeFileSync(configFile, JSON.stringify(config));
  const child = spawn(process.execPath, [executable, "--config", configFile], { stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  let timer;
  const arm = () => {
    const isDue = moment !== undefined && timer === undefined && stdout.split("\n").length - 1 >= moment.stateCount;
    if (isDue) timer = setTimeout(() => child.kill("SIGKILL"), moment.delayMs);
  };
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    stdout += chunk;
    arm();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    stderr += chunk;
    if (stderr.includes("\n")) arm();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  arm();
  const [code, signal] = await new Promise((done) => child.once("close", (...exit) => done(exit)));
  clearTimeout(timer);
  return { stdout, stderr, code, signal };
}

/** Where foreign readers find a table: the gateway's objects are files, which Spark reads without an S3 client. */
function place(store, path) {
  if (store === "local") return { uri: join(folder, path), folder: join(folder, path), options: {} };
  return {
    uri: `s3://${BUCKET}/${path}`,
    folder: join(folder, "s3", BUCKET, path),
    options: {
      AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY,
      AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL,
      AWS_REGION: "us-east-1",
      AWS_ALLOW_HTTP: "true",
    },
  };
}

/** A process that compares tables, one after the other, with the rows they should have; its failures are counted. */
function startChecker() {
  const readers = options.spark ? 2 : 1;
  const jars = options.spark ? [join(root, ".interop/jars")] : [];
  const child = spawn(python, [join(import.meta.dirname, "target/check.py"), ...jars], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } });
  const ended = new Promise((done) => child.once("close", done));
  let expected = 0;
  let equal = 0;
  let errors = "";
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    // A Java error says what it is in its first lines.
    errors = (errors + chunk).slice(0, 4000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("ok: ")) equal += 1;
    if (!line.startsWith("failed: ")) return;
    failed += 1;
    print(line);
  });
  return {
    compare: (table) => {
      expected += readers;
      child.stdin.write(`${JSON.stringify(table)}\n`);
    },
    end: async () => {
      child.stdin.end();
      const status = await ended;
      print(`${equal} of ${expected} readings equal the source, by delta-rs${options.spark ? " and Spark" : ""}`);
      if (equal === expected) return;
      if (failed === 0) print(`failed: the comparing process ended with ${status}: ${errors}`);
      failed = Math.max(failed, expected - equal);
    },
  };
}

async function startGateway() {
  const port = await freePort();
  mkdirSync(join(folder, "s3"));
  process.env.AWS_ACCESS_KEY_ID = "soak";
  process.env.AWS_SECRET_ACCESS_KEY = "soak-secret";
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  const child = spawn(server, ["--port", `127.0.0.1:${port}`, "--quiet", "posix", join(folder, "s3")], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ROOT_ACCESS_KEY: "soak", ROOT_SECRET_KEY: "soak-secret" },
  });
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await fetch(process.env.AWS_ENDPOINT_URL).catch(() => undefined)) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  await createBucket("s3", BUCKET);
  return child;
}

async function freePort() {
  const listener = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => listener.once("listening", done));
  const { port } = listener.address();
  await new Promise((done) => listener.close(done));
  return port;
}

/** Mulberry32: numbers from 0 to 1, the same ones for the same seed. */
function generator(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
