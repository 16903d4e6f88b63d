// Does target-delta-ts stay inside a memory cgroup of max_memory_mb + 25 % (512 + 128 MB)?
// Usage: node target/memory.mjs [--quick] [--only rows,values,columns,streams]
// Each input runs in a container of node:24-bookworm-slim (.ci/docker makes that image); one that is killed has failed.
// Needs podman and runc. Ends with `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", default: "rows,values,columns,streams" } },
});
const MAX_MEMORY_MB = 512;
const LIMIT_MB = MAX_MEMORY_MB * 1.25;
const full = { rows: 50_000_000, values: 300, columns: 200_000, streams: 4_000_000 };
const quick = { rows: 2_000_000, values: 40, columns: 20_000, streams: 400_000 };
const root = join(import.meta.dirname, "../../../..");
const folder = mkdtempSync(join(tmpdir(), "bench-memory-"));
chmodSync(folder, 0o777);

/** runc and these limits: see docs/docker.md. */
function podmanSettings() {
  const files = Number(spawnSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).stdout) || 1_048_576;
  const limit = Math.min(files, 1_048_576);
  const path = join(folder, "containers.conf");
  writeFileSync(
    path,
    `[containers]\ndefault_ulimits = ["nofile=${limit}:${limit}", "nproc=30000:30000"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n`,
  );
  return path;
}

/** Rows that the tables' commits name. */
function committedRows(path) {
  let count = 0;
  for (const entry of readdirSync(path, { recursive: true })) {
    if (!/_delta_log\/\d{20}\.json$/.test(entry)) continue;
    for (const line of readFileSync(join(path, entry), "utf8").trim().split("\n")) {
      const { add, remove } = JSON.parse(line);
      count += add === undefined ? 0 : JSON.parse(add.stats).numRecords;
      count -= remove === undefined ? 0 : JSON.parse(remove.stats).numRecords;
    }
  }
  return count;
}

const env = { ...process.env, CONTAINERS_CONF: podmanSettings() };
const peak = "process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS+' KB'))";
let failed = 0;
const names = flags.only.split(",");
try {
  for (const name of names) {
    const rows = (flags.quick ? quick : full)[name];
    const out = join(folder, name);
    writeFileSync(join(folder, "config.json"), JSON.stringify({ path: `/bench/${name}`, load_method: "append", max_memory_mb: MAX_MEMORY_MB }));
    const podman = [
      "podman run --rm --interactive --no-healthcheck --network none --pull never --cgroups enabled",
      `--memory ${LIMIT_MB}m --memory-swap ${LIMIT_MB}m --volume "${root}:${root}:ro" --volume "${folder}:/bench"`,
      `docker.io/library/node:24-bookworm-slim node --import "data:text/javascript,${peak}"`,
      `"${root}/packages/target-delta-ts/dist/cli.js" --config /bench/config.json`,
    ].join(" ");
    const started = performance.now();
    const run = spawnSync("sh", ["-c", `"${process.execPath}" "${join(import.meta.dirname, "memory-input.mjs")}" ${name} ${rows} | ${podman}`], {
      encoding: "utf8",
      env,
      // The container's monitor leaves a file there when memory runs out.
      cwd: folder,
    });
    const seconds = (performance.now() - started) / 1000;
    const peakMb = Number(/peak (\d+) KB/.exec(run.stderr)?.[1] ?? 0) / 1024;
    const found = existsSync(out) ? committedRows(out) : 0;
    const isDone = run.status === 0 && found === rows && run.stdout.includes(`"done":${rows}`);
    if (!isDone) failed += 1;
    process.stdout.write(`| ${name} | ${rows} rows | ${isDone ? "done" : `FAILED: exit ${run.status}, ${found} rows`} | ${seconds.toFixed(0)} s | peak ${peakMb.toFixed(0)} MB of ${LIMIT_MB} |\n`);
    if (!isDone) process.stderr.write(run.stderr.slice(-2000));
    rmSync(out, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${names.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
