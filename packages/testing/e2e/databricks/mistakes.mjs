// What people get wrong, and the one line that each run must end with. `fault` is what the warehouse answers to a
// statement that holds `at`: rights and catalogs are Databricks' own, open-source Spark has none.
const integer = { id: { type: "integer" } };
const text = { id: { type: "string" } };
const lines = (stream, columns, value) => [
  { type: "SCHEMA", stream, schema: { type: "object", properties: columns }, key_properties: ["id"] },
  { type: "RECORD", stream, record: { id: value } },
];

export const mistakes = [
  {
    name: "T9: a bad token",
    env: { DATABRICKS_TOKEN: "wrong" },
    lines: lines("mistake", integer, 1),
    expected: /error: .*refuses the token: 401 .*UNAUTHENTICATED.* \(E_LOGIN\)\nhint: make a new token/,
  },
  {
    name: "T8: a volume that may not be made",
    env: { DATABRICKS_VOLUME: "closed" },
    fault: { at: "CREATE VOLUME", error: "[INSUFFICIENT_PERMISSIONS] User does not have CREATE VOLUME on Schema 'main.default'. SQLSTATE: 42501" },
    lines: lines("mistake", integer, 1),
    expected: /error: .*\[INSUFFICIENT_PERMISSIONS\] .*CREATE VOLUME.* \(E_DATABRICKS\)\nhint: grant the privilege/,
  },
  {
    name: "T10: a privilege that is missing",
    fault: { at: "CREATE TABLE", error: "[INSUFFICIENT_PERMISSIONS] User does not have CREATE TABLE on Schema 'main.default'. SQLSTATE: 42501" },
    lines: lines("mistake", integer, 1),
    expected: /error: .*\[INSUFFICIENT_PERMISSIONS\] .*CREATE TABLE.* \(E_DATABRICKS\)\nhint: grant the privilege/,
  },
  {
    name: "T10: a catalog that is missing",
    fault: { at: "SHOW TABLES", error: "[NO_SUCH_CATALOG_EXCEPTION] Catalog 'mian' was not found. SQLSTATE: 42704" },
    lines: lines("mistake", integer, 1),
    expected: /error: .*\[NO_SUCH_CATALOG_EXCEPTION\] .* \(E_DATABRICKS\)\nhint: check `databricks\.catalog`/,
  },
  {
    name: "T7: a table of another schema",
    lines: lines("order", text, "one"),
    expected: /error: .*column id .* \(E_COLUMN_TYPE\)\nhint: .*load it with/,
  },
  {
    name: "T27: a column that is wider than its table may become",
    lines: lines("order", { id: { type: "number", multipleOf: 0.01, minimum: -99, maximum: 99 } }, 1.5),
    expected: /error: .*column id is DECIMAL\(22,2\), and table .* has BIGINT \(E_COLUMN_TYPE\)\nhint: let the table widen its columns/,
  },
  {
    name: "T8: a volume that is missing, by statements",
    env: { TARGET_DELTA_DATABRICKS: JSON.stringify({ staging_method: "sql", volume: "closed" }) },
    fault: { at: "CREATE VOLUME", error: "[INSUFFICIENT_PERMISSIONS] User does not have CREATE VOLUME on Schema 'main.default'. SQLSTATE: 42501" },
    lines: lines("mistake", integer, 1),
    expected: /error: .*\[INSUFFICIENT_PERMISSIONS\] .*CREATE VOLUME.* \(E_DATABRICKS\)\nhint: grant the privilege/,
  },
  {
    name: "T8: a file of another type than the table",
    fault: { at: "MERGE INTO", error: "[DELTA_FAILED_TO_MERGE_FIELDS] Failed to merge fields 'id' and 'id'. SQLSTATE: 22005" },
    lines: lines("order", integer, 1),
    expected: /error: .*\[DELTA_FAILED_TO_MERGE_FIELDS\] .* \(E_DATABRICKS\)\nhint: the table has another type/,
  },
];
