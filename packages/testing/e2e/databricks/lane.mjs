// node lane.mjs FOLDER [statements|semantics|mistakes|files|connector|pipeline]: see `run` beside it. Prints a line per difference, times, and `N passed, N failed`.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { startStandIn } from "../../databricks-standin/spark/stand-in.mjs";
import { startSamples } from "../../../pipeline/dist/samples.js";
import { readFacts, root, run } from "./process.mjs";
import { loads } from "./loads.mjs";
import { mistakes } from "./mistakes.mjs";
import { checkSemantics } from "./semantics.mjs";
import { openSql } from "./spark-sql.mjs";

const [, , folder, ...names] = process.argv;
const counts = { passed: 0, failed: 0 };
const startMs = performance.now();

/** What the warehouse shall refuse now. */
let cue;

function check(name, problems) {
  if (problems.length === 0) counts.passed += 1;
  else counts.failed += 1;
  for (const problem of problems.slice(0, 5)) process.stdout.write(`databricks: ${name}: ${problem}\n`);
}

function lap(name) {
  process.stdout.write(`${name}: ${((performance.now() - startMs) / 1000).toFixed(0)} s since the start\n`);
}

const [standIn, samples, facts] = await Promise.all([
  startStandIn(join(folder, "workspace"), {
    chooseStatementFault: (statement) => (cue !== undefined && statement.includes(cue.at) ? { error: cue.error } : undefined),
  }),
  startSamples(),
  readFacts(),
]);
lap("Spark is up");
const sql = await openSql(standIn);
const parts = { statements: checkStatements, semantics: checkLoads, mistakes: checkMistakes, files: checkFiles, connector: checkConnector, pipeline: checkPipeline };
const chosen = names.length === 0 ? Object.keys(parts) : names;

