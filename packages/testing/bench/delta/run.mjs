// delta-lake-ts beside delta-rs (Python deltalake) on the same tables: open, append, checkpoint, merge.
// Usage: node packages/testing/bench/delta/run.mjs [--rounds 5] [--only open,append,checkpoint,merge]
// Interleaved, timed in each process after its imports; medians. Large tables are cached in .interop/bench-delta.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { logTable, rowTable } from "./make-tables.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "open,append,checkpoint,merge" } },
});
const rounds = Number(values.rounds);
const questions = new Set(values.only.split(","));
const cache = join(import.meta.dirname, "../../../../.interop/bench-delta");
const python = join(import.meta.dirname, "../../../../.interop/readers/bin/python");
const VECTORS = { "delta.enableDeletionVectors": "true" };

if (!existsSync(python)) {
  process.stderr.write("error: the foreign readers are not installed\nhint: run packages/testing/e2e/readers/run once\n");
  process.exit(2);
}
mkdirSync(cache, { recursive: true });

function print(line) {
  process.stdout.write(`${line}\n`);
}

function startWorker(command, args) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ended at ${JSON.stringify(request)}`);
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

const startOurs = () => startWorker(process.execPath, [join(import.meta.dirname, "ours.mjs")]);
const startTheirs = () => startWorker(python, [join(import.meta.dirname, "delta_rs.py")]);

let copies = 0;
/** A copy of hard links: writers make files and never change one. */
function copyOf(folder) {
  const copy = join(cache, `copy-${process.pid}-${(copies += 1)}`);
  spawnSync("cp", ["-al", folder, copy], { stdio: "inherit" });
  return copy;
}

/** Asks both in turn, `rounds` times, each time on a fresh copy, and prints the medians and their ratio. */
async function compare(title, folder, request, { ours = {}, oursOn = folder, skipTheirs = false, isFresh = false } = {}) {
  const times = { ours: [], theirs: [] };
  const peaks = { ours: 0, theirs: 0 };
  const checks = new Set();
  let workers = { ours: startOurs(), theirs: startTheirs() };
  for (let round = 0; round < rounds; round += 1) {
    for (const side of skipTheirs ? ["ours"] : ["ours", "theirs"]) {
      const path = copyOf(side === "ours" ? oursOn : folder);
      const answer = await workers[side].ask({ ...request(round), path, ...(side === "ours" ? ours : {}) });
      times[side].push(answer.ms);
      peaks[side] = Math.max(peaks[side], answer.peakMb);
      checks.add(answer.check ?? undefined);
      rmSync(path, { recursive: true });
    }
    if (!isFresh) continue;
    workers.ours.stop();
    workers.theirs.stop();
    workers = { ours: startOurs(), theirs: startTheirs() };
  }
  workers.ours.stop();
  workers.theirs.stop();
  if (checks.size > 1) throw new Error(`${title}: the programs disagree: ${[...checks].join()}`);
  const medians = { ours: median(times.ours), theirs: skipTheirs ? undefined : median(times.theirs) };
  const cells = [
    title,
    `${format(medians.ours)} (${times.ours.map(format).join(" ")})`,
    medians.theirs === undefined ? "–" : `${format(medians.theirs)} (${times.theirs.map(format).join(" ")})`,
    medians.theirs === undefined ? "–" : (medians.ours / medians.theirs).toFixed(2),
    `${peaks.ours.toFixed(0)} / ${peaks.theirs.toFixed(0)} MB`,
  ];
  print(`| ${cells.join(" | ")} |`);
  return medians.ours;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const format = (ms) => (ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`);

async function longLog() {
  const bare = await logTable(cache, { commits: 5001, filesEach: 20 });
  const folder = join(cache, "log-5001-20-checkpointed");
  if (existsSync(folder)) return folder;
  spawnSync("cp", ["-al", bare, `${folder}.making`], { stdio: "inherit" });
  const { checkpoint, LocalStore } = await import("delta-lake-ts");
  await checkpoint(new LocalStore(`${folder}.making`), { version: 4990 });
  spawnSync("mv", [`${folder}.making`, folder]);
  return folder;
}

print(`load average ${loadavg()[0].toFixed(1)}, ${rounds} rounds`);
print("| what | delta-lake-ts | delta-rs | ratio | peak RSS |\n|---|---|---|---|---|");
if (questions.has("open")) {
  await compare("open: 5,000 commits, 100,000 files", await longLog(), () => ({ op: "open" }));
}
if (questions.has("append")) {
  await compare("append 1,000 rows to it", await longLog(), (round) => ({ op: "append", salt: round + 1 }));
}
if (questions.has("checkpoint")) {
  const million = await logTable(cache, { commits: 100, filesEach: 10_000 });
  await compare("checkpoint of 1,000,000 adds", million, () => ({ op: "checkpoint" }), { isFresh: true });
}
if (questions.has("merge")) {
  const size = { files: 100, rowsEach: 100_000 };
  const plain = await rowTable(cache, size);
  const marked = await rowTable(cache, { ...size, configuration: VECTORS });
  const cases = [
    { name: "keys in 10 files", step: 10 },
    { name: "keys in all files", step: 100 },
  ];
  for (const { name, step } of cases) {
    const ask = (round) => ({ op: "merge", first: 0, count: 100_000, step, salt: round + 1 });
    const copying = await compare(`merge 100,000 of 10,000,000 rows, ${name}`, plain, ask);
    const marking = await compare(`… with deletion vectors`, plain, ask, { ours: { vectors: true }, oursOn: marked, skipTheirs: true });
    print(`deletion vectors are ${(copying / marking).toFixed(1)} times as fast`);
  }
}
print(`load average at the end ${loadavg()[0].toFixed(1)}`);
