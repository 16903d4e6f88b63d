// Kills and faults at random points of append, upsert, overwrite and new versions of upserted streams (their missing rows
// deleted or marked), staged by the Files API or by statements, into a warehouse: the final tables must be exact.
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

const METHODS = ["append", "upsert", "overwrite", "versions", "marks"];
/** How each is set; the last two are full loads of a keyed stream, one version a turn. */
const SETTINGS = {
  append: { load_method: "append" },
  upsert: { load_method: "upsert" },
  overwrite: { load_method: "overwrite" },
  versions: { load_method: "upsert", hard_delete: true },
  marks: { load_method: "upsert" },
};
const isVersioned = (method) => method === "versions" || method === "marks";
const KILLS_PER_TABLE = 6;
const FAULT_SHARE = 0.06;
const ERRORS = [
  "[DELTA_CONCURRENT_APPEND] Files were added by a concurrent update.",
  "[DELTA_CONCURRENT_DELETE_READ] A file that was read has been deleted by a concurrent update.",
  "[COPY_INTO_DUPLICATED_FILES_COPY_NOT_ALLOWED] Duplicated files were copied in a concurrent COPY INTO operation.",
  "[TEMPORARILY_UNAVAILABLE] The warehouse is starting.",
];
/** Answers of the workspace: a lost one, a busy service, a token that has run out. */
const ANSWERS = ["drop", { status: 503 }, { status: 429 }, { status: 401 }];

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
  chooseFault: () => (strike() ? ANSWERS[Math.floor(random() * ANSWERS.length)] : undefined),
  chooseStatementFault: () =>
    strike() ? (random() < 0.2 ? { delayMs: 1000 } : { error: ERRORS[Math.floor(random() * ERRORS.length)] }) : undefined,
});
const sql = await openSql(standIn);
// A service principal, whose token can be got anew.
const { DATABRICKS_TOKEN: _token, ...place } = standIn.env;
const env = { ...place, DATABRICKS_CLIENT_ID: "app", DATABRICKS_CLIENT_SECRET: "word" };

try {
  for (let index = 0; tally.kills < count || tally.faults < count; index++) {
    const method = METHODS[index % METHODS.length];
    const problem = await experiment(method, index).catch((error) => String(error?.stack ?? error));
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
async function experiment(method, index) {
  const stream = `soak_${index}`;
  const config = join(folder, `${stream}.json`);
  const source = { method, stream, changes: [], position: 0 };
  const databricks = { staging_method: index % 2 === 0 ? "volume" : "sql" };
  writeFileSync(config, JSON.stringify({ path: "databricks:", batch_size_rows: 25, databricks, ...SETTINGS[method] }));
  const start = (turn) => run("target-delta-ts/dist/cli.js", ["--config", config], { env, input: input(source, turn) });
  if (isVersioned(method)) {
    // Only a version that is live has others after it.
    grow(source);
    const { code, stderr } = await start(0).result;
    if (code !== 0) return `the first version: ${stderr.slice(-400)}`;
  }
  let kills = 0;
  for (let turn = 1; turn < 40; turn++) {
    grow(source);
    isFaulty = random() < 0.7;
    const isKilled = kills < KILLS_PER_TABLE && tally.kills < count;
    const { child, result } = start(turn);
    const killer = new AbortController();
    if (isKilled) {
      const wait = sleep(500 + random() * 6000, undefined, { signal: killer.signal });
      wait.then(() => child.kill("SIGKILL")).catch(() => undefined);
    }
    const { code, signal, stdout, stderr } = await result;
    killer.abort();
    isFaulty = false;
    if (signal === "SIGKILL") [kills, tally.kills] = [kills + 1, tally.kills + 1];
    else if (code !== 0 && !/E_DATABRICKS|E_LOGIN/.test(stderr)) return `exit code ${code}: ${stderr.slice(-400)}`;
    const states = stdout.split("\n").filter((line) => line.endsWith("}"));
    if (method !== "overwrite" && !isVersioned(method) && states.length > 0) source.position = JSON.parse(states.at(-1)).bookmarks[stream].position;
    if (code === 0 && !isKilled) return await wrong(source);
  }
  return "no run ended well";
}

/** The source goes on: more changes of the same keys, or more rows; a source of versions has other rows each time. */
function grow(source) {
  source.first = isVersioned(source.method) ? source.changes.length : 0;
  const first = source.changes.length;
  const isKeyed = source.method === "upsert" || isVersioned(source.method);
  for (let index = first; index < first + 60; index++)
    source.changes.push({ id: isKeyed ? Math.floor(random() * 50) : index, value: index });
}

function input({ method, stream, changes, position, first }, turn) {
  const isWhole = method === "overwrite" || isVersioned(method);
  const schema = { type: "object", properties: { id: { type: "integer" }, value: { type: "integer" } } };
  const keys = method === "upsert" || isVersioned(method) ? ["id"] : [];
  const lines = [{ type: "SCHEMA", stream, schema, key_properties: keys, bookmark_properties: [] }];
  const start = isWhole ? first : position;
  for (let index = start; index < changes.length; index++) {
    const version = isWhole ? { version: turn + 1 } : {};
    lines.push({ type: "RECORD", stream, record: changes[index], ...version });
    if (index % 10 === 9) lines.push({ type: "STATE", value: { bookmarks: { [stream]: { position: index + 1 } } } });
  }
  if (isWhole) lines.push({ type: "ACTIVATE_VERSION", stream, version: turn + 1 });
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

async function wrong({ method, stream, changes, first }) {
  const isKeyed = method === "upsert" || isVersioned(method);
  const last = new Map(changes.slice(first).map((change) => [isKeyed ? change.id : change.value, change]));
  const rows = await sql.query(`SELECT CAST(id AS STRING) AS id, CAST(value AS STRING) AS value FROM \`main\`.\`default\`.\`${stream}\`${method === "marks" ? " WHERE _sdc_deleted_at IS NULL" : ""}`);
  const found = rows.map(({ id, value }) => `${id}=${value}`).toSorted();
  const expected = [...last.values()].map(({ id, value }) => `${id}=${value}`).toSorted();
  if (found.join() === expected.join()) return undefined;
  const [have, want] = [new Set(found), new Set(expected)];
  return `${found.length} rows, expected ${expected.length}; missing ${expected.filter((row) => !have.has(row)).slice(0, 5)}, extra ${found.filter((row) => !want.has(row)).slice(0, 5)}, twice ${found.length - have.size}`;
}
