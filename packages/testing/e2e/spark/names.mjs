/** Bug 20: names that Delta refuses, as target-delta-ts writes them: sanitised, the source's own in the comment, never two in one. */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DeltaTable, LocalStore } from "delta-lake-ts";
import { TestTable } from "./table.mjs";

const TARGET = new URL("../../../target-delta-ts/dist/cli.js", import.meta.url).pathname;
const NAMES = ["a b", "a;c", "part of it", "été=1"];

export async function sanitisedTable(folder) {
  const output = join(folder, "names");
  await mkdir(output, { recursive: true });
  const values = Object.fromEntries(NAMES.map((name, index) => [name, `v ${index}`]));
  const written = await load(output, "spaced", [values, { ...values, "part of it": "x/y" }]);
  if (written.code !== 0) throw new Error(written.stderr);
  const clash = await load(output, "clash", [{ "a b": "1", a_b: "2" }]);
  const isRefused = clash.code !== 0 && clash.stderr.includes("E_COLUMN_COLLISION");
  const columns = { a_b: "string", a_c: "string", part_of_it: "string", été_1: "string" };
  const table = new TestTable(output, "spaced", columns);
  const { schema } = await DeltaTable.open(new LocalStore(join(output, "spaced")));
  const kept = schema.fields.map(({ name, metadata }) => metadata.comment ?? name);
  const hasNames = NAMES.every((name) => kept.includes(`Source column: ${name}`));
  const rows = ["v 2", "x/y"].map((part) => {
    return { a_b: "v 0", a_c: "v 1", part_of_it: part, été_1: "v 3" };
  });
  return table.expect(rows, {
    facts: [
      { fact: "bug 20: two names that become one are refused", isTrue: isRefused, found: clash.stderr },
      { fact: "bug 20: the source's names are in the comments", isTrue: hasNames, found: kept.join() },
    ],
  });
}

async function load(path, stream, records) {
  const properties = Object.fromEntries(
    Object.keys(records[0]).map((name) => [name, { type: ["string", "null"] }]),
  );
  const lines = [
    { type: "SCHEMA", stream, schema: { type: "object", properties }, key_properties: [] },
    ...records.map((record) => ({ type: "RECORD", stream, record })),
  ];
  const environment = { ...process.env, TARGET_DELTA_PATH: path };
  const child = spawn(process.execPath, [TARGET, "--config=ENV"], { env: environment });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdout.resume();
  child.stdin.on("error", () => undefined);
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, stderr };
}
