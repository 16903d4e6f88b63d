// What do BATCH messages save between tap-mssql-ts and target-delta-ts, through a plain pipe and through Meltano?
// node batch/run.mjs [ROWS] [REPETITIONS]: interleaved runs against rows encoded beforehand; medians of wall and of CPU seconds, children included.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const rows = Number(process.argv[2] ?? 1_000_000);
const repetitions = Number(process.argv[3] ?? 5);
const repository = join(import.meta.dirname, "../../../..");
const meltano = join(repository, ".interop/meltano/bin/meltano");
const cli = (name) => join(repository, "packages", name, "dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "bench-batch-"));
const server = spawn(process.execPath, [join(import.meta.dirname, "../tap-mssql/replay-server.mjs"), String(rows)], {
  stdio: ["pipe", "pipe", "inherit"],
});
const [line] = await once(server.stdout, "data");
const { port } = JSON.parse(String(line));
const source = { host: "127.0.0.1", port, user: "etl", password: "n0-secret", database: "Bench", encrypt: false };
writeFileSync(join(folder, "tap.json"), JSON.stringify(source));
writeFileSync(join(folder, "target.json"), JSON.stringify({ path: join(folder, "tables") }));
const plugin = (name, program, config) =>
  `  - name: ${name}\n    namespace: ${name.replace("-", "_")}\n    executable: ${join(folder, program)}\n    config: ${JSON.stringify(config)}\n`;
writeFileSync(
  join(folder, "meltano.yml"),
  `default_environment: dev\nenvironments:\n- name: dev\nsend_anonymous_usage_stats: false\nplugins:\n  extractors:\n${plugin("tap-mssql", "tap", source)}    capabilities: [catalog, discover, state]\n  loaders:\n${plugin("target-delta", "target", { path: join(folder, "tables") })}`,
);
for (const [name, program] of [["tap", "tap-mssql-ts"], ["target", "target-delta-ts"]])
  writeFileSync(join(folder, name), `#!/bin/sh\nexec ${process.execPath} ${cli(program)} "$@"\n`, { mode: 0o755 });

const encodings = { records: undefined, "jsonl BATCH": { format: "jsonl" }, "Parquet BATCH": { format: "parquet" } };
const ways = {
  pipe: "./tap --config tap.json | ./target --config target.json >state",
  ...(existsSync(meltano) && { Meltano: `${meltano} run --full-refresh tap-mssql target-delta` }),
};

/** Seconds of one load into fresh tables. */
async function measure(command, encoding) {
  rmSync(join(folder, "tables"), { recursive: true, force: true });
  const batchConfig = { encoding, storage: { root: join(folder, "files") } };
  const env = {
    ...process.env,
    MELTANO_CLI_DISABLE_VERSION_CHECK: "1",
    ...(encoding && { TAP_MSSQL_BATCH_CONFIG: JSON.stringify(batchConfig) }),
  };
  const started = performance.now();
  const script = `set -o pipefail; TIMEFORMAT='cpu %U %S'; time { ${command}; }`;
  const child = spawn("bash", ["-c", script], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} ended with ${code}\n${log}`);
  if (!log.includes(String(rows))) throw new Error(`not all rows came\n${log}`);
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(log);
  return { wall: (performance.now() - started) / 1000, cpu: Number(user) + Number(system) };
}

try {
  const cases = Object.keys(ways).flatMap((way) => Object.keys(encodings).map((name) => ({ way, name, runs: [] })));
  for (let i = 0; i < repetitions; i++)
    for (const one of cases) one.runs.push(await measure(ways[one.way], encodings[one.name]));
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  process.stdout.write(`${rows} rows, Node ${process.version}, medians of ${repetitions}, load ${loadavg()[0].toFixed(1)}\n`);
  for (const { way, name, runs } of cases) {
    const [wall, cpu] = ["wall", "cpu"].map((unit) => median(runs.map((run) => run[unit])));
    process.stdout.write(`| ${way} | ${name} | ${wall.toFixed(2)} s wall | ${cpu.toFixed(2)} CPU s |\n`);
  }
} finally {
  server.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}