try {
  for (const name of chosen) {
    await parts[name]();
    lap(name);
  }
} finally {
  await sql.close().catch(() => undefined);
  await samples.close();
  await standIn.close();
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exit(counts.failed === 0 ? 0 : 1);

/** Databricks' own Python client reads what the target loaded. */
async function checkConnector() {
  const venv = join(root, ".interop/databricks-connector");
  if (!existsSync(join(venv, "bin/python"))) {
    execFileSync("python3", ["-m", "venv", venv]);
    execFileSync(join(venv, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", "databricks-sql-connector==4.9.0"]);
  }
  const config = join(folder, "connector.json");
  writeFileSync(config, JSON.stringify({ path: "databricks:" }));
  const schema = { properties: { id: { type: "integer" } } };
  const records = [1, 2, 3].map((id) => ({ type: "RECORD", stream: "connector", record: { id } }));
  const lines = [{ type: "SCHEMA", stream: "connector", schema, key_properties: ["id"] }, ...records];
  const input = lines.map((line) => JSON.stringify(line)).join("\n");
  await run("target-delta-ts/dist/cli.js", ["--config", config], { env: standIn.env, input }).result;
  const { DATABRICKS_HOST: host, NODE_EXTRA_CA_CERTS: certificate } = standIn.env;
  const args = [join(import.meta.dirname, "connector.py"), host, "/sql/1.0/warehouses/main", certificate];
  // Not by a call that waits: the front answers in this process.
  const options = { timeout: 120_000, env: { ...process.env, ...standIn.env } };
  const { stdout, stderr = "" } = await promisify(execFile)(join(venv, "bin/python"), args, options).catch((failure) => failure);
  if (!stdout) return check("the Python connector reads", [stderr.slice(-400)]);
  const { tables, error, ...values } = JSON.parse(stdout);
  const expected = { one: 1, exact: "12345678901234567890.12", nothing: null, count: 2 };
  check("the Python connector reads values", isDeepStrictEqual(values, expected) ? [] : [stdout]);
  check("the Python connector lists the tables", tables.includes("connector") ? [] : [tables.join()]);
  check("the Python connector is told of a missing table", error.includes("TABLE_OR_VIEW_NOT_FOUND") ? [] : [error]);
}

/** Twice: what comes first fills the tables, what comes then adds nothing. */
async function checkPipeline() {
  const project = join(folder, "project");
  mkdirSync(project);
  for (const name of ["meltano.yml", "schemas"]) symlinkSync(join(root, name), join(project, name));
  const env = { ...samples.env, ...standIn.env };
  for (const turn of ["first run", "second run"]) {
    const { code, stdout, stderr } = await run("pipeline/dist/start.js", [], { cwd: project, env }).result;
    check(`${turn} ends well`, code === 0 ? [] : [`exit code ${code}`, ...stderr.split("\n").slice(0, 3), stdout.slice(-400)]);
    check(`${turn} matches`, /\b75 of 75 streams match/.test(stdout) ? [] : [stdout.slice(-200)]);
    lap(turn);
    for (const table of facts) check(`${turn}, ${table.name}`, await differences(table));
    lap(`${turn}: Spark's counts and sums`);
  }
}

/** A decimal without the zeros that end it. */
function plain(number) {
  return String(number).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

/** Where Spark's counts, nulls, sums and lengths of a table differ from the generator's. */
async function differences({ name, rows, columns }) {
  const asked = columns.flatMap((column, index) => {
    const quoted = `\`${column.name}\``;
    const value =
      column.bytes !== null ? `sum(octet_length(${quoted}))` : column.sum !== null ? `sum(CAST(${quoted} AS DECIMAL(38,10)))` : "NULL";
    return [`count_if(${quoted} IS NULL) AS n${index}`, `CAST(${value} AS STRING) AS s${index}`];
  });
  let answer;
  try {
    [answer] = await sql.query(`SELECT count(*) AS rows_found, ${asked.join(", ")} FROM \`main\`.\`default\`.\`${name}\``);
  } catch (error) {
    return [String(error.response?.errorMessage ?? error).slice(0, 200)];
  }
  const problems = Number(answer.rows_found) === rows ? [] : [`${answer.rows_found} rows, expected ${rows}`];
  columns.forEach((column, index) => {
    const expected = column.bytes ?? column.sum;
    const found = answer[`s${index}`];
    const isSame = expected === null ? true : plain(expected) === plain(found ?? "0");
    if (Number(answer[`n${index}`]) !== column.nulls || !isSame)
      problems.push(`${column.name}: ${answer[`n${index}`]} nulls, ${found}; expected ${column.nulls}, ${expected}`);
  });
  return problems;
}

/**
 * Every statement of every load method, sent by the executable and run by Spark, equals the golden file; UPDATE_GOLDEN=1
 * writes it anew. Names that differ from run to run are replaced.
 */
async function checkStatements() {
  const golden = join(import.meta.dirname, "statements.sql");
  const sections = [];
  for (const { name, settings, lines } of loads) {
    const config = join(folder, "golden.json");
    writeFileSync(config, JSON.stringify({ path: "databricks:", pipeline_id: "golden", ...settings }));
    const first = standIn.front.statements.length;
    const input = lines.map((line) => JSON.stringify(line)).join("\n");
    const { code, stderr } = await run("target-delta-ts/dist/cli.js", ["--config", config], { env: standIn.env, input }).result;
    check(name, code === 0 ? [] : [stderr.slice(0, 300)]);
    const sent = standIn.front.statements.slice(first).map(normal);
    sections.push(`-- ${name}\n${sent.join(";\n")};\n`);
  }
  const text = sections.join("\n");
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, text);
  const expected = readFileSync(golden, "utf8").split("\n");
  const difference = text.split("\n").findIndex((line, index) => line !== expected[index]);
  check("statements.sql", difference === -1 ? [] : [`line ${difference + 1}: ${text.split("\n")[difference]}`]);
}

/** What the tables hold after runs of each load method. */
async function checkLoads() {
  const config = join(folder, "semantics.json");
  const runTarget = (settings, lines) => {
    writeFileSync(config, JSON.stringify({ path: "databricks:", ...settings }));
    const input = lines.map((line) => JSON.stringify(line)).join("\n");
    return run("target-delta-ts/dist/cli.js", ["--config", config], { env: standIn.env, input }).result;
  };
  const tableName = (stream) => `\`main\`.\`default\`.\`${stream}\``;
  for await (const [name, problems] of checkSemantics({ runTarget, query: sql.query, tableName })) check(name, problems);
}

/** Each mistake ends the run with its one line, code 1 and a hint. The tables are those that `statements` has made. */
async function checkMistakes() {
  const config = join(folder, "mistake.json");
  writeFileSync(config, JSON.stringify({ path: "databricks:" }));
  for (const { name, env, fault, lines, expected } of mistakes) {
    cue = fault;
    const input = lines.map((line) => JSON.stringify(line)).join("\n");
    const options = { env: { ...standIn.env, ...env }, input };
    const { code, stderr } = await run("target-delta-ts/dist/cli.js", ["--config", config], options).result;
    cue = undefined;
    const isClear = code === 1 && expected.test(stderr) && stderr.split("\nerror:").length <= 2;
    check(name, isClear ? [] : [`exit code ${code}: ${stderr.slice(0, 400)}`]);
  }
}

/** Run ids, hashes of files and of rows are other ones in another run. */
function normal(statement) {
  return statement
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "RUN")
    .replaceAll(/(\d{4})-[0-9a-f]{16}\.parquet/g, "$1-HASH.parquet")
    .replaceAll(/'\[\{(\\\\)?"n.*?\}\]'/g, "'LINKS'")
    .replaceAll(/target-delta(-version)?\/[0-9a-f]+/g, "target-delta$1/TABLE")
    .replaceAll(/PUT '.*?' INTO/g, "PUT 'FILE' INTO")
    .replaceAll(/TIMESTAMP '[^']*'/g, "TIMESTAMP 'TIME'")
    .replaceAll(/\d+L, TIMESTAMP/g, "BYTES, TIMESTAMP");
}

/** Both folders as Parquet on this disk, in a volume and on DBFS: byte-equal, also after a second run; Spark counts them. */
async function checkFiles() {
  mkdirSync(join(folder, "workspace/Volumes/main/default/landing"), { recursive: true });
  const settings = { format: "parquet", load_method: "overwrite", table_path: "{stream}" };
  const records = (id) => JSON.stringify({ type: "RECORD", stream: "customer", record: { id, name: `row ${id}` } });
  const schema = { type: "object", properties: { id: { type: "integer" }, name: { type: "string" } } };
  const input = [
    JSON.stringify({ type: "SCHEMA", stream: "customer", schema, key_properties: ["id"] }),
    ...Array.from({ length: 1000 }, (_, id) => records(id)),
  ].join("\n");
  for (const source of ["sqlserver", "api"]) {
    const below = `output/docker_elt/${source}`;
    const places = {
      disk: join(folder, "disk", below),
      volume: `/Volumes/main/default/landing/${below}`,
      dbfs: `dbfs:/${below}`,
    };
    const found = {};
    for (const [place, path] of Object.entries(places)) {
      for (let turn = 0; turn < 2; turn++) {
        const config = join(folder, "target.json");
        writeFileSync(config, JSON.stringify({ ...settings, path }));
        const { code, stderr } = await run("target-delta-ts/dist/cli.js", ["--config", config], { env: standIn.env, input }).result;
        check(`${source} to ${place}, run ${turn + 1}`, code === 0 ? [] : [stderr.slice(0, 300)]);
      }
      const local = place === "disk" ? path : join(folder, "workspace", place === "dbfs" ? path.replace("dbfs:/", "dbfs/") : path);
      found[place] = fileBytes(local);
      const [answer] = await sql.query(`SELECT count(*) AS n FROM parquet.\`file:${local}/customer\``).catch((error) => [{ n: String(error) }]);
      check(`${source} on ${place} by Spark`, Number(answer.n) === 1000 ? [] : [`${answer.n} rows`]);
    }
    for (const place of ["volume", "dbfs"])
      check(`${source}: ${place} is equal to disk`, JSON.stringify(found[place]) === JSON.stringify(found.disk) ? [] : [`${found[place]}`.slice(0, 200)]);
  }
}

/** The contents of every file below a folder, in the order of their names. */
function fileBytes(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".parquet"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("base64"))
    .toSorted();
}
