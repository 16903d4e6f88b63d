// What the checks of the lane share: running Meltano, reading its database, counting what passed.
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export const repository = join(import.meta.dirname, "../../../..");

let passed = 0;
let failed = 0;

/** Runs one check; it passes unless it throws. */
export function check(name, body) {
  try {
    body();
    passed += 1;
  } catch (error) {
    failed += 1;
    process.stdout.write(`meltano: ${name} failed: ${error.message}\n`);
  }
}

/** Prints the closing line, and sets the exit code. */
export function report() {
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

export function equal(actual, expected) {
  const [left, right] = [actual, expected].map((value) => JSON.stringify(value));
  if (left !== right) throw new Error(`got ${left}, expected ${right}`);
}

export function holds(text, ...parts) {
  for (const part of parts) {
    const isFound = part instanceof RegExp ? part.test(text) : text.includes(part);
    if (!isFound) throw new Error(`no ${part} in:\n${text.slice(-2000)}`);
  }
}

/** Runs a program in `folder`; throws unless it ends with `code`. */
export function run(program, args, { folder = process.cwd(), env = {}, code = 0 } = {}) {
  const options = { cwd: folder, env: { ...process.env, ...env }, encoding: "utf8", maxBuffer: 2 ** 28, timeout: 300_000 };
  const { status, stdout, stderr } = spawnSync(program, args, options);
  if (status !== code) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${String(stderr).slice(-2000)}${String(stdout).slice(-500)}`);
  return { stdout, stderr };
}

export const meltano = (args, options) => run("meltano", args, options);

/** Meltano's log as objects. */
export const logOf = (args, options) =>
  meltano(["--log-format", "json", ...args], options)
    .stderr.split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

/** Rows of Meltano's system database. */
export function database(sql, folder = process.cwd()) {
  const open = new DatabaseSync(join(folder, ".meltano", "meltano.db"), { readOnly: true });
  try {
    return open.prepare(sql).all();
  } finally {
    open.close();
  }
}

/** What Meltano has stored for a pipe. */
export function storedState(id, folder) {
  const [row] = database(`SELECT completed_state FROM state WHERE state_id = '${id}'`, folder);
  return row === undefined ? undefined : JSON.parse(row.completed_state).singer_state;
}

/** A new project folder with the file, and this repository's schemas beside it. */
export function makeProject(name, text) {
  const folder = join(process.cwd(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, "meltano.yml"), text);
  symlinkSync(join(repository, "schemas"), join(folder, "schemas"));
  return folder;
}
