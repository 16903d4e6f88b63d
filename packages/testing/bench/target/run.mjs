// How fast is target-delta-ts from a pipe to a committed Delta table, beside DuckDB and the Python programs?
// Usage: node target/run.mjs [--rows 1000000] [--rounds 5] [--codecs snappy,zstd] [--only ours,plain,typed]
//   [--peers all|none|NAMES] [--peer-rounds 1]
// Whole processes, start-up, statistics, fsync and STATE included; interleaved, medians. The programs of PyPI are installed
// once into .interop/bench-target (peers.mjs names them). DuckDB and dlt get the RECORD lines alone, all others the SCHEMA and
// STATE as well; slow peers get fewer rows, since their rows/s count.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { install, peers } from "./peers.mjs";

const { values: flags } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
    codecs: { type: "string", default: "snappy,zstd" },
    only: { type: "string", default: "ours,plain,typed" },
    peers: { type: "string", default: "all" },
    "peer-rounds": { type: "string", default: "1" },
  },
});
const rounds = Number(flags.rounds);
const only = new Set(flags.only.split(","));
const root = join(import.meta.dirname, "../../../..");
const venvs = join(root, ".interop/bench-target");
const folder = mkdtempSync(join(tmpdir(), "bench-target-"));
const print = (line) => process.stdout.write(`${line}\n`);
const shell = (command) => spawnSync("sh", ["-c", command], { encoding: "utf8", maxBuffer: 2 ** 28 });

const duckdb = { id: "duckdb", name: "DuckDB", packages: ["duckdb==2.0.1"] };

/** How a program's input is made of all messages: the records alone, or a schema without multipleOf. */
const inputs = { ".records": `grep '"RECORD"'`, ".loose": `sed '1s/"multipleOf":[^,}]*,//g'` };

/** A file of lines, made once for each count of rows and each kind of input. */
function sample(rows, input) {
  const file = join(folder, `${rows}.jsonl${input}`);
  if (existsSync(file)) return file;
  if (input === "") shell(`"${process.execPath}" "${join(import.meta.dirname, "../columnar/sample.mjs")}" ${rows} > "${file}"`);
  else shell(`${inputs[input]} "${sample(rows, "")}" > "${file}"`);
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

/** Runs the programs in turn, `roundCount` times, and prints a line for each. */
function compare(title, programs, roundCount) {
  const results = programs.map(() => []);
  for (let round = 0; round < roundCount; round++) {
    for (const [index, { input = "", rows, command }] of programs.entries()) results[index].push(measure(sample(rows, input), command()));
  }
  print(`\n${title}, load ${loadavg()[0].toFixed(1)}, medians of ${roundCount}\n`);
  print("| program | rows | wall s | CPU s | Krow/s | peak MB | first's rows/s are | wanted |\n|---|---|---|---|---|---|---|---|");
  let first;
  for (const [index, { name, rows, goal = "" }] of programs.entries()) {
    const [wall, cpu, peak] = ["wallSeconds", "cpuSeconds", "peakMb"].map((key) => median(results[index].map((run) => run[key])));
    const speed = rows / wall;
    first ??= speed;
    const cells = [name, rows, wall.toFixed(2), cpu.toFixed(2), (speed / 1000).toFixed(1), peak.toFixed(0), `${(first / speed).toFixed(2)} ×`, goal];
    print(`| ${cells.join(" | ")} |`);
  }
}

function compareWithDuckdb(codec, rows) {
  const bin = only.has("plain") || only.has("typed") ? install(duckdb, venvs) : undefined;
  const copy = (mode) => () => `"${bin}/python" "${join(import.meta.dirname, "duckdb_copy.py")}" ${mode} ${codec} "${join(folder, "out.parquet")}"`;
  const programs = [
    { id: "ours", name: "target-delta-ts", rows, command: ours(codec) },
    { id: "plain", name: "DuckDB, types guessed", rows, input: ".records", command: copy("plain") },
    { id: "typed", name: "DuckDB, the table's types", rows, input: ".records", command: copy("typed") },
  ];
  compare(`${codec}, ${rows} rows`, programs.filter(({ id }) => only.has(id) && (id === "ours" || bin !== undefined)), rounds);
}

function compareWithPeers(rowsOfOurs) {
  const chosen = flags.peers === "all" ? peers : peers.filter(({ id }) => flags.peers.split(",").includes(id));
  const programs = [{ name: "target-delta-ts", rows: rowsOfOurs, command: ours("snappy") }];
  for (const peer of chosen) {
    const bin = install(peer, venvs);
    const config = (settings) => {
      const file = join(folder, `${peer.id}.json`);
      writeFileSync(file, JSON.stringify(settings));
      return file;
    };
    if (bin !== undefined) programs.push({ rows: rowsOfOurs, ...peer, command: () => peer.command({ bin, folder, config }) });
  }
  compare("Python programs", programs, Number(flags["peer-rounds"]));
}

try {
  for (const codec of flags.codecs.split(",").filter((name) => name !== "")) compareWithDuckdb(codec, Number(flags.rows));
  if (flags.peers !== "none") compareWithPeers(Number(flags.rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
