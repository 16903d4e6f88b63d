// Many small runs into one table with `maintenance: vacuum`: the number of live data files stays bounded.
// `pnpm soak small-runs [--count RUNS]`; each run appends one row; the rows are counted at the end.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DeltaTable, LocalStore } from "delta-lake-ts";

/** The target joins the small files of a table that has twenty of them. */
const FILES_MAX = 20;
const { values: options } = parseArgs({ options: { count: { type: "string", default: "1000" }, seed: { type: "string" } } });
const count = Number(options.count);
const executable = resolve(import.meta.dirname, "../../../target-delta-ts/dist/cli.js");
const folder = mkdtempSync(join(tmpdir(), "soak-small-runs-"));
const config = join(folder, "config.json");
writeFileSync(config, JSON.stringify({ path: folder, maintenance: "vacuum" }));
const schema = { type: "SCHEMA", stream: "events", schema: { properties: { id: { type: "integer" } } }, key_properties: [] };

let passed = 0;
let failed = 0;
let filesMax = 0;
try {
  for (let id = 0; id < count; id += 1) {
    const messages = [schema, { type: "RECORD", stream: "events", record: { id } }, { type: "STATE", value: { id } }];
    const input = messages.map((message) => `${JSON.stringify(message)}\n`).join("");
    const { status, stderr } = spawnSync(process.execPath, [executable, "--config", config], { input, encoding: "utf8" });
    const table = await DeltaTable.open(new LocalStore(join(folder, "events")));
    const fileCount = table?.fileCount ?? 0;
    filesMax = Math.max(filesMax, fileCount);
    if (status === 0 && fileCount <= FILES_MAX) passed += 1;
    else {
      failed += 1;
      process.stdout.write(`failed: run ${id}: exit code ${status}, ${fileCount} files\n${stderr.slice(-500)}`);
    }
  }
  const table = await DeltaTable.open(new LocalStore(join(folder, "events")));
  const ids = new Set();
  let rowCount = 0;
  for await (const batch of table.read()) {
    rowCount += batch.numRows;
    for (let row = 0; row < batch.numRows; row += 1) ids.add(Number(batch.get(row).toJSON().id));
  }
  if (rowCount !== count || ids.size !== count) {
    failed += 1;
    process.stdout.write(`failed: ${rowCount} rows, ${ids.size} of ${count} ids\n`);
  }
  process.stdout.write(`at most ${filesMax} live files after any run\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
