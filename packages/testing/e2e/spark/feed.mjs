/** Change feeds of every mode of writing: what each version changed, for load_cdf and table_changes to agree with. */
import { merge, optimize, overwrite, parsePredicate } from "delta-lake-ts";
import { batchOf, TestTable } from "./table.mjs";

const CHANGES = { "delta.enableChangeDataFeed": "true" };
const VECTORS = { "delta.enableDeletionVectors": "true" };

/** The same table twice, its merges copying files and marking rows. */
export async function feedTables(folder) {
  return [await feedModes(folder, "feed_modes", CHANGES), await feedModes(folder, "feed_marked", { ...CHANGES, ...VECTORS })];
}

/** The table, and `feed`: version, kind, id and partition of each change. */
async function feedModes(folder, name, configuration) {
  const table = new TestTable(folder, name, { id: "long", p: "string" }, ["p"]);
  const feed = [];
  const changed = (version, inserted, deleted = []) => {
    feed.push(...deleted.map(([id, p]) => [version, "delete", id, p]));
    feed.push(...inserted.map(([id, p]) => [version, "insert", id, p]));
  };
  const filesOf = (pairs) => table.files(pairs.map(([id, p]) => ({ id, p })));
  const append = (pairs) => table.append(pairs.map(([id, p]) => ({ id, p })), { configuration });

  changed((await append([[1, "a"], [2, "b"], [3, null]])).version, [[1, "a"], [2, "b"], [3, null]]);
  changed((await append([[4, "a"]])).version, [[4, "a"]]);
  // Joined files are no change.
  await optimize(table.store);
  const touched = await overwrite(table.store, await filesOf([[5, "a"]]), { partitions: "touched" });
  changed(touched.version, [[5, "a"]], [[1, "a"], [4, "a"]]);
  const partitions = parsePredicate("p IS NULL OR p = 'c'");
  const where = await overwrite(table.store, await filesOf([[6, "c"]]), { partitions });
  changed(where.version, [[6, "c"]], [[3, null]]);
  const source = [batchOf(table.schema, [{ id: 7, p: "b" }, { id: 2, p: "b" }])];
  const inserted = await merge(table.store, { source, keys: ["id"], mode: "insert-only" });
  changed(inserted.version, [[7, "b"]]);
  const rows = [{ id: 7, p: "e" }, { id: 2, p: "b" }, { id: 5, p: "a" }, { id: 9, p: "e" }];
  const upserted = await merge(table.store, {
    source: [batchOf(table.schema, rows)],
    keys: ["id"],
    mode: "upsert",
    deleteWhen: (_, row) => rows[row].id === 2,
  });
  // Row 5 already says what the source says.
  changed(upserted.version, [[9, "e"]], [[2, "b"]]);
  feed.push([upserted.version, "update_preimage", 7, "b"], [upserted.version, "update_postimage", 7, "e"]);
  const dropped = await overwrite(table.store, [], { partitions: parsePredicate("p = 'e'") });
  changed(dropped.version, [], [[7, "e"], [9, "e"]]);
  const whole = await overwrite(table.store, await filesOf([[8, "d"]]));
  changed(whole.version, [[8, "d"]], [[5, "a"], [6, "c"]]);
  return table.expect([{ id: 8, p: "d" }], { feed });
}
