import { TestTable } from "./table.mjs";

const PREFIX = "p".repeat(32);

/** One row a file: a filter that finds exactly one row shows that no bound hides it. */
export async function statisticsTables(folder) {
  return [
    await stringTable(folder),
    await timestampTable(folder),
    await numberTable(folder),
    await nanTable(folder),
    await allNullTable(folder),
  ];
}

async function stringTable(folder) {
  const table = new TestTable(folder, "stats_string", { id: "long", s: "string" });
  const texts = [`${PREFIX}a`, `${PREFIX}é`, `${PREFIX}😀`, `${PREFIX}\u{10ffff}z`, "\ue000", "😀"];
  const rows = await oneFileEach(table, texts.map((s, id) => ({ id, s })));
  const filters = rows.map((row) => table.filter("s", "=", row.s, [row]));
  return table.expect(rows, { filters });
}

async function timestampTable(folder) {
  const table = new TestTable(folder, "stats_timestamp", { id: "long", t: "timestamp" });
  const micros = [1_709_210_096_123_456n, 1_709_210_096_123_999n, -1n, 253_402_300_799_999_999n];
  const rows = await oneFileEach(table, micros.map((t, id) => ({ id, t })));
  const filters = [0, 1, 2].map((index) => table.filter("t", "=", String(micros[index]), [rows[index]]));
  return table.expect(rows, { filters });
}

async function numberTable(folder) {
  const columns = { id: "long", l: "long", d: "decimal(38,10)" };
  const table = new TestTable(folder, "stats_number", columns);
  const values = [
    [2n ** 53n + 1n, 12_345_678_901_234_567_890_123_456_789n],
    [2n ** 63n - 1n, 12_345_678_901_234_567_890_123_456_790n],
    [-(2n ** 53n) - 1n, -1n],
  ];
  const rows = await oneFileEach(table, values.map(([l, d], id) => ({ id, l, d })));
  const filters = rows.flatMap((row) => [
    table.filter("l", "=", String(row.l), [row]),
    table.filter("d", "=", decimalText(row.d), [row]),
  ]);
  return table.expect(rows, { filters });
}

async function nanTable(folder) {
  const table = new TestTable(folder, "stats_nan", { id: "long", x: "double", f: "float" });
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1.5];
  const rows = await oneFileEach(table, values.map((x, id) => ({ id, x, f: x })));
  const mixed = { id: 9, x: 1, f: 1 };
  await table.append([mixed, { id: 10, x: Number.NaN, f: Number.NaN }]);
  const all = [...rows, mixed, { id: 10, x: Number.NaN, f: Number.NaN }];
  const isAbove = ({ x }) => Number.isNaN(x) || x > 1;
  const filters = [
    table.filter("x", ">", "1", all.filter(isAbove)),
    table.filter("f", ">", "1", all.filter(isAbove)),
    // DataFusion holds -0.0 unequal to 0.0, and so does Spark's look into a Parquet dictionary.
    table.filter("x", "=", "0", [rows[3]], ["delta-rs", "Spark"]),
  ];
  return table.expect(all, { filters });
}

async function allNullTable(folder) {
  const table = new TestTable(folder, "stats_null", { id: "long", s: "string", d: "decimal(38,10)" });
  const rows = await oneFileEach(table, [{ id: 0 }, { id: 1, s: "a", d: 1n }]);
  return table.expect(rows, { filters: [table.filter("s", "=", "a", [rows[1]])] });
}

async function oneFileEach(table, rows) {
  for (const row of rows) await table.append([row]);
  return rows;
}

function decimalText(unscaled) {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(11, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -10)}.${digits.slice(-10)}`;
}
