/** Reads, appends to and merges into the tables that Spark made; prints checks as ours.mjs does, and facts. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { append, DataFileWriter, DeltaTable, LocalStore, merge } from "delta-lake-ts";
import { batchOf, removeCommit, schemaOf, TestTable } from "./table.mjs";
import { continueWidening } from "./widening.mjs";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: continue.mjs FOLDER");

const facts = [];
const checks = [
  await timestamps(),
  await deletions(),
  await merged(),
  await checkpoint("checkpoint"),
  // Polars refuses V2 checkpoints.
  await checkpoint("v2_parquet", ["Polars"]),
  await checkpoint("v2_json", ["Polars"]),
  await shared(),
  await transaction(),
  await mapping(),
  await continueWidening(folder, expectRows),
  ...(await appendable()),
];
await refusals();
for (const line of [...checks, ...facts]) process.stdout.write(`${JSON.stringify(line)}\n`);

/** Spark's INT96, all of it rewritten by our merge: every reader then sees Spark's values. */
async function timestamps() {
  const table = new TestTable(folder, "int96", { id: "long", t: "timestamp", v: "string" });
  const micros = [
    -62_135_596_800_000_000n,
    -12_220_156_800_000_001n,
    -12_219_292_800_000_000n,
    -1n,
    1_709_210_096_123_456n,
    253_402_300_799_999_999n,
    null,
  ];
  const rows = micros.map((t, id) => ({ id, t, v: "spark" }));
  await expectRows(table, rows);
  const changed = { id: 3, t: 7n, v: "ours" };
  const added = { id: 7, t: null, v: "ours" };
  await upsert(table, [changed, added]);
  return table.expect([...rows.filter(({ id }) => id !== 3), changed, added]);
}

async function deletions() {
  const table = new TestTable(folder, "deletions", { id: "long", v: "string" });
  const live = Array.from({ length: 1000 }, (_, id) => ({ id, v: `v${id}` })).filter(
    ({ id }) => id % 3 !== 1 && !(id >= 500 && id <= 700),
  );
  await expectRows(table, live);
  await table.append([{ id: 2000, v: "appended" }]);
  // 500 was deleted by Spark: it is inserted again, not found.
  await upsert(table, [
    { id: 0, v: "updated" },
    { id: 500, v: "inserted" },
  ]);
  return table.expect([
    ...live.filter(({ id }) => id !== 0),
    { id: 2000, v: "appended" },
    { id: 0, v: "updated" },
    { id: 500, v: "inserted" },
  ]);
}

async function merged() {
  const table = new TestTable(folder, "merged", { id: "long", v: "string" });
  const rows = [
    { id: 1, v: "a" },
    { id: 2, v: "merged" },
    { id: 3, v: "c" },
    { id: 4, v: "new" },
  ];
  await expectRows(table, rows);
  await upsert(table, [{ id: 4, v: "ours" }]);
  return table.expect([...rows.slice(0, 3), { id: 4, v: "ours" }]);
}

/** Spark's checkpoints every 3, without the commits before the last one; then ours. */
async function checkpoint(name, without = []) {
  const table = new TestTable(folder, name, { id: "long", p: "string" });
  for (let version = 0; version < 6; version += 1) await removeCommit(table, version);
  const rows = [0, 1, 2, 3, 4, 6].map((id) => ({ id, p: `p${id % 2}` }));
  await expectRows(table, rows);
  const added = [20, 21, 22, 23].map((id) => ({ id, p: "ours" }));
  for (const row of added) await table.append([row]);
  await expectChecksum(table);
  return table.expect([...rows, ...added], { without });
}

/** Our checksums go on from the last one that Spark wrote. */
async function expectChecksum(table) {
  const { version, fileCount, sizeBytes } = await DeltaTable.open(table.store);
  const path = join(table.folder, `_delta_log/${String(version).padStart(20, "0")}.crc`);
  const found = await readFile(path, "utf8").catch(String);
  const isTrue = found.includes(`"tableSizeBytes":${sizeBytes},"numFiles":${fileCount},`);
  facts.push({ fact: `our checksum of ${table.name} counts Spark's files`, isTrue, found });
}

/** Made by us, appended to by Spark, merged into by us. */
async function shared() {
  const ours = folder.replace("/theirs", "/ours");
  const table = new TestTable(ours, "shared", { id: "long!", v: "string" });
  await upsert(table, [
    { id: 2, v: "ours again" },
    { id: 4, v: "new" },
  ]);
  return table.expect([
    { id: 1, v: "ours" },
    { id: 2, v: "ours again" },
    { id: 3, v: null },
    { id: 4, v: "new" },
  ]);
}

