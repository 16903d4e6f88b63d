// Racing commits of ours against delta-rs and Spark on one table: every row that somebody was told is in, is in once.
// `--count N` commits (200), a fourth of them by delta-rs and, where its lane is installed, a twentieth by Spark.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { append, buildBatch, DataFileWriter, DeltaTable, deltaToArrow, LocalStore, optimize } from "delta-lake-ts";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, count: { type: "string", default: "200" } },
});
const count = Number(values.count);
const interop = join(import.meta.dirname, "../../../../.interop");
const folder = mkdtempSync(join(tmpdir(), "races-"));
const schema = { type: "struct", fields: [{ name: "id", type: "long", nullable: true, metadata: {} }] };
const store = new LocalStore(folder);
let passed = 0;
let failed = 0;

function print(line) {
  process.stdout.write(`${line}\n`);
}

function expect(fact, problem) {
  if (problem === undefined) passed += 1;
  else {
    failed += 1;
    print(`failed: ${fact}: ${problem}`);
  }
}

/** A foreign writer: `acknowledged` fills up while it runs; `start` resolves when it is done. */
async function foreignWriter(engine, first, commits) {
  const python = join(interop, engine === "Spark" ? "spark" : "readers", "bin/python");
  if (commits === 0 || !existsSync(python)) {
    print(`without ${engine}`);
    return { engine, acknowledged: [], start: async () => {} };
  }
  const script = join(import.meta.dirname, "races/append.py");
  const child = spawn(python, ["-B", script, engine, folder, String(first), String(commits), join(interop, "jars")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  while ((await lines.next()).value !== "ready") if (child.exitCode !== null) throw new Error(`${engine} does not start`);
  const acknowledged = [];
  const start = async () => {
    child.stdin.end("go\n");
    for await (const line of lines) if (/^\d+$/.test(line)) acknowledged.push(Number(line));
    expect(`${engine} makes all its commits`, acknowledged.length === commits ? undefined : `${acknowledged.length} of ${commits}`);
  };
  return { engine, acknowledged, start };
}

async function addRow(id) {
  const writer = new DataFileWriter(store, { schema });
  await writer.write(buildBatch(deltaToArrow(schema), [{ id: BigInt(id) }]));
  return append(store, await writer.close(), { createIfMissing: { schema } });
}

async function ourWriter(first, commits, acknowledged) {
  for (let id = first; id < first + commits; id += 1) {
    await addRow(id);
    acknowledged.push(id);
    if (id % 20 === 0) await optimize(store);
  }
}

try {
  await addRow(0);
  const shares = { theirs: Math.floor(count / 4), spark: Math.floor(count / 20) };
  const foreign = await Promise.all([
    foreignWriter("delta-rs", 100_000, shares.theirs),
    foreignWriter("Spark", 200_000, shares.spark),
  ]);
  const ours = [0];
  const each = Math.ceil((count - shares.theirs - shares.spark) / 2);
  await Promise.all([...foreign.map(({ start }) => start()), ourWriter(1, each, ours), ourWriter(50_001, each, ours)]);
  const acknowledged = [...ours, ...foreign.flatMap((writer) => writer.acknowledged)];
  const table = await DeltaTable.open(store);
  const found = [];
  for await (const batch of table.read()) for (const { id } of batch) found.push(Number(id));
  const distinct = new Set(found);
  const lost = acknowledged.filter((id) => !distinct.has(id));
  expect("no acknowledged row is lost", lost.length === 0 ? undefined : lost.join());
  expect("no row is there twice", distinct.size === found.length ? undefined : `${found.length} rows, ${distinct.size} ids`);
  expect("every row was acknowledged", found.length === acknowledged.length ? undefined : `${found.length} rows of ${acknowledged.length}`);
  const history = await table.history();
  const isWhole = history.every(({ version }, index) => version === table.version - index);
  expect("versions have no gap", isWhole && history.length === table.version + 1 ? undefined : `${history.length} of ${table.version + 1}`);
  print(`${table.version + 1} versions, ${acknowledged.length} acknowledged rows`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed > 0) print(`to repeat: pnpm soak races --count ${count}`);
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
