// `pnpm soak mssql [--seed S] [--count N] [--method full|incremental|tracking|cdc]`: the tap is killed with SIGKILL at N random points of
// its runs through tap | target and goes on each time from the last state that the target wrote; in some chains the target dies
// with it. Between runs the source changes. After every fifth kill a run goes to its end: the rows in Delta are then the source's,
// none missing, none twice.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DeltaTable, LocalStore } from "delta-lake-ts";
import { ChangingDatabase, startSqlServer } from "../../adventureworks/dist/sqlserver/index.js";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "20261123" }, count: { type: "string", default: "100" }, method: { type: "string" } },
});
const killsPerChain = 5;
const rowCount = 4000;
const executables = import.meta.dirname.replace(/packages\/testing\/.*/, "packages");
const tapPath = join(executables, "tap-mssql-ts/dist/cli.js");
const targetPath = join(executables, "target-delta-ts/dist/cli.js");

/** Marsaglia's xorshift with 32 bits, so that a seed gives the same chain again. */
function randomOf(seed) {
  let state = seed | 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const rowOf = (ID, random) => ({ ID, Name: `row ${ID} ${"x".repeat(80)}`, At: `2024-01-01T00:00:00.000000${random(10)}` });

function makeDatabase(random) {
  const database = new ChangingDatabase({
    name: "Soak",
    tables: [
      {
        name: "dbo.Rows",
        columns: { ID: "int not null", Name: "nvarchar(200)", At: "datetime2(7) not null" },
        primaryKey: ["ID"],
        changeTracking: true,
        rows: Array.from({ length: rowCount }, (_, index) => rowOf(index, random)),
      },
    ],
  });
  database.changes.enableCapture({ name: "dbo_Rows", table: "dbo.Rows", columns: ["ID", "Name", "At"] });
  database.commit();
  return database;
}

/** Transactions that touch the table: for LOG_BASED streams of any kind, for INCREMENTAL ones rows that come later, for FULL_TABLE none. */
function change(database, { method, random, clock }) {
  if (method === "full") return;
  const at = () => `2024-02-01T00:00:00.${String(clock.tick++).padStart(7, "0")}`;
  const ids = () => database.table("dbo", "Rows").columns[0];
  for (let transaction = 0; transaction < 20; transaction++) {
    const present = ids();
    const id = present[random(present.length)];
    const changes = [{ update: "dbo.Rows", key: [id], set: { Name: `changed ${clock.tick}`, At: at() } }];
    changes.push({ insert: "dbo.Rows", row: { ...rowOf(clock.id++, random), At: at() } });
    const other = present[random(present.length)];
    if (method !== "incremental" && other !== id) changes.push({ delete: "dbo.Rows", key: [other] });
    database.commit(...changes);
  }
}

const settingsOf = {
  full: {},
  incremental: { default_replication_method: "INCREMENTAL", default_replication_keys: ["At"] },
  tracking: { default_replication_method: "LOG_BASED", log_based: "change_tracking" },
  cdc: { default_replication_method: "LOG_BASED", log_based: "cdc" },
};

/** One run of tap | target; kills after so many bytes of the tap's output. Answers the last state written. */
async function run({ folder, killAfterBytes, isTargetKilled, state }) {
  const stateFile = join(folder, "state.json");
  if (state !== undefined) writeFileSync(stateFile, state);
  const tap = spawn(process.execPath, [tapPath, "--config", join(folder, "tap.json"), ...(state === undefined ? [] : ["--state", stateFile])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const target = spawn(process.execPath, [targetPath, "--config", join(folder, "target.json")], { stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let errors = "";
  let bytes = 0;
  let isKilled = false;
  for (const child of [tap, target]) child.stderr.on("data", (chunk) => (errors += chunk));
  target.stdout.on("data", (chunk) => (out += chunk));
  target.stdin.on("error", () => undefined);
  tap.stdout.on("data", (chunk) => {
    // What the pipe had when the tap died: a piece of a line, as a killed process leaves it.
    const rest = Math.max(0, (killAfterBytes ?? Number.POSITIVE_INFINITY) - bytes);
    bytes += chunk.length;
    if (isKilled) return;
    if (!target.stdin.write(chunk.subarray(0, rest))) {
      tap.stdout.pause();
      target.stdin.once("drain", () => tap.stdout.resume());
    }
    if (bytes < (killAfterBytes ?? Number.POSITIVE_INFINITY)) return;
    isKilled = true;
    tap.kill("SIGKILL");
    if (isTargetKilled) target.kill("SIGKILL");
    target.stdin.end();
    tap.stdout.resume();
  });
  tap.stdout.on("end", () => target.stdin.end());
  const [[tapCode, tapSignal], [targetCode]] = await Promise.all([once(tap, "close"), once(target, "close")]);
  if (!isKilled && (tapCode !== 0 || targetCode !== 0)) throw new Error(`tap ended with ${tapCode}, target with ${targetCode}:\n${errors.slice(-2000)}`);
  return { state: out.split("\n").filter((line) => line.startsWith("{")).at(-1) ?? state, isKilled: tapSignal === "SIGKILL" };
}

async function tableRows(folder) {
  const table = await DeltaTable.open(new LocalStore(join(folder, "out/dbo/Rows")));
  const rows = [];
  if (table !== undefined)
    for await (const batch of table.read({ columns: ["ID", "Name", "At"] })) {
      const times = batch.getChild("At").data[0].values;
      for (const [place, row] of [...batch].entries()) rows.push(`${row.ID} ${row.Name} ${times[place]}`);
    }
  return rows.toSorted();
}

/** The double keeps datetime2 in 100 ns since year 1, Delta a timestamp in microseconds since 1970. */
function microseconds(ticks) {
  return ticks / 10n - 62_135_596_800_000_000n;
}

/** Runs a chain of kills and one run to the end; throws when source and table differ. */
async function chain(seed, method, kills) {
  const random = randomOf(seed);
  const database = makeDatabase(random);
  const server = await startSqlServer({ database, user: "etl", password: "n0-secret", encrypt: false });
  const folder = mkdtempSync(join(tmpdir(), "soak-mssql-"));
  const config = { host: server.host, port: server.port, user: "etl", password: "n0-secret", database: "Soak", encrypt: false };
  writeFileSync(join(folder, "tap.json"), JSON.stringify({ ...config, ...settingsOf[method], state_interval_rows: 200 }));
  writeFileSync(join(folder, "target.json"), JSON.stringify({ path: join(folder, "out"), hard_delete: true, batch_size_rows: 300 }));
  const clock = { tick: 0, id: rowCount };
  let state;
  let killed = 0;
  let late = 0;
  try {
    for (let index = 0; killed < kills; index++) {
      // The first load is about 800 kB; later runs are shorter, and the kill is to hit them too.
      const limit = index === 0 || method === "full" ? 800_000 : 30_000;
      const result = await run({ folder, killAfterBytes: 1 + random(limit), isTargetKilled: random(2) === 0, state });
      state = result.state;
      // A tap that had ended before its signal came is another run that went well.
      if (result.isKilled) killed += 1;
      else late += 1;
      if (late > 10 * kills) throw new Error("the runs end before they can be killed");
      change(database, { method, random, clock });
    }
    await run({ folder, state });
    const [ids, names, times] = database.table("dbo", "Rows").columns;
    const wanted = ids.map((id, row) => `${String(id)} ${String(names[row])} ${microseconds(times[row])}`).toSorted();
    const found = await tableRows(folder);
    const missing = wanted.filter((row) => !found.includes(row)).length;
    if (found.length !== wanted.length || missing > 0 || new Set(found.map((row) => row.split(" ")[0])).size !== found.length)
      throw new Error(`the source has ${wanted.length} rows, the table ${found.length}, ${missing} of the source's are missing`);
    return late;
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const methods = values.method === undefined ? ["full", "incremental", "tracking", "cdc"] : [values.method];
const count = Number(values.count);
let passed = 0;
let failed = 0;
for (let index = 0; passed + failed < count; index++) {
  const method = methods[index % methods.length];
  const seed = Number(values.seed) + Math.floor(index / methods.length) * 7919;
  const kills = Math.min(killsPerChain, count - passed - failed);
  try {
    const late = await chain(seed, method, kills);
    passed += kills;
    process.stdout.write(`${method} seed ${seed}: ${kills} runs killed, ${late} had ended before; rows equal\n`);
  } catch (error) {
    failed += kills;
    process.stdout.write(`${method} seed ${seed}: ${error.message}\nreplay: pnpm soak mssql --method ${method} --seed ${seed} --count ${kills}\n`);
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
