// How fast is tap-mssql-ts, whole process to /dev/null, with and without TLS, beside a tedious program that only counts rows and
// Python's tap-mssql 2.6.5 from PyPI? Are two key ranges slower than one? How much memory does it take, and does that grow with the rows?
// node tap-mssql/run.mjs [ROWS] [REPETITIONS] [PYTHON_REPETITIONS]: interleaved runs against rows encoded beforehand; medians.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const rows = Number(process.argv[2] ?? 1_000_000);
const repetitions = Number(process.argv[3] ?? 5);
const pythonRepetitions = Number(process.argv[4] ?? 1);
const folder = mkdtempSync(join(tmpdir(), "bench-tap-mssql-"));
const root = join(import.meta.dirname, "../../../..");
const here = (name) => join(import.meta.dirname, name);
const servers = [];

async function serve(...args) {
  const server = spawn(process.execPath, [here("replay-server.mjs"), ...args.map(String)], { stdio: ["pipe", "pipe", "inherit"] });
  servers.push(server);
  const [line] = await once(server.stdout, "data");
  return JSON.parse(String(line)).port;
}

function file(name, content) {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** Runs a program with its output thrown away; wall seconds, and what the kernel last said of it. */
async function measure([command, ...args]) {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-2000)));
  let seen = { cpuSeconds: 0, rssMb: 0 };
  const timer = setInterval(() => {
    try {
      const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ");
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      if (peak !== null) seen = { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100, rssMb: Number(peak[1]) / 1024 };
    } catch {}
  }, 20);
  const [code] = await once(child, "close");
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${errors}`);
  return { ...seen, wallSeconds: (performance.now() - started) / 1000 };
}

/** Python's tap in a virtual environment of its own, with a catalog that selects the one table. */
async function pythonTap() {
  const venv = join(root, ".interop/tap-mssql");
  if (!existsSync(join(venv, "bin/tap-mssql"))) {
    execFileSync("python3", ["-m", "venv", venv]);
    execFileSync(join(venv, "bin/pip"), ["install", "-q", "tap-mssql==2.6.5"]);
  }
  // FreeTDS takes packets of the size that it asked for.
  const port = await serve(rows, 4096);
  const config = file("python.json", { host: "127.0.0.1", port: String(port), user: "etl", password: "n0-secret", database: "Bench" });
  const tap = join(venv, "bin/tap-mssql");
  const catalog = JSON.parse(execFileSync(tap, ["--config", config, "--discover"], { encoding: "utf8", maxBuffer: 1 << 28 }));
  for (const stream of catalog.streams)
    for (const { breadcrumb, metadata } of stream.metadata)
      if (breadcrumb.length === 0) Object.assign(metadata, { selected: true, "replication-method": "FULL_TABLE" });
  return [tap, "--config", config, "--catalog", file("catalog.json", catalog)];
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

try {
  const tap = join(root, "packages/tap-mssql-ts/dist/cli.js");
  const port = await serve(rows);
  const login = { host: "127.0.0.1", port, user: "etl", password: "n0-secret", database: "Bench" };
  const plain = file("plain.json", { ...login, encrypt: false });
  const tls = file("tls.json", { ...login, encrypt: true, trust_server_certificate: true });
  const ranges = file("ranges.json", { ...login, encrypt: false, query_hints: "MAXDOP 2", streams: { "dbo-bench": { parallelism: 2 } } });
  const programs = {
    "tap-mssql-ts": [process.execPath, tap, "--config", plain],
    "tap-mssql-ts, two key ranges": [process.execPath, tap, "--config", ranges],
    "tap-mssql-ts, TLS": [process.execPath, tap, "--config", tls],
    "tedious, rows only counted": [process.execPath, here("count-rows.mjs"), String(port)],
    "tedious, TLS": [process.execPath, here("count-rows.mjs"), String(port), "tls"],
  };
  const results = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let i = 0; i < repetitions; i++)
    for (const [name, command] of Object.entries(programs)) results[name].push(await measure(command));
  if (pythonRepetitions > 0) {
    const python = await pythonTap();
    results["tap-mssql 2.6.5 (Python)"] = [];
    for (let i = 0; i < pythonRepetitions; i++) results["tap-mssql 2.6.5 (Python)"].push(await measure(python));
  }
  process.stdout.write(`${rows} rows, Node ${process.version}, medians of ${repetitions}, load ${loadavg()[0].toFixed(1)}\n`);
  const rate = {};
  for (const [name, runs] of Object.entries(results)) {
    const wall = median(runs.map((run) => run.wallSeconds));
    const cpu = median(runs.map((run) => run.cpuSeconds));
    const rss = Math.max(...runs.map((run) => run.rssMb));
    rate[name] = rows / wall;
    process.stdout.write(`| ${name} | ${(rows / wall / 1000).toFixed(0)} Krow/s | ${wall.toFixed(2)} s wall | ${cpu.toFixed(2)} CPU s | ${rss.toFixed(0)} MB |\n`);
  }
  const ratio = (one, other) => process.stdout.write(`${one} / ${other}: ${(rate[one] / rate[other]).toFixed(2)}\n`);
  ratio("tap-mssql-ts", "tedious, rows only counted");
  ratio("tap-mssql-ts, TLS", "tedious, TLS");
  ratio("tap-mssql-ts, two key ranges", "tap-mssql-ts");
  if (pythonRepetitions > 0) ratio("tap-mssql-ts", "tap-mssql 2.6.5 (Python)");
} finally {
  for (const server of servers) server.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}
