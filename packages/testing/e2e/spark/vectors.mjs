/** Tables whose rows are marked in deletion vectors by our merge, and one whose changes are read as a feed. */
import { merge, overwrite } from "delta-lake-ts";
import { batchOf, TestTable } from "./table.mjs";

const configuration = { "delta.enableDeletionVectors": "true" };

function upsert(table, rows) {
  return merge(table.store, {
    source: [batchOf(table.schema, rows)],
    keys: ["id"],
    mode: "upsert",
    deleteWhen: (_, row) => rows[row].v === "delete",
  });
}

/** Sparse and dense vectors, and a file that is marked twice. */
export async function vectorTable(folder) {
  const table = new TestTable(folder, "vectors", { id: "long", v: "string" });
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, v: "old" }));
  await table.append(rows.slice(0, 10_000), { configuration });
  await table.append(rows.slice(10_000), { configuration });
  const dense = rows.slice(2000, 9000).map(({ id }) => ({ id, v: id % 2 === 0 ? "delete" : "new" }));
  await upsert(table, dense);
  await upsert(table, [
    { id: 0, v: "newer" },
    { id: 2000, v: "back" },
    { id: 2001, v: "newer" },
    { id: 19_999, v: "delete" },
    { id: 50_000, v: "added" },
  ]);
  const live = new Map(rows.map((row) => [row.id, row]));
  for (const { id, v } of dense) {
    if (v === "delete") live.delete(id);
    else live.set(id, { id, v });
  }
  live.delete(19_999);
  for (const row of [
    { id: 0, v: "newer" },
    { id: 2000, v: "back" },
    { id: 2001, v: "newer" },
    { id: 50_000, v: "added" },
  ]) {
    live.set(row.id, row);
  }
  return table.expect([...live.values()]);
}

/** Appends and overwrites of a table with a change data feed; lane.py holds the feed against FEED there. */
export async function feedTable(folder) {
  const table = new TestTable(folder, "feed", { id: "long", p: "string" }, ["p"]);
  await table.append([{ id: 1, p: "a" }, { id: 2, p: "b" }], {
    configuration: { "delta.enableChangeDataFeed": "true" },
  });
  await table.append([{ id: 3, p: "a" }]);
  await overwrite(table.store, await table.files([{ id: 4, p: "a" }]), { partitions: "touched" });
  await overwrite(table.store, await table.files([{ id: 5, p: "c" }]));
  return table.expect([{ id: 5, p: "c" }]);
}
