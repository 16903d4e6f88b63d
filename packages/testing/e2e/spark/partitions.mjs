import { TestTable } from "./table.mjs";

const NAMES = ["a/b", "100%", "a=b", "a b", "a+b", "é", "😀", ".", "#?&", "x".repeat(200), "'\"", "\\{}[]^|"];

/** Tables partitioned by strings that are hard to write as folders, by each other type, and by two columns. */
export async function partitionTables(folder) {
  const checks = [];
  const typed = {
    string: [...NAMES, null],
    long: [-(2n ** 63n), 0n, null],
    integer: [-1, 7],
    boolean: [true, false, null],
    date: [19_782, -719_162, null],
    timestamp: [1_709_210_096_123_456n, 0n, null],
    "decimal(10,2)": [150n, 0n, -5n, null],
  };
  for (const [type, values] of Object.entries(typed)) {
    const name = `partition_${type.replace(/\W/g, "_")}`;
    const table = new TestTable(folder, name, { id: "long", p: type }, ["p"]);
    const rows = values.map((p, id) => ({ id, p }));
    await table.append(rows);
    const [first] = rows;
    const filters = type === "string" ? [table.filter("p", "=", "a/b", [first])] : [];
    checks.push(table.expect(rows, { filters }));
  }
  const columns = { q: "date", id: "long", p: "string" };
  const table = new TestTable(folder, "partition_two", columns, ["p", "q"]);
  const rows = [
    { id: 1, p: "x y", q: 0 },
    { id: 2, p: "x y", q: 1 },
    { id: 3, p: null, q: null },
  ];
  await table.append(rows);
  return [...checks, table.expect(rows)];
}
