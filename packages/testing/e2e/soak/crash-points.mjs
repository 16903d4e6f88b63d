// A process that loads a table is killed at each of its file operations, and runs out of disk at each size; whatever is
// left is read by us, delta-rs, DuckDB and Polars, and written on. `--count N` spreads N crash points over all of them.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { append, DeltaTable, LocalStore } from "delta-lake-ts";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, count: { type: "string" } },
});
const here = join(import.meta.dirname, "crash-points");
const python = join(import.meta.dirname, "../../../../.interop/readers/bin/python");
const root = mkdtempSync(join(tmpdir(), "crash-points-"));
/** What the table holds after each step of child.mjs. */
const STATES = [
  undefined,
  ["1a", "2a"],
  ["1a", "2a", "3a", "4a"],
  ["1a", "2b", "3a", "4a", "5b"],
  ["1a", "2b", "3a", "4a", "5b"],
  ["1a", "2b", "3a", "4a", "5b", "6c"],
  ["2b", "3a", "4a", "5b", "6d"],
  ["2b", "3a", "4a", "5b", "6d"],
  ["2b", "3a", "4a", "5b", "6d"],
  ["7e"],
];
/** Children at once; each waits for the disk again and again. */
const CHILDREN = 3 * availableParallelism();
/** A machine with other work takes long; a child that hangs is told from a slow one all the same. */
const CHILD_TIMEOUT_MS = 300_000;
let passed = 0;
let failed = 0;

function print(line) {
  process.stdout.write(`${line}\n`);
}

/** Foreign readers, when they are installed: packages/testing/e2e/readers/run does that. */
const readers = existsSync(python) ? startReaders() : undefined;
if (readers === undefined) print("without foreign readers: run packages/testing/e2e/readers/run once");

function startReaders() {
  const child = spawn(python, ["-B", join(here, "read_all.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let before = Promise.resolve();
  const ask = async (path) => {
    child.stdin.write(`${path}\n`);
    return JSON.parse((await lines.next()).value);
  };
  return {
    /** One table after the other. */
    read(path) {
      const answer = before.then(() => ask(path));
      before = answer.catch(() => undefined);
      return answer;
    },
    stop: () => child.stdin.end(),
  };
}

async function runChild(folder, environment) {
  const options = { env: { ...process.env, ...environment }, timeout: CHILD_TIMEOUT_MS, stdio: ["ignore", "pipe", "pipe"] };
  const child = spawn(process.execPath, [join(here, "child.mjs"), folder], options);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (bytes) => (texts[name] += bytes));
  const [status, signal] = await once(child, "close");
  return { lines: texts.stdout.trim().split("\n"), stderr: texts.stderr.trim(), signal, status };
}

function stepsDone(lines) {
  return lines.filter((line) => line.startsWith("done")).length;
}

/** Everybody sees the last acknowledged state, or the one after it, and all see the same. */
async function checkTable(name, folder, done) {
  const store = new LocalStore(folder);
  const table = await DeltaTable.open(store);
  const problems = [];
  const allowed = [STATES[done], STATES[done + 1]].map((state) => JSON.stringify(state));
  const ours = table === undefined ? undefined : await rowsOf(table);
  if (!allowed.includes(JSON.stringify(ours))) problems.push(`we read ${JSON.stringify(ours)} after ${done} steps`);
  if (table !== undefined && readers !== undefined) {
    for (const [reader, rows] of Object.entries(await readers.read(folder))) {
      if (JSON.stringify(rows) !== JSON.stringify(ours)) problems.push(`${reader}: ${JSON.stringify(rows)}`);
    }
  }
  if (table !== undefined) {
    const { version } = await append(store, [], { configuration: { "crash.point": name } });
    if (version !== table.version + 1) problems.push(`the next commit is ${version} after ${table.version}`);
  }
  if (problems.length === 0) passed += 1;
  else {
    failed += 1;
    print(`failed: ${name}: ${problems.join("; ")}`);
  }
}

async function rowsOf(table) {
  const rows = [];
  for await (const batch of table.read()) for (const { id, v } of batch) rows.push(`${id}${v}`);
  return rows.toSorted();
}

async function crashPoints(vectors, share) {
  const whole = await runChild(join(root, `whole-${vectors}`), { VECTORS: vectors });
  const total = Number(/operations (\d+)/.exec(whole.lines.at(-1))?.[1]);
  if (!(total > 0)) throw new Error(`the child did not finish: ${whole.lines.join(" | ")} ${whole.stderr}`);
  const step = share === undefined ? 1 : Math.max(1, Math.floor(total / share));
  let next = 1 + (Number(values.seed) % step);
  const crashNext = async () => {
    for (let at = next; at <= total; at = next) {
      next += step;
      await crashPoint(at, vectors);
    }
  };
  await Promise.all(Array.from({ length: CHILDREN }, crashNext));
  print(`${total} file operations with VECTORS=${vectors}, every ${step}. a crash point`);
}

async function crashPoint(at, vectors) {
  const folder = join(root, `at-${vectors}-${at}`);
  const { lines, stderr, signal, status } = await runChild(folder, { CRASH_AT: String(at), VECTORS: vectors });
  const name = `CRASH_AT=${at} VECTORS=${vectors}`;
  if (signal === "SIGKILL") await checkTable(name, folder, stepsDone(lines));
  else {
    failed += 1;
    print(`failed: ${name}: ended by itself, status ${status}, signal ${signal}: ${lines.join(" | ")} ${stderr}`);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Disks of a few kilobytes, mounted in a namespace of the child's own; left out where the kernel allows none. */
async function fullDisks(share) {
  const inNamespace = (script) =>
    spawnSync("sh", ["-c", `exec unshare -rm sh -c '${script}'`], { encoding: "utf8", timeout: CHILD_TIMEOUT_MS });
  if (inNamespace("true").status !== 0) return print("without full disks: this machine allows no mounts");
  const sizes = Array.from({ length: 24 }, (_, index) => 12 + index * 4);
  const step = share === undefined ? 1 : Math.max(1, Math.floor(sizes.length / share));
  for (let index = 0; index < sizes.length; index += step) {
    const [mount, copy] = [join(root, `disk-${index}`), join(root, `disk-copy-${index}`)];
    const script = `mkdir -p ${mount} && mount -t tmpfs -o size=${sizes[index]}k tmpfs ${mount} && "${process.execPath}" ${join(here, "child.mjs")} ${mount}/t; cp -a ${mount} ${copy}`;
    const { stdout } = inNamespace(script);
    const lines = stdout.trim().split("\n");
    const error = lines.find((line) => line.startsWith("failed"));
    if (error !== undefined && !/^failed (E_STORE|ENOSPC) .*ENOSPC/.test(error)) {
      failed += 1;
      print(`failed: a disk of ${sizes[index]} KiB: ${error}`);
    } else await checkTable(`a disk of ${sizes[index]} KiB`, join(copy, "t"), stepsDone(lines));
  }
}

try {
  const count = values.count === undefined ? undefined : Math.max(1, Math.floor(Number(values.count) / 3));
  await crashPoints("0", count);
  await crashPoints("1", count);
  await fullDisks(count);
} finally {
  readers?.stop();
  rmSync(root, { recursive: true, force: true });
}
if (failed > 0) print(`to replay: pnpm soak crash-points --seed ${values.seed}${values.count === undefined ? "" : ` --count ${values.count}`}`);
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
