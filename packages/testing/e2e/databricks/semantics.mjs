// What the tables must hold after runs of the executable, row by row. Each case has a stream, and so a table, of its own.
const columns = { id: { type: "integer" }, total: { type: "integer" } };
const schema = (stream, keys = ["id"], properties = columns) => ({
  type: "SCHEMA",
  stream,
  schema: { type: "object", properties },
  key_properties: keys,
});
const record = (stream, id, total, version) => ({
  type: "RECORD",
  stream,
  record: { id, total },
  ...(version === undefined ? {} : { version }),
});
const activate = (stream, version) => ({ type: "ACTIVATE_VERSION", stream, version });

/** Two full loads of a keyed stream: rows 2 and 3 are gone in the second one. */
const twoVersions = (stream) => [
  [schema(stream), record(stream, 1, 10, 1), record(stream, 2, 20, 1), record(stream, 3, 30, 1), activate(stream, 1)],
  [schema(stream), record(stream, 1, 11, 2), record(stream, 4, 40, 2), activate(stream, 2)],
];

/**
 * `runs` are run one after the other with `settings`; `select` then gives one text per row (of those that are `where`), sorted. `said` must be in
 * what the last run says, and `operations` are the commits of it; `contains` are statements about the table and what
 * their answer says; `states` is how many STATE lines the last run prints.
 */
