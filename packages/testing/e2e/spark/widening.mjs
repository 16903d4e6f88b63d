/** Tables whose columns were widened: by us, and by Spark for us to go on with. delta-rs and Polars refuse both. */
import { append, DeltaTable, merge, optimize } from "delta-lake-ts";
import { array, batchOf, schemaOf, TestTable } from "./table.mjs";

const without = ["delta-rs", "Polars"];
const tenth = Math.fround(0.1);

const narrow = {
  id: "long",
  i: "integer",
  f: "float",
  d: "decimal(6,2)",
  n: "short",
  t: "date",
  a: array("integer"),
  p: "integer",
};
const wide = {
  id: "long",
  i: "long",
  f: "double",
  d: "decimal(12,4)",
  n: "decimal(14,2)",
  t: "timestamp_ntz",
  a: array("long"),
  p: "long",
};
const before = { id: 1, i: -7, f: tenth, d: 150n, n: 3, t: 19_782, a: [1, null], p: 1 };
/** The same row as the wider types write it. */
const widened = { ...before, d: 15_000n, n: 300n, t: 19_782n * 86_400_000_000n };
const after = {
  id: 2,
  i: 2n ** 40n,
  f: 0.25,
  d: 1n,
  n: 1n,
  t: 1n,
  a: [2n ** 40n],
  p: 2n ** 40n,
};

/** Made narrow, widened by an append, merged into. */
export async function wideningTable(folder) {
  const table = new TestTable(folder, "widening", narrow, ["p"]);
  const configuration = { "delta.enableTypeWidening": "true" };
  await table.append([before, { ...before, id: 3 }], { configuration });
  table.schema = schemaOf(wide);
  await table.append([after], { schema: table.schema });
  await upsert(table, [{ ...after, id: 3, p: 1 }]);
  const rows = [widened, after, { ...after, id: 3, p: 1 }];
  const filters = [
    table.filter("f", ">", "0.1", rows, without),
    table.filter("i", "=", "-7", [widened], without),
    table.filter("p", "=", "1", [widened, rows[2]], without),
  ];
  return table.expect(rows, { without, filters });
}

/** Spark widened its columns: we read its rows, append, merge, join its files. */
export async function continueWidening(folder, expectRows) {
  const table = new TestTable(folder, "widening", {
    id: "long",
    i: "long",
    d: "decimal(12,4)",
    a: array("long"),
    p: "decimal(8,2)",
  });
  table.partitionColumns = ["p"];
  const old = { id: 1, i: 1, d: 15_000n, a: [1, null], p: 150n };
  const younger = { id: 2, i: 2n ** 40n, d: 15_001n, a: [2n ** 40n], p: 125n };
  await expectRows(table, [old, younger]);
  const { schema } = await DeltaTable.open(table.store);
  const added = { id: 3, i: 3, d: null, a: [], p: 150n };
  await append(table.store, await table.files([added]), { schema });
  // The partition that Spark wrote as 1.5 is the one that we write as 1.50.
  await upsert(table, [{ ...old, i: 5 }], ["id", "p"]);
  await optimize(table.store);
  // DuckDB's kernel wants every value that the log ever had at the new scale, removed files' too.
  return table.expect([{ ...old, i: 5 }, younger, added], { without: [...without, "DuckDB"] });
}

function upsert(table, rows, keys = ["id"]) {
  return merge(table.store, { source: [batchOf(table.schema, rows)], keys, mode: "upsert" });
}
