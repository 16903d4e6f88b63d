// How fast is target-delta-ts from a pipe to a committed Delta table, beside DuckDB and the Python targets?
// Usage: node target/run.mjs [--rows 1000000] [--rounds 5] [--peer-rows 50000] [--codecs snappy,zstd] [--only ours,plain,typed,jsonl,sdk]
// Whole processes, start-up, statistics, fsync and STATE included; interleaved, medians. Programs of PyPI are installed once
// into .interop/bench-target. DuckDB gets the RECORD lines alone, all others the SCHEMA and STATE as well.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    "peer-rows": { type: "string", default: "50000" },
    codecs: { type: "string", default: "snappy,zstd" },
    only: { type: "string", default: "ours,plain,typed,jsonl,sdk" },
  },
});
const rounds = Number(flags.rounds);
const only = new Set(flags.only.split(","));
const root = join(import.meta.dirname, "../../../..");
const venvs = join(root, ".interop/bench-target");
const folder = mkdtempSync(join(tmpdir(), "bench-target-"));
const shell = (command) => spawnSync("sh", ["-c", command], { encoding: "utf8", maxBuffer: 2 ** 28 });

function python(name, packages) {
  const path = join(venvs, name);
  mkdirSync(venvs, { recursive: true });
  if (!existsSync(join(path, "bin"))) shell(`python3 -m venv "${path}" && "${path}/bin/pip" -q install ${packages}`);
  return `"${path}/bin/python"`;
}

/** Lines for the programs, by count of rows: all messages, and the records alone. */
function sample(rows) {
  const file = join(folder, `${rows}.jsonl`);
  shell(`"${process.execPath}" "${join(import.meta.dirname, "../columnar/sample.mjs")}" ${rows} > "${file}"`);
  shell(`grep '"RECORD"' "${file}" > "${file}.records"`);
  return file;
}

/** CPU of all threads and the peak, by GNU time's own numbers from the kernel. */
function measure(file, command) {
  const started = performance.now();
  const { status, stderr } = shell(`cat "${file}" | /usr/bin/time -f 'bench %U %S %M' ${command}`);
  const wallSeconds = (performance.now() - started) / 1000;
  const [, user, system, kilobytes] = /bench ([\d.]+) ([\d.]+) (\d+)/.exec(stderr) ?? [];
  if (status !== 0 || user === undefined) throw new Error(`${command}: ${stderr.slice(-500)}`);
  return { wallSeconds, cpuSeconds: Number(user) + Number(system), peakMb: Number(kilobytes) / 1024 };
}

function ours(codec) {
  const config = join(folder, `${codec}.json`);
  writeFileSync(config, JSON.stringify({ path: join(folder, "tables"), load_method: "append", compression: codec }));
  return () => {
    rmSync(join(folder, "tables"), { recursive: true, force: true });
    return `"${process.execPath}" "${root}/packages/target-delta-ts/dist/cli.js" --config "${config}"`;
  };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Runs the programs in turn and prints a line for each: ratios are to the first one. */
function compare(title, rows, programs) {
  const file = sample(rows);
  const results = programs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { input = "", command }] of programs.entries()) results[index].push(measure(file + input, command()));
  }
  process.stdout.write(`\n${title}: ${rows} rows, load ${loadavg()[0].toFixed(1)}\n\n| program | wall s | CPU s | Krow/s | peak MB | wall / first |\n|---|---|---|---|---|---|\n`);
  const first = median(results[0].map((run) => run.wallSeconds));
  for (const [index, { name }] of programs.entries()) {
    const [wall, cpu, peak] = ["wallSeconds", "cpuSeconds", "peakMb"].map((key) => median(results[index].map((run) => run[key])));
    process.stdout.write(`| ${name} | ${wall.toFixed(2)} | ${cpu.toFixed(2)} | ${(rows / wall / 1000).toFixed(0)} | ${peak.toFixed(0)} | ${(wall / first).toFixed(2)} |\n`);
  }
  rmSync(file);
  rmSync(`${file}.records`);
}

try {
  for (const codec of flags.codecs.split(",")) {
    const duckdb = (mode) => () => `${python("duckdb", "duckdb")} "${join(import.meta.dirname, "duckdb_copy.py")}" ${mode} ${codec} "${join(folder, "out.parquet")}"`;
    const programs = [
      { id: "ours", name: "target-delta-ts", command: ours(codec) },
      { id: "plain", name: "DuckDB, types guessed", input: ".records", command: duckdb("plain") },
      { id: "typed", name: "DuckDB, the table's types", input: ".records", command: duckdb("typed") },
    ];
    compare(codec, Number(flags.rows), programs.filter(({ id }) => only.has(id)));
  }
  const jsonl = join(folder, "jsonl.json");
  writeFileSync(jsonl, JSON.stringify({ destination_path: folder }));
  const peers = [
    { id: "ours", name: "target-delta-ts", command: ours("snappy") },
    { id: "jsonl", name: "target-jsonl (JSON lines, no Parquet)", command: () => `${python("jsonl", "target-jsonl")} "${venvs}/jsonl/bin/target-jsonl" --config "${jsonl}"` },
    { id: "sdk", name: "singer-sdk target that drops its rows", command: () => `${python("sdk", "singer-sdk")} "${join(import.meta.dirname, "sdk_drop.py")}"` },
  ];
  if (only.has("jsonl") || only.has("sdk")) compare("Python targets", Number(flags["peer-rows"]), peers.filter(({ id }) => only.has(id)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