/** Spark's table with column mapping, one column renamed: appended to, merged into and widened by a column by us. */
async function mapping() {
  const table = new TestTable(folder, "mapping", { id: "long", renamed: "string" });
  await expectRows(table, [
    { id: 1, renamed: "spark" },
    { id: 2, renamed: "spark" },
  ]);
  const opened = await DeltaTable.open(table.store);
  const write = async (schema, rows) => {
    const { configuration } = opened.metadata;
    const writer = new DataFileWriter(table.store, { schema, configuration });
    await writer.write(batchOf(schema, rows));
    return writer.close();
  };
  await append(table.store, await write(opened.schema, [{ id: 3, renamed: "ours" }]));
  await upsert(table, [{ id: 2, renamed: "merged" }]);
  const added = { name: "added", type: "double", nullable: true, metadata: {} };
  const schema = { type: "struct", fields: [...opened.schema.fields, added] };
  await append(table.store, await write(schema, [{ id: 4, renamed: null, added: 0.5 }]), { schema });
  table.schema = schemaOf({ id: "long", renamed: "string", added: "double" });
  const rows = [
    { id: 1, renamed: "spark", added: null },
    { id: 2, renamed: "merged", added: null },
    { id: 3, renamed: "ours", added: null },
    { id: 4, renamed: null, added: 0.5 },
  ];
  // Polars refuses column mapping.
  return table.expect(rows, { without: ["Polars"] });
}

/** Tables that we only append to: with row tracking, clustered, and with defaults for columns that our rows lack. */
async function appendable() {
  const appended = [];
  for (const name of ["tracked", "clustered", "defaults"]) {
    const table = new TestTable(folder, name, { id: "long", v: "string" });
    await expectRows(table, [{ id: 1, v: "spark" }]);
    const { schema } = await DeltaTable.open(table.store);
    for (const id of [2, 3]) {
      const writer = new DataFileWriter(table.store, { schema });
      const rows = name === "defaults" ? schemaOf({ id: "long" }) : table.schema;
      await writer.write(batchOf(rows, [{ id, v: "ours" }]));
      await append(table.store, await writer.close());
    }
    const v = name === "defaults" ? "it's" : "ours";
    appended.push(table.expect([{ id: 1, v: "spark" }, { id: 2, v }, { id: 3, v }]));
  }
  return appended;
}

async function transaction() {
  const ours = folder.replace("/theirs", "/ours");
  const table = new TestTable(ours, "transaction", { id: "long" });
  await table.append([{ id: 1 }], { appTransaction: { appId: "lane", version: 5 } });
  return { fact: "our transaction is committed", isTrue: true };
}

function upsert(table, rows) {
  return merge(table.store, { source: [batchOf(table.schema, rows)], keys: ["id"], mode: "upsert" });
}

/** What we read is what Spark was told to write. */
async function expectRows(table, rows) {
  const found = [];
  const opened = await DeltaTable.open(table.store);
  for await (const batch of opened.read()) {
    for (const row of batch) found.push(sortedText(row.toJSON()));
  }
  const wanted = [];
  for (const row of batchOf(opened.schema, rows)) wanted.push(sortedText(row.toJSON()));
  const isTrue = found.toSorted().join("\n") === wanted.toSorted().join("\n");
  facts.push({ fact: `we read Spark's ${table.name}`, isTrue, found: found.slice(0, 20).join("\n") });
}

function sortedText(row) {
  return JSON.stringify(row, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

/** A write is refused by the feature's name, and leaves no trace. */
async function refusals() {
  const wanted = {
    refused_generated: "generatedColumns",
    refused_identity: "identityColumns",
    refused_rows: "rowTracking",
    refused_check: "checkConstraints",
  };
  for (const [name, feature] of Object.entries(wanted)) {
    const root = join(folder, name);
    const before = await readdir(root, { recursive: true });
    const store = new LocalStore(root);
    // Row tracking stands in the way of changed rows only.
    const attempt =
      name === "refused_rows"
        ? upsert({ store, schema: schemaOf({ id: "long", g: "long" }) }, [{ id: 1, g: 1 }])
        : append(store, [], { configuration: { lane: "1" } });
    const outcome = await attempt.then(
      () => "committed",
      (error) => `${error.code} ${error.message}`,
    );
    const after = await readdir(root, { recursive: true });
    const isNamed = outcome.startsWith("E_TABLE_FEATURE") && outcome.includes(feature);
    const isTrue = isNamed && before.length === after.length;
    facts.push({ fact: `${name} is refused by name`, isTrue, found: outcome });
  }
}
