// How fast rows go into a warehouse, and where the time goes; and how that compares with inline VALUES, as the Singer
// peer loads (at most 20,000 cells a statement). Both on the stand-in: node run.mjs [--rows N] [--rounds N]
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startStandIn } from "../../databricks-standin/spark/stand-in.mjs";
import { root } from "../../e2e/databricks/process.mjs";
import { openSql } from "../../e2e/databricks/spark-sql.mjs";

const CELLS_MAX = 20_000;
const { values: flags } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, rounds: { type: "string", default: "5" } },
});

if (process.env.DATABRICKS_BENCH !== "1") {
  const args = ["-c", 'exec flock /tmp/spark.lock "$0" "$@"', process.execPath, ...process.argv.slice(1)];
  const { status } = spawnSync("bash", args, { stdio: "inherit", env: { ...process.env, DATABRICKS_BENCH: "1" } });
  process.exit(status ?? 1);
}

const columns = {
  id: ["integer", "BIGINT"],
  customer: ["string", "STRING"],
  city: ["string", "STRING"],
  quantity: ["integer", "BIGINT"],
  comment: ["string", "STRING"],
  year: ["integer", "BIGINT"],
  state: ["string", "STRING"],
  line: ["integer", "BIGINT"],
};
const row = (id) => ({ id, customer: `customer ${id % 997}`, city: `city ${id % 31}`, quantity: id % 13, comment: `comment of row ${id}`, year: 2000 + (id % 26), state: "open", line: id % 7 });

const folder = mkdtempSync(join(tmpdir(), "bench-databricks-"));
const standIn = await startStandIn(folder);
const sql = await openSql(standIn);
try {
  process.stdout.write(`load average ${loadavg()[0].toFixed(1)} at the start\n`);
  await load("warm_up", 1000);
  const times = { staged: [], inline: [] };
  for (let round = 0; round < Number(flags.rounds); round++) {
    times.staged.push((await load(`staged_${round}`, 50_000)).seconds);
    times.inline.push(await insertInline(`inline_${round}`, 50_000));
  }
  const [staged, inline] = [median(times.staged), median(times.inline)];
  process.stdout.write(`50,000 rows of 8 columns: staged ${staged.toFixed(1)} s, inline VALUES ${inline.toFixed(1)} s, ratio ${(inline / staged).toFixed(1)}\n`);
  const { seconds, statements } = await load("million", Number(flags.rows));
  const [{ n }] = await sql.query("SELECT CAST(count(*) AS STRING) AS n FROM `main`.`default`.`million`");
  if (Number(n) !== Number(flags.rows)) throw new Error(`${n} rows arrived`);
  process.stdout.write(`${flags.rows} rows: ${seconds.toFixed(1)} s, ${Math.round(Number(flags.rows) / seconds)} rows/s, statements of it:\n`);
  for (const { statement, elapsedMs } of statements.toSorted((a, b) => b.elapsedMs - a.elapsedMs).slice(0, 5))
    process.stdout.write(`  ${elapsedMs} ms ${statement.replaceAll(/\s+/g, " ")}\n`);
  process.stdout.write(`load average ${loadavg()[0].toFixed(1)} at the end\n`);
} finally {
  await sql.close();
  await standIn.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Appends rows by the executable; the statements are those of its log. */
async function load(stream, count) {
  const config = join(folder, `${stream}.json`);
  writeFileSync(config, JSON.stringify({ path: "databricks:", load_method: "append" }));
  const start = performance.now();
  const child = spawn(process.execPath, [join(root, "packages/target-delta-ts/dist/cli.js"), "--config", config], {
    env: { PATH: process.env.PATH, ...standIn.env, SINGER_SDK_LOG_CONFIG: "json", TARGET_DELTA_LOGLEVEL: "debug" },
  });
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  const ended = new Promise((done) => child.once("close", done));
  const properties = Object.fromEntries(Object.entries(columns).map(([name, [type]]) => [name, { type }]));
  child.stdin.write(`${JSON.stringify({ type: "SCHEMA", stream, schema: { type: "object", properties }, key_properties: [] })}\n`);
  for (let first = 0; first < count; first += 1000) {
    let text = "";
    for (let id = first; id < Math.min(first + 1000, count); id++) text += `${JSON.stringify({ type: "RECORD", stream, record: row(id) })}\n`;
    if (!child.stdin.write(text)) await new Promise((done) => child.stdin.once("drain", done));
  }
  child.stdin.end();
  const code = await ended;
  if (code !== 0) throw new Error(log.slice(-500));
  const events = log.split("\n").filter((line) => line.includes("statement_ended")).map((line) => JSON.parse(line).extra);
  return { seconds: (performance.now() - start) / 1000, statements: events };
}

async function insertInline(table, count) {
  const names = Object.keys(columns);
  const rowsPerStatement = Math.floor(CELLS_MAX / names.length);
  const start = performance.now();
  const definition = names.map((name) => `${name} ${columns[name][1]}`).join(", ");
  await sql.query(`CREATE TABLE \`main\`.\`default\`.\`${table}\` (${definition}) USING DELTA`);
  for (let first = 0; first < count; first += rowsPerStatement) {
    const values = [];
    for (let id = first; id < Math.min(first + rowsPerStatement, count); id++)
      values.push(`(${Object.values(row(id)).map((value) => (typeof value === "number" ? value : `'${value}'`)).join(", ")})`);
    const casts = names.map((name) => `CAST(${name} AS ${columns[name][1]}) AS ${name}`).join(", ");
    await sql.query(`INSERT INTO \`main\`.\`default\`.\`${table}\` SELECT ${casts} FROM VALUES ${values.join(", ")} AS v(${names.join(", ")})`);
  }
  return (performance.now() - start) / 1000;
}

function median(values) {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
}
