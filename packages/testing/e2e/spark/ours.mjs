/** Writes the tables that every reader must read alike, and prints what they hold: one JSON line a check. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { merge, overwrite } from "delta-lake-ts";
import { feedTables } from "./feed.mjs";
import { mappingTables } from "./mapping.mjs";
import { sanitisedTable } from "./names.mjs";
import { partitionTables } from "./partitions.mjs";
import { statisticsTables } from "./statistics.mjs";
import { array, batchOf, map, removeCommit, schemaOf, TestTable } from "./table.mjs";
import { typesTable } from "./types.mjs";
import { feedTable, vectorTable } from "./vectors.mjs";
import { wideningTable } from "./widening.mjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: ours.mjs FOLDER");

const checks = [
  await typesTable(folder),
  ...(await partitionTables(folder)),
  ...(await statisticsTables(folder)),
  ...(await checkpointTables()),
  await evolutionTable(),
  ...(await versionTable()),
  await overwriteSchemaTable(),
  ...(await mergeTables()),
  await vectorTable(folder),
  await feedTable(folder),
  ...(await feedTables(folder)),
  await sanitisedTable(folder),
  await wideningTable(folder),
  ...(await mappingTables(folder)),
];
await new TestTable(folder, "shared", { id: "long!", v: "string" }).append([{ id: 1, v: "ours" }]);
await wrongChecksumTable();
for (const check of checks) process.stdout.write(`${JSON.stringify(check)}\n`);

/** A table whose checksum says one file too many, for Spark to find. */
async function wrongChecksumTable() {
  const table = new TestTable(folder, "wrong_checksum", { id: "long" });
  for (const id of [1, 2]) await table.append([{ id }]);
  const path = join(table.folder, "_delta_log/00000000000000000001.crc");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace('"numFiles":2', '"numFiles":3'));
}

/** 25 commits: checkpoints at 10 and 20, and no JSON before them. */
async function checkpointTables() {
  const table = new TestTable(folder, "checkpoint", { id: "long!", region: "string!" }, ["region"]);
  const rows = [];
  for (let id = 0; id < 25; id += 1) {
    const row = { id, region: id % 2 === 0 ? "a/b" : "c d" };
    rows.push(row);
    await table.append([row]);
  }
  for (let version = 0; version < 20; version += 1) await removeCommit(table, version);
  const removed = new TestTable(folder, "checkpoint_removes", { id: "long", p: "long!" }, ["p"]);
  for (let id = 0; id < 9; id += 1) await removed.append([{ id, p: id % 3 }]);
  await overwrite(removed.store, await removed.files([{ id: 100, p: 7 }]));
  await removed.append([{ id: 101, p: 8 }]);
  for (let version = 0; version < 10; version += 1) await removeCommit(removed, version);
  const left = [
    { id: 100, p: 7 },
    { id: 101, p: 8 },
  ];
  return [table.expect(rows), removed.expect(left)];
}

async function evolutionTable() {
  const table = new TestTable(folder, "evolution", { id: "long!", s: schemaOf({ a: "string" }) });
  await table.append([{ id: 1, s: { a: "x" } }]);
  table.schema = schemaOf({
    id: "long",
    s: schemaOf({ a: "string", b: "decimal(10,2)" }),
    added: "timestamp",
    list: array("string"),
    pairs: map("long"),
  });
  const row = {
    id: null,
    s: { a: null, b: 125n },
    added: 1n,
    list: ["p", null],
    pairs: { k: 1, n: null },
  };
  await table.append([row], { schema: table.schema });
  return table.expect([{ id: 1, s: { a: "x" } }, row]);
}

/** Every version equals what was written up to it. */
async function versionTable() {
  const table = new TestTable(folder, "versions", { id: "long", v: "string" });
  await table.append([{ id: 1, v: "a" }]);
  await table.append([{ id: 2, v: "b" }]);
  await overwrite(table.store, await table.files([{ id: 3, v: "c" }]));
  await table.append([{ id: 4, v: "d" }]);
  const states = [[[1, "a"]], [[1, "a"], [2, "b"]], [[3, "c"]], [[3, "c"], [4, "d"]]];
  return states.map((state, version) =>
    table.expect(
      state.map(([id, v]) => ({ id, v })),
      { version },
    ),
  );
}

async function overwriteSchemaTable() {
  const table = new TestTable(folder, "overwrite_schema", { id: "long", p: "string" }, ["p"]);
  await table.append([{ id: 1, p: "x" }]);
  table.schema = schemaOf({ id: "string", q: "date" });
  table.partitionColumns = ["q"];
  const rows = [
    { id: "one", q: 19_782 },
    { id: "two", q: null },
  ];
  const createIfMissing = { schema: table.schema, partitionColumns: ["q"] };
  await overwrite(table.store, await table.files(rows), { createIfMissing });
  return table.expect(rows);
}

/** Insert, update, delete, keys that are null, keys that come twice. */
async function mergeTables() {
  const table = new TestTable(folder, "merge", { id: "long", v: "string", p: "string" }, ["p"]);
  const first = [1, 2, 3, 4, 5].map((id) => ({ id, v: "old", p: id % 2 === 0 ? "even" : "odd" }));
  await table.append(first);
  await table.append([{ id: null, v: "null key", p: "odd" }]);
  const source = [
    { id: 2, v: "first of two", p: "even" },
    { id: 2, v: "new", p: "even" },
    { id: 3, v: "moved", p: "even" },
    { id: 4, v: "delete", p: "even" },
    { id: null, v: "another null", p: "even" },
    { id: 9, v: "inserted", p: "odd" },
  ];
  await merge(table.store, {
    source: [batchOf(table.schema, source)],
    keys: ["id"],
    mode: "upsert",
    deleteWhen: (_, row) => source[row].v === "delete",
  });
  return [
    table.expect([
      { id: 1, v: "old", p: "odd" },
      { id: 2, v: "new", p: "even" },
      { id: 3, v: "moved", p: "even" },
      { id: 5, v: "old", p: "odd" },
      { id: null, v: "null key", p: "odd" },
      { id: null, v: "another null", p: "even" },
      { id: 9, v: "inserted", p: "odd" },
    ]),
  ];
}
