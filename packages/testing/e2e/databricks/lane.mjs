// node lane.mjs FOLDER [--real] [statements|semantics|mistakes|files|connector|pipeline]: see `run` beside it; with --real in the workspace of
// DATABRICKS_HOST and DATABRICKS_TOKEN. Prints a line per difference, times, and `N passed, N failed`.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual, parseArgs, promisify } from "node:util";
import { checkFiles } from "./files.mjs";
import { loads } from "./loads.mjs";
import { mistakes } from "./mistakes.mjs";
import { checkPipeline } from "./pipeline.mjs";
import { openRealWorkspace, openStandIn } from "./place.mjs";
import { root, run } from "./process.mjs";
import { checkSemantics } from "./semantics.mjs";

const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { real: { type: "boolean", default: false } } });
const [folder, ...names] = positionals;
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

const parts = { statements: checkStatements, semantics: checkLoads, mistakes: checkMistakes, files: checkFolders, connector: checkConnector, pipeline: checkTables };
// The connector holds the stand-in's front against another client: a real workspace needs no such thing.
const chosen = names.length === 0 ? Object.keys(parts).filter((name) => !flags.real || name !== "connector") : names;
mkdirSync(folder, { recursive: true });
const place = await (flags.real ? openRealWorkspace() : openStandIn(folder, refuse)).catch((error) => {
  process.stdout.write(`databricks: ${error.message}\n0 passed, 1 failed\n`);
  process.exit(1);
});
lap("the warehouse is up");

try {
  for (const name of chosen) {
    await parts[name]();
    lap(name);
  }
} finally {
  await place.close();
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exit(counts.failed === 0 ? 0 : 1);

function refuse(statement) {
  return cue !== undefined && statement.includes(cue.at) ? { error: cue.error } : undefined;
}

/** Runs the executable on these lines. */
function runTarget(settings, lines, env = {}) {
  const config = join(folder, "target.json");
  writeFileSync(config, JSON.stringify({ path: "databricks:", ...settings }));
  const input = lines.map((line) => JSON.stringify(line)).join("\n");
  return run("target-delta-ts/dist/cli.js", ["--config", config], { env: { ...place.env, ...env }, input }).result;
}

/** Databricks' own Python client reads what the target loaded. */
async function checkConnector() {
  const venv = join(root, ".interop/databricks-connector");
  if (!existsSync(join(venv, "bin/python"))) {
    execFileSync("python3", ["-m", "venv", venv]);
    execFileSync(join(venv, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", "databricks-sql-connector==4.9.0"]);
  }
  const schema = { properties: { id: { type: "integer" } } };
  const records = [1, 2, 3].map((id) => ({ type: "RECORD", stream: "connector", record: { id } }));
  await runTarget({}, [{ type: "SCHEMA", stream: "connector", schema, key_properties: ["id"] }, ...records]);
  const { DATABRICKS_HOST: host, NODE_EXTRA_CA_CERTS: certificate } = place.env;
  const args = [join(import.meta.dirname, "connector.py"), host, "/sql/1.0/warehouses/main", certificate];
  // Not by a call that waits: the front answers in this process.
  const options = { timeout: 120_000, env: { ...process.env, ...place.env } };
  const { stdout, stderr = "" } = await promisify(execFile)(join(venv, "bin/python"), args, options).catch((failure) => failure);
  if (!stdout) return check("the Python connector reads", [stderr.slice(-400)]);
  const { tables, error, ...values } = JSON.parse(stdout);
  const expected = { one: 1, exact: "12345678901234567890.12", nothing: null, count: 2 };
  check("the Python connector reads values", isDeepStrictEqual(values, expected) ? [] : [stdout]);
  check("the Python connector lists the tables", tables.includes("connector") ? [] : [tables.join()]);
  check("the Python connector is told of a missing table", error.includes("TABLE_OR_VIEW_NOT_FOUND") ? [] : [error]);
}

async function checkTables() {
  for await (const [name, problems] of checkPipeline(place, folder, lap)) check(name, problems);
}

async function checkFolders() {
  for await (const [name, problems] of checkFiles(place, folder)) check(name, problems);
}

/** What the tables hold after runs of each load method. */
async function checkLoads() {
  const tableName = (stream) => `\`${place.catalog}\`.\`${place.schema}\`.\`${stream}\``;
  for await (const [name, problems] of checkSemantics({ runTarget, query: place.query, tableName })) check(name, problems);
}

/**
 * Every statement of every load method is sent by the executable and run. On the stand-in, which sees them, they equal the
 * golden file; UPDATE_GOLDEN=1 writes it anew. Names that differ from run to run are replaced.
 */
async function checkStatements() {
  const golden = join(import.meta.dirname, "statements.sql");
  const sections = [];
  for (const { name, settings, lines } of loads) {
    const first = place.statements?.length;
    const { code, stderr } = await runTarget({ pipeline_id: "golden", ...settings }, lines);
    check(name, code === 0 ? [] : [stderr.slice(0, 300)]);
    const sent = place.statements?.slice(first).map(normal) ?? [];
    sections.push(`-- ${name}\n${sent.join(";\n")};\n`);
  }
  if (place.isReal) return;
  const text = sections.join("\n");
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden, text);
  const expected = readFileSync(golden, "utf8").split("\n");
  const difference = text.split("\n").findIndex((line, index) => line !== expected[index]);
  check("statements.sql", difference === -1 ? [] : [`line ${difference + 1}: ${text.split("\n")[difference]}`]);
}

/**
 * Each mistake ends the run with its one line, code 1 and a hint. The tables are those that `statements` has made. What
 * only the stand-in can refuse on cue is left out in a real workspace.
 */
async function checkMistakes() {
  for (const { name, env, fault, lines, expected } of mistakes) {
    if (place.isReal && fault !== undefined) continue;
    cue = fault;
    const { code, stderr } = await runTarget({}, lines, env);
    cue = undefined;
    const isClear = code === 1 && expected.test(stderr) && stderr.split("\nerror:").length <= 2;
    check(name, isClear ? [] : [`exit code ${code}: ${stderr.slice(0, 400)}`]);
  }
}

/** Run ids, hashes of files and of rows, files of this machine, times and sizes are other ones in another run. */
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