const semantics = [
  {
    name: "T17, T18: rows of an upserted stream that a later version does not have are marked, in one commit",
    stream: "v_soft",
    settings: { load_method: "upsert" },
    runs: twoVersions("v_soft"),
    select: "concat_ws(' ', id, total, _sdc_deleted_at IS NOT NULL)",
    rows: ["1 11 false", "2 20 true", "3 30 true", "4 40 false"],
    operations: ["MERGE"],
  },
  {
    name: "T17: a row that was marked keeps its time, and one that comes back loses the mark",
    stream: "v_soft",
    settings: { load_method: "upsert" },
    runs: [[schema("v_soft"), record("v_soft", 3, 33, 3), activate("v_soft", 3)]],
    select: "concat_ws(' ', id, total, _sdc_deleted_at IS NOT NULL)",
    rows: ["1 11 true", "2 20 true", "3 33 false", "4 40 true"],
    operations: ["MERGE"],
  },
  {
    name: "T17: a marked row that is upserted again loses its mark",
    stream: "v_soft",
    settings: { load_method: "upsert" },
    runs: [[schema("v_soft"), record("v_soft", 2, 22, 3)]],
    select: "concat_ws(' ', id, total, _sdc_deleted_at IS NOT NULL)",
    rows: ["1 11 true", "2 22 false", "3 33 false", "4 40 true"],
  },
  {
    name: "T17, T18: a version without rows marks all",
    stream: "v_soft",
    settings: { load_method: "upsert" },
    runs: [[schema("v_soft"), activate("v_soft", 4)]],
    select: "concat_ws(' ', id, total, _sdc_deleted_at IS NOT NULL)",
    rows: ["1 11 true", "2 22 true", "3 33 true", "4 40 true"],
    operations: ["UPDATE"],
  },
  {
    name: "T17, T18: with hard_delete they leave the table, in one commit",
    stream: "v_hard",
    settings: { load_method: "upsert", hard_delete: true },
    runs: twoVersions("v_hard"),
    select: "concat_ws(' ', id, total)",
    rows: ["1 11", "4 40"],
    operations: ["MERGE"],
  },
  {
    name: "T18: a version may be sent again, and a lower one is ignored",
    stream: "v_hard",
    settings: { load_method: "upsert", hard_delete: true },
    runs: [
      [schema("v_hard"), record("v_hard", 1, 12, 2), activate("v_hard", 2)],
      [schema("v_hard"), activate("v_hard", 1)],
    ],
    select: "concat_ws(' ', id, total)",
    rows: ["1 12", "4 40"],
    said: /version_ignored/,
  },
  {
    name: "T18: rows of a version that is not activated stay out, and are told of",
    stream: "v_hard",
    settings: { load_method: "upsert", hard_delete: true },
    runs: [[schema("v_hard"), record("v_hard", 9, 90, 7), { type: "STATE", value: { bookmarks: { v_hard: { version: 7 } } } }]],
    select: "concat_ws(' ', id, total)",
    rows: ["1 12", "4 40"],
    said: /version_not_active/,
    states: 0,
  },
  {
    name: "T18, T19: a key that comes in several flushes of a version counts once, with its last row",
    stream: "v_hard",
    settings: { load_method: "upsert", hard_delete: true, batch_size_rows: 2 },
    runs: [
      [
        schema("v_hard"),
        ...[1, 2, 3, 1, 2, 3].map((id, index) => record("v_hard", id, index, 8)),
        activate("v_hard", 8),
      ],
    ],
    select: "concat_ws(' ', id, total)",
    rows: ["1 3", "2 4", "3 5"],
    operations: ["MERGE"],
  },
  {
    name: "T18: with process_activate_version_messages off a version deletes nothing",
    stream: "v_off",
    settings: { load_method: "upsert", hard_delete: true, process_activate_version_messages: false },
    runs: twoVersions("v_off"),
    select: "concat_ws(' ', id, total)",
    rows: ["1 11", "2 20", "3 30", "4 40"],
  },
  {
    name: "T12, T18: a new version of an appended stream replaces its rows, and the next rows are appended",
    stream: "v_append",
    settings: { load_method: "append" },
    runs: [
      [schema("v_append", []), record("v_append", 1, 1, 1), record("v_append", 2, 2, 1), activate("v_append", 1)],
      [schema("v_append", []), record("v_append", 3, 3, 2), activate("v_append", 2)],
      [schema("v_append", []), record("v_append", 1, 1, 2), record("v_append", 2, 2, 2)],
    ],
    select: "concat_ws(' ', id, total)",
    rows: ["1 1", "2 2", "3 3"],
  },
  {
    name: "T14, T19: overwrite replaces all rows in one commit; of a key in several flushes the last row counts",
    stream: "v_over",
    settings: { load_method: "overwrite", batch_size_rows: 2 },
    runs: [
      [schema("v_over"), record("v_over", 7, 7), record("v_over", 8, 8)],
      [schema("v_over"), ...[1, 2, 3, 1].map((id, index) => record("v_over", id, index))],
    ],
    select: "concat_ws(' ', id, total)",
    rows: ["1 3", "2 1", "3 2"],
    operations: ["WRITE"],
  },
  {
    name: "T13, T19: of a key that comes twice the last row counts",
    stream: "v_up",
    settings: {},
    runs: [
      [schema("v_up"), record("v_up", 1, 1), record("v_up", 1, 2), record("v_up", 2, 1)],
      [schema("v_up"), record("v_up", 2, 5), record("v_up", 2, 6)],
    ],
    select: "concat_ws(' ', id, total)",
    rows: ["1 2", "2 6"],
    operations: ["MERGE"],
  },
  {
    name: "T15: insert-only leaves rows that are there",
    stream: "v_up",
    settings: { load_method: "insert-only" },
    runs: [[schema("v_up"), record("v_up", 2, 9), record("v_up", 3, 1), record("v_up", 3, 2)]],
    select: "concat_ws(' ', id, total)",
    rows: ["1 2", "2 6", "3 1"],
  },
  {
    name: "T33, T10: a new table is clustered, described and has its properties",
    stream: "laid_out",
    settings: {
      table_properties: { "delta.enableTypeWidening": "true" },
      databricks: { cluster_by: ["id"], tags: { source: "singer" }, grants: { analysts: ["SELECT"] }, query_tags: { team: "finance" } },
    },
    runs: [[{ ...schema("laid_out"), schema: { type: "object", description: "Orders.", properties: money(2) } }, record("laid_out", 1, 1.5)]],
    select: "concat_ws(' ', id, total)",
    rows: ["1 1.50"],
    contains: [
      ["DESCRIBE DETAIL TABLE", /clusteringColumns.*id/],
      ["DESCRIBE DETAIL TABLE", /"description":"Orders\."/],
      ["SHOW TBLPROPERTIES TABLE", /delta\.enableTypeWidening","value":"true"/],
      ["DESCRIBE TABLE TABLE", /"total","data_type":"decimal\(7,2\)","comment":"In euros\."/],
    ],
  },
  {
    name: "T27: a column of a table that may widen its columns becomes wider",
    stream: "laid_out",
    settings: {},
    runs: [[schema("laid_out", ["id"], money(4)), record("laid_out", 2, 2.0625)]],
    select: "concat_ws(' ', id, total)",
    rows: ["1 1.5000", "2 2.0625"],
    contains: [["DESCRIBE TABLE TABLE", /"total","data_type":"decimal\(9,4\)"/]],
  },
  {
    name: "T33: a new table is partitioned",
    stream: "parts",
    settings: { partition_columns: ["total"] },
    runs: [[schema("parts"), record("parts", 1, 7), record("parts", 2, 8)]],
    select: "concat_ws(' ', id, total)",
    rows: ["1 7", "2 8"],
    contains: [["DESCRIBE DETAIL TABLE", /partitionColumns.*total/]],
  },
  {
    name: "T26: new columns are added, and older rows are null there",
    stream: "parts",
    settings: {},
    runs: [[schema("parts", ["id"], { ...columns, note: { type: "string" } }), { type: "RECORD", stream: "parts", record: { id: 3, total: 9, note: "new" } }]],
    select: "concat_ws(' ', id, total, coalesce(note, 'null'))",
    rows: ["1 7 null", "2 8 null", "3 9 new"],
  },
  {
    name: "T8: files are staged by PUT and removed by REMOVE",
    stream: "by_sql",
    settings: { databricks: { staging_method: "sql" } },
    runs: [
      [schema("by_sql"), record("by_sql", 1, 1)],
      [schema("by_sql"), record("by_sql", 1, 2), record("by_sql", 2, 1)],
    ],
    select: "concat_ws(' ', id, total)",
    rows: ["1 2", "2 1"],
  },
  {
    name: "T34: a table is compacted and vacuumed after the run",
    stream: "cared",
    settings: { load_method: "append", batch_size_rows: 1, maintenance: "vacuum" },
    runs: [[schema("cared", []), ...[1, 2, 3].map((id) => record("cared", id, id))]],
    select: "concat_ws(' ', id, total)",
    rows: ["1 1", "2 2", "3 3"],
    said: /table_maintained/,
    contains: [["DESCRIBE HISTORY TABLE", /"OPTIMIZE"/], ["DESCRIBE DETAIL TABLE", /"numFiles":"?1\b/]],
  },
  {
    name: "T46: an audited run adds a row for each stream",
    stream: "_sdc_loads",
    settings: { load_audit: true },
    runs: [[schema("audited"), record("audited", 1, 1), record("audited", 2, 2)]],
    select: "concat_ws(' ', stream, load_method, rows_received, table_rows, table_version, table_files > 0, table_bytes > 0, finished_at >= started_at)",
    // Other loads of the lane may be audited, too.
    where: "WHERE stream = 'audited'",
    rows: ["audited upsert 2 2 0 true true true"],
  },
];

function money(digits) {
  const limit = Number(`99999.${"9".repeat(digits)}`);
  return { id: { type: "integer" }, total: { type: ["number", "null"], description: "In euros.", multipleOf: 1 / 10 ** digits, minimum: -limit, maximum: limit } };
}

/** Holds every case against the tables; gives `[name, problems]` of each. */
export async function* checkSemantics({ runTarget, query, tableName, only = "" }) {
  for (const entry of semantics.filter(({ stream }) => stream.startsWith(only))) {
    const { name, stream, settings, runs } = entry;
    let last = { code: null, stderr: "no run" };
    let versionBefore = -1;
    for (const lines of runs) {
      versionBefore = await versionOf(query, tableName(stream));
      last = await runTarget(settings, lines);
      if (last.code !== 0) break;
    }
    yield [name, last.code === 0 ? await problems(entry, { last, query, table: tableName(stream), versionBefore }) : [last.stderr.slice(-400)]];
  }
}

async function problems({ select, where = "", rows, said, states, operations, contains = [] }, { last, query, table, versionBefore }) {
  const answer = await query(`SELECT ${select} AS line FROM ${table} ${where}`);
  const found = answer.map(({ line }) => line).toSorted();
  const history = await query(`DESCRIBE HISTORY ${table}`);
  const added = history.filter(({ version }) => Number(version) > versionBefore).map(({ operation }) => operation);
  // Adding a column is a commit of its own, before the rows.
  const changes = added.filter((operation) => operation !== "ADD COLUMNS");
  const lacking = [];
  for (const [statement, text] of contains) {
    const told = JSON.stringify(await query(statement.replace(/TABLE$/, table)));
    if (!text.test(told)) lacking.push(`${statement} does not say ${text}: ${told.slice(0, 600)}`);
  }
  const printed = last.stdout.split("\n").filter(Boolean).length;
  return [
    lacking,
    found.join() === rows.join() ? [] : [`rows ${found.join(", ")}; expected ${rows.join(", ")}`],
    said === undefined || said.test(last.stderr) ? [] : [`does not say ${said}: ${last.stderr.slice(-300)}`],
    states === undefined || printed === states ? [] : [`printed ${printed} states, expected ${states}`],
    operations === undefined || changes.join() === operations.join() ? [] : [`commits ${changes.join()}; expected ${operations.join()}`],
  ].flat();
}

/** The newest version of a table; -1 when there is none. */
async function versionOf(query, table) {
  const history = await query(`DESCRIBE HISTORY ${table} LIMIT 1`).catch(() => []);
  return history.length === 0 ? -1 : Number(history[0].version);
}
