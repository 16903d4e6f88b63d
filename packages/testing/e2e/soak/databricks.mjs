// Kills and faults at random points of append, upsert and overwrite into a warehouse: the final tables must be exact.
// node databricks.mjs [--seed S] [--count N]: until N SIGKILLs were sent and N faults were injected.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startStandIn } from "../../databricks-standin/spark/stand-in.mjs";
import { run } from "../databricks/process.mjs";
import { openSql } from "../databricks/spark-sql.mjs";

const { values: flags } = parseArgs({
  options: { seed: { type: "string", default: "1" }, count: { type: "string", default: "200" } },
});
const [seed, count] = [Number(flags.seed), Number(flags.count)];

// One Spark at a time on a machine: this program runs itself once more, holding the lock.
if (process.env.DATABRICKS_SOAK !== "1") {
  const args = ["-c", 'exec flock /tmp/spark.lock "$0" "$@"', process.execPath, ...process.argv.slice(1)];
  const { status } = spawnSync("bash", args, { stdio: "inherit", env: { ...process.env, DATABRICKS_SOAK: "1" } });
  process.exit(status ?? 1);
}

const METHODS = ["append", "upsert", "overwrite"];
const KILLS_PER_TABLE = 6;
const FAULT_SHARE = 0.06;
const ERRORS = [
  "[DELTA_CONCURRENT_APPEND] Files were added by a concurrent update.",
  "[DELTA_CONCURRENT_DELETE_READ] A file that was read has been deleted by a concurrent update.",
  "[COPY_INTO_DUPLICATED_FILES_COPY_NOT_ALLOWED] Duplicated files were copied in a concurrent COPY INTO operation.",
  "[TEMPORARILY_UNAVAILABLE] The warehouse is starting.",
];

let randomState = seed >>> 0;
/** mulberry32: the same experiments for the same seed; where a kill strikes depends on the machine, too. */
function random() {
  randomState = (randomState + 0x6d2b79f5) >>> 0;
  let value = randomState;
  value = Math.imul(value ^ (value >>> 15), value | 1);
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
  return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
}

const tally = { kills: 0, faults: 0, passed: 0, failed: 0 };
let isFaulty = false;
const strike = () => isFaulty && tally.faults < count && random() < FAULT_SHARE && (tally.faults += 1) > 0;
const folder = mkdtempSync(join(tmpdir(), "databricks-soak-"));
const standIn = await startStandIn(folder, {
  chooseFault: () => (strike() ? ["drop", { status: 503 }, { status: 429 }][Math.floor(random() * 3)] : undefined),
  chooseStatementFault: () =>
    strike() ? (random() < 0.2 ? { delayMs: 1000 } : { error: ERRORS[Math.floor(random() * ERRORS.length)] }) : undefined,
});
const sql = await openSql(standIn);

try {
  for (let index = 0; tally.kills < count || tally.faults < count; index++) {
    const method = METHODS[index % METHODS.length];
    const problem = await experiment(method, `soak_${index}`).catch((error) => String(error?.stack ?? error));
    if (problem === undefined) tally.passed += 1;
    else {
      tally.failed += 1;
      process.stdout.write(`${method} soak_${index}: ${problem}\nreplay: pnpm soak databricks --seed ${seed} --count ${count}\n`);
    }
    if (index % 10 === 9) process.stdout.write(`${tally.kills} kills, ${tally.faults} faults\n`);
  }
} finally {
  await sql.close().catch(() => undefined);
  await standIn.close();
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${tally.kills} SIGKILLs, ${tally.faults} faults\n${tally.passed} passed, ${tally.failed} failed\n`);
process.exit(tally.failed === 0 ? 0 : 1);

/** One table: runs that are killed, then runs until one ends well; what is wrong with the table then, if anything. */
async function experiment(method, stream) {
  const config = join(folder, `${stream}.json`);
  const source = { method, stream, changes: [], position: 0 };
  writeFileSync(config, JSON.stringify({ path: "databricks:", load_method: method, batch_size_rows: 25, streams: {} }));
  let kills = 0;
  for (let turn = 0; turn < 40; turn++) {
    grow(source);
    isFaulty = random() < 0.7;
    const isKilled = kills < KILLS_PER_TABLE && tally.kills < count;
    const { child, result } = run("target-delta-ts/dist/cli.js", ["--config", config], { env: standIn.env, input: input(source, turn) });
    const killer = new AbortController();
    if (isKilled) {
      const wait = sleep(500 + random() * 6000, undefined, { signal: killer.signal });
      wait.then(() => child.kill("SIGKILL")).catch(() => undefined);
    }
    const { code, signal, stdout, stderr } = await result;
    killer.abort();
    isFaulty = false;
    if (signal === "SIGKILL") [kills, tally.kills] = [kills + 1, tally.kills + 1];
    else if (code !== 0 && !/E_DATABRICKS/.test(stderr)) return `exit code ${code}: ${stderr.slice(-400)}`;
    const states = stdout.split("\n").filter((line) => line.endsWith("}"));
    if (method !== "overwrite" && states.length > 0) source.position = JSON.parse(states.at(-1)).bookmarks[stream].position;
    if (code === 0 && !isKilled) return await wrong(source);
  }
  return "no run ended well";
}

/** The source goes on: more changes of the same keys, or more rows. */
function grow(source) {
  const first = source.changes.length;
  for (let index = first; index < first + 60; index++)
    source.changes.push({ id: source.method === "upsert" ? Math.floor(random() * 50) : index, value: index });
}

function input({ method, stream, changes, position }, turn) {
  const schema = { type: "object", properties: { id: { type: "integer" }, value: { type: "integer" } } };
  const keys = method === "upsert" ? ["id"] : [];
  const lines = [{ type: "SCHEMA", stream, schema, key_properties: keys, bookmark_properties: [] }];
  const start = method === "overwrite" ? 0 : position;
  for (let index = start; index < changes.length; index++) {
    const version = method === "overwrite" ? { version: turn + 1 } : {};
    lines.push({ type: "RECORD", stream, record: changes[index], ...version });
    if (index % 10 === 9) lines.push({ type: "STATE", value: { bookmarks: { [stream]: { position: index + 1 } } } });
  }
  if (method === "overwrite") lines.push({ type: "ACTIVATE_VERSION", stream, version: turn + 1 });
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

async function wrong({ method, stream, changes }) {
  const last = new Map(changes.map((change) => [method === "upsert" ? change.id : change.value, change]));
  const rows = await sql.query(`SELECT CAST(id AS STRING) AS id, CAST(value AS STRING) AS value FROM \`main\`.\`default\`.\`${stream}\``);
  const found = rows.map(({ id, value }) => `${id}=${value}`).toSorted();
  const expected = [...last.values()].map(({ id, value }) => `${id}=${value}`).toSorted();
  if (found.join() === expected.join()) return undefined;
  const [have, want] = [new Set(found), new Set(expected)];
  return `${found.length} rows, expected ${expected.length}; missing ${expected.filter((row) => !have.has(row)).slice(0, 5)}, extra ${found.filter((row) => !want.has(row)).slice(0, 5)}, twice ${found.length - have.size}`;
}
