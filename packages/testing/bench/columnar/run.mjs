// How many rows a CPU second are read into Arrow columns, against readline + JSON.parse?
// node columnar/run.mjs [ROWS] [REPETITIONS]: interleaved runs over one file through a pipe; medians.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const rows = Number(process.argv[2] ?? 1_000_000);
const repetitions = Number(process.argv[3] ?? 3);
const folder = mkdtempSync(join(tmpdir(), "bench-columnar-"));
const file = join(folder, "rows.jsonl");
const script = (name) => join(import.meta.dirname, name);
const shell = (command) => spawnSync("sh", ["-c", command], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).stdout;

try {
  shell(`"${process.execPath}" "${script("sample.mjs")}" ${rows} > "${file}"`);
  const bytes = statSync(file).size;
  const results = { "read-columns.mjs": [], "read-objects.mjs": [] };
  for (let i = 0; i < repetitions; i++) {
    for (const [name, runs] of Object.entries(results)) {
      const started = performance.now();
      const output = shell(`cat "${file}" | "${process.execPath}" "${script(name)}"`);
      runs.push({ ...JSON.parse(output), wallSeconds: (performance.now() - started) / 1000 });
    }
  }
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  process.stdout.write(`${rows} rows, ${(bytes / rows).toFixed(0)} bytes a line, Node ${process.version}, medians of ${repetitions}\n`);
  for (const [name, runs] of Object.entries(results)) {
    const cpu = median(runs.map((run) => run.cpuSeconds));
    const wall = median(runs.map((run) => run.wallSeconds));
    const rss = median(runs.map((run) => run.rssMb));
    process.stdout.write(
      `| ${name} | ${cpu.toFixed(2)} CPU s | ${(rows / cpu / 1000).toFixed(0)} Krow/CPU-s | ${wall.toFixed(2)} s wall | ${rss.toFixed(0)} MB |\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
