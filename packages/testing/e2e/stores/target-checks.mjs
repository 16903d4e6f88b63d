import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DeltaTable, openStore } from "delta-lake-ts";

const executable = fileURLToPath(new URL("../../../target-delta-ts/dist/cli.js", import.meta.url));
const WRITER_ROWS = 40;

/** Appends, merges, replaces and keeps a history in tables of a store, by the target's executable. */
export async function checkTargetLoads(url) {
  const loads = [
    { method: "append", first: [row("append", 1, "a"), row("append", 1, "a")], second: [row("append", 2, "b")] },
    { method: "upsert", first: [row("upsert", 1, "a"), row("upsert", 2, "b")], second: [row("upsert", 2, "c")] },
    { method: "overwrite", first: [row("overwrite", 1, "a")], second: [row("overwrite", 2, "b")] },
    { method: "history", first: [row("history", 1, "a")], second: [row("history", 1, "b")] },
  ];
  for (const { method, first, second } of loads) {
    const config = { path: `${url}/target`, load_method: method };
    await loaded([schema(method), ...first, state(1)], config);
    const printed = await loaded([schema(method), ...second, state(2)], config);
    assert.deepEqual(JSON.parse(printed.stdout.trim().split("\n").at(-1)), { bookmarks: { rows: 2 } });
  }

  const rowsOf = (table) => readRows(`${url}/target/${table}`);
  assert.deepEqual(await rowsOf("append"), ["1 a", "1 a", "2 b"]);
  assert.deepEqual(await rowsOf("upsert"), ["1 a", "2 c"]);
  assert.deepEqual(await rowsOf("overwrite"), ["2 b"]);
  assert.deepEqual(await rowsOf("history"), ["1 a", "1 b"]);
}

/** Two targets commit to one table at once, each row by row: every row of both is there, once. */
export async function checkConcurrentTargets(url) {
  const writer = (name) => {
    const rows = Array.from({ length: WRITER_ROWS }, (_, id) => row("shared", id, name));
    const config = {
      path: `${url}/target`,
      load_method: "append",
      pipeline_id: name,
      batch_size_rows: 1,
    };
    return loaded([schema("shared"), ...rows], config);
  };

  await Promise.all([writer("left"), writer("right")]);

  const ids = Array.from({ length: WRITER_ROWS }, (_, id) => id);
  const expected = ["left", "right"].flatMap((name) => ids.map((id) => `${id} ${name}`));
  assert.deepEqual(await readRows(`${url}/target/shared`), expected.toSorted());
  const table = await DeltaTable.open(openStore(`${url}/target/shared`));
  assert.ok(table.version >= WRITER_ROWS, `the writers committed only ${table.version} times`);
}

/** Where a store can't create atomically, no row is loaded, and the error says so. */
export async function checkRefusedTarget(url) {
  const { code, stderr } = await run([schema("refused"), row("refused", 1, "a")], { path: url });

  assert.equal(code, 1);
  assert.match(stderr, /^error: stream refused: cannot write table refused: .*\(E_STORE_NO_ATOMIC_CREATE\)$/m);
}

async function loaded(messages, config) {
  const result = await run(messages, config);
  assert.equal(result.code, 0, result.stderr);
  return result;
}

async function run(messages, config) {
  const folder = mkdtempSync(join(tmpdir(), "stores-target-"));
  try {
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    const child = spawn(process.execPath, [executable, "--config", join(folder, "config.json")]);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function readRows(url) {
  const table = await DeltaTable.open(openStore(url));
  const rows = [];
  for await (const batch of table.read({ columns: ["id", "name"] })) {
    for (const { id, name } of batch) rows.push(`${id} ${name}`);
  }
  return rows.toSorted();
}

function schema(stream) {
  const properties = { id: { type: "integer" }, name: { type: "string" } };
  const keys = stream === "upsert" || stream === "history" ? ["id"] : [];
  return { type: "SCHEMA", stream, schema: { properties }, key_properties: keys };
}

function row(stream, id, name) {
  return { type: "RECORD", stream, record: { id, name } };
}

function state(rows) {
  return { type: "STATE", value: { bookmarks: { rows } } };
}
