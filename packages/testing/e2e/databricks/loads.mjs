// One small load for each load method and kind of stream, in an order in which each finds what the ones before left.
const properties = { id: { type: "integer" }, "it's a `name`": { type: ["string", "null"] } };
const plain = { id: { type: "integer" }, name: { type: ["string", "null"] } };
const wider = { ...properties, total: { type: ["number", "null"], multipleOf: 0.01 } };
const narrow = { id: { type: "integer", description: "The order's number." }, total: { type: ["number", "null"], multipleOf: 0.01, minimum: -99999.99, maximum: 99999.99 } };
const wide = { ...narrow, total: { type: ["number", "null"], multipleOf: 0.0001, minimum: -99999.9999, maximum: 99999.9999 } };
const deletable = { ...properties, _sdc_deleted_at: { type: ["string", "null"], format: "date-time" } };
const described = { id: { type: "integer", description: "The order's number." } };
const schema = (stream, columns, keys) => ({
  type: "SCHEMA",
  stream,
  schema: { type: "object", properties: columns },
  key_properties: keys,
});
const record = (stream, value, version) => ({ type: "RECORD", stream, record: value, ...(version === undefined ? {} : { version }) });

export const loads = [
  {
    name: "append: rows without a key",
    settings: {},
    lines: [schema("log", properties, []), record("log", { id: 1 }), { type: "STATE", value: { log: 1 } }],
  },
  {
    name: "append: a column more",
    settings: {},
    lines: [schema("log", wider, []), record("log", { id: 2, total: 1.25 })],
  },
  {
    name: "upsert: the first rows of a table, whose columns have no comments",
    settings: {},
    lines: [schema("plain", plain, ["id"]), record("plain", { id: 1, name: "a" }), record("plain", { id: 1, name: "b" })],
  },
  {
    name: "upsert: the first rows of a table",
    settings: {},
    lines: [schema("order", properties, ["id"]), record("order", { id: 1 }), record("order", { id: 2 })],
  },
  {
    name: "upsert: rows of a table that is there, and a column more",
    settings: {},
    lines: [schema("order", wider, ["id"]), record("order", { id: 2, total: 2.5 })],
  },
  {
    name: "upsert: a table whose columns have comments",
    settings: {},
    lines: [schema("described", described, ["id"]), record("described", { id: 1 })],
  },
  {
    name: "upsert: soft deletes",
    settings: {},
    lines: [schema("soft", deletable, ["id"]), record("soft", { id: 1, _sdc_deleted_at: "2026-01-01T00:00:00Z" })],
  },
  {
    name: "upsert: hard deletes",
    settings: { hard_delete: true },
    lines: [schema("soft", deletable, ["id"]), record("soft", { id: 1, _sdc_deleted_at: "2026-01-02T00:00:00Z" })],
  },
  {
    name: "append: staged on DBFS",
    settings: { databricks: { staging_method: "dbfs" } },
    lines: [schema("log", wider, []), record("log", { id: 3, total: 2.25 })],
  },
  {
    name: "upsert: staged on DBFS",
    settings: { databricks: { staging_method: "dbfs" } },
    lines: [schema("order", wider, ["id"]), record("order", { id: 1, total: 7.5 })],
  },
  {
    name: "insert-only",
    settings: { load_method: "insert-only" },
    lines: [schema("order", properties, ["id"]), record("order", { id: 2 }), record("order", { id: 3 })],
  },
  {
    name: "overwrite: a version that is activated",
    settings: {},
    lines: [schema("full", properties, []), record("full", { id: 1 }, 7), { type: "ACTIVATE_VERSION", stream: "full", version: 7 }],
  },
  {
    name: "overwrite: no rows",
    settings: { load_method: "overwrite" },
    lines: [schema("full", properties, [])],
  },
  {
    name: "upsert: the first version of a stream",
    settings: { load_method: "upsert" },
    lines: [schema("versions", properties, ["id"]), record("versions", { id: 1 }, 1), { type: "ACTIVATE_VERSION", stream: "versions", version: 1 }],
  },
  {
    name: "upsert: a later version, whose missing rows are marked",
    settings: { load_method: "upsert" },
    lines: [schema("versions", properties, ["id"]), record("versions", { id: 2 }, 2), { type: "ACTIVATE_VERSION", stream: "versions", version: 2 }],
  },
  {
    name: "upsert: a later version, whose missing rows leave, with a key in two flushes",
    settings: { load_method: "upsert", hard_delete: true, batch_size_rows: 1 },
    lines: [
      schema("versions", properties, ["id"]),
      record("versions", { id: 3 }, 3),
      record("versions", { id: 3 }, 3),
      { type: "ACTIVATE_VERSION", stream: "versions", version: 3 },
    ],
  },
  {
    name: "upsert: a later version without rows",
    settings: { load_method: "upsert", hard_delete: true },
    lines: [schema("versions", properties, ["id"]), { type: "ACTIVATE_VERSION", stream: "versions", version: 4 }],
  },
  {
    name: "creation: clustered, with properties, tags, grants and descriptions",
    settings: {
      table_properties: { "delta.enableTypeWidening": "true" },
      databricks: { cluster_by: ["id"], tags: { source: "it's Singer" }, grants: { analysts: ["SELECT"] } },
    },
    lines: [{ ...schema("laid", narrow, ["id"]), schema: { type: "object", description: "Orders, as they come.", properties: narrow } }, record("laid", { id: 1, total: 1.5 })],
  },
  {
    name: "creation: partitioned",
    settings: { partition_columns: ["name"] },
    lines: [schema("parted", plain, []), record("parted", { id: 1, name: "a" })],
  },
  {
    name: "creation: clustered as Databricks chooses",
    settings: { streams: { auto: { cluster_by: ["AUTO"] } } },
    lines: [schema("auto", plain, ["id"]), record("auto", { id: 1, name: "a" })],
  },
  {
    name: "upsert: a column that becomes wider",
    settings: {},
    lines: [schema("laid", wide, ["id"]), record("laid", { id: 2, total: 2.0625 })],
  },
  {
    name: "append: staged by statements, into a volume that is not there",
    settings: { databricks: { staging_method: "sql", volume: "by_sql" } },
    lines: [schema("log", wider, []), record("log", { id: 4, total: 4.25 })],
  },
  {
    name: "upsert: staged by statements, with an audit of the loads and care of the table",
    settings: { databricks: { staging_method: "sql", query_tags: { team: "finance" } }, load_audit: true, maintenance: "vacuum" },
    lines: [schema("plain", plain, ["id"]), record("plain", { id: 3, name: "c" })],
  },
  {
    name: "record metadata",
    settings: { add_record_metadata: true },
    lines: [schema("meta", properties, ["id"]), record("meta", { id: 1 })],
  },
];
