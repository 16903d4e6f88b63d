// How much memory does a merge need whose source is larger than its `memoryBytes`? Peak RSS and time, one process each.
// Usage: node packages/testing/bench/delta/spill.mjs [--keys 5000000] [--memory-mb 64,1024]
// Keys are spread over a table of 10,000,000 rows in 100 files; the source comes as a generator, so that nobody holds it.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LocalStore, merge } from "delta-lake-ts";
import { rowTable } from "./make-tables.mjs";
import { rowBatch } from "./rows.mjs";

const ROWS = 10_000_000;
const BATCH_ROWS = 50_000;

const { values } = parseArgs({
  options: { keys: { type: "string", default: "5000000" }, "memory-mb": { type: "string", default: "64,1024" }, folder: { type: "string" } },
});
const keys = Number(values.keys);

function* source() {
  const step = ROWS / keys;
  for (let row = 0; row < keys; row += BATCH_ROWS) yield rowBatch(row * step, BATCH_ROWS, step, 1);
}

if (values.folder === undefined) {
  const cache = join(import.meta.dirname, "../../../../.interop/bench-delta");
  mkdirSync(cache, { recursive: true });
  const table = await rowTable(cache, { files: 100, rowsEach: 100_000 });
  for (const memoryMb of values["memory-mb"].split(",")) {
    const copy = join(cache, `spill-${process.pid}`);
    spawnSync("cp", ["-al", table, copy], { stdio: "inherit" });
    spawnSync(process.execPath, [import.meta.filename, "--keys", values.keys, "--memory-mb", memoryMb, "--folder", copy], { stdio: "inherit" });
    rmSync(copy, { recursive: true });
  }
} else {
  const started = performance.now();
  const memoryBytes = Number(values["memory-mb"]) * 2 ** 20;
  const { updated, inserted } = await merge(new LocalStore(values.folder), { source: source(), keys: ["id"], mode: "upsert", memoryBytes });
  const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${keys} keys, memoryBytes ${values["memory-mb"]} MiB: ${updated} updated, ${inserted} inserted, ${seconds.toFixed(1)} s, peak ${peakMb.toFixed(0)} MB\n`);
}
