// How fast is tap-mssql-ts, whole process to /dev/null, beside a tedious program that only counts rows?
// node tap-mssql/run.mjs [ROWS] [REPETITIONS]: interleaved runs against rows encoded beforehand; medians.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const rows = Number(process.argv[2] ?? 1_000_000);
const repetitions = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "bench-tap-mssql-"));
const here = (name) => join(import.meta.dirname, name);
const server = spawn(process.execPath, [here("replay-server.mjs"), String(rows)], { stdio: ["pipe", "pipe", "inherit"] });
const [line] = await once(server.stdout, "data");
const { port } = JSON.parse(String(line));
const config = join(folder, "config.json");
writeFileSync(config, JSON.stringify({ host: "127.0.0.1", port, user: "etl", password: "n0-secret", database: "Bench", encrypt: false }));

/** Runs a program with its output thrown away; wall seconds, and what the kernel last said of it. */
async function measure(args) {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  let seen = { cpuSeconds: 0, rssMb: 0 };
  const timer = setInterval(() => {
    try {
      const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1].split(" ");
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"));
      if (peak !== null) seen = { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100, rssMb: Number(peak[1]) / 1024 };
    } catch {}
  }, 20);
  const [code] = await once(child, "exit");
  clearInterval(timer);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
  return { ...seen, wallSeconds: (performance.now() - started) / 1000 };
}

try {
  const tap = join(import.meta.dirname, "../../../tap-mssql-ts/dist/cli.js");
  const programs = {
    "tap-mssql-ts to /dev/null": [tap, "--config", config],
    "tedious, rows only counted": [here("count-rows.mjs"), String(port)],
  };
  const results = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let i = 0; i < repetitions; i++)
    for (const [name, args] of Object.entries(programs)) results[name].push(await measure(args));
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  process.stdout.write(`${rows} rows, Node ${process.version}, medians of ${repetitions}, load ${loadavg()[0].toFixed(1)}\n`);
  const rates = Object.entries(results).map(([name, runs]) => {
    const wall = median(runs.map((run) => run.wallSeconds));
    const cpu = median(runs.map((run) => run.cpuSeconds));
    const rss = Math.max(...runs.map((run) => run.rssMb));
    process.stdout.write(`| ${name} | ${(rows / wall / 1000).toFixed(0)} Krow/s | ${wall.toFixed(2)} s wall | ${cpu.toFixed(2)} CPU s | ${rss.toFixed(0)} MB |\n`);
    return rows / wall;
  });
  process.stdout.write(`ratio ${(rates[0] / rates[1]).toFixed(2)}\n`);
} finally {
  server.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}
