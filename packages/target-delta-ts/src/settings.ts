import type { ConfigOf, Settings } from "singer-sdk-ts";
import { mappingSettings } from "singer-sdk-ts/mapping-settings";
import { databricksSettings } from "./databricks/settings.ts";
import { parquetNames } from "./parquet-names.ts";
import { schemaContractSettings } from "./schema-contract.ts";

const loadMethod = {
  type: "string",
  enum: ["append", "upsert", "overwrite", "insert-only", "history"],
} as const;

/** The settings of target-delta-ts: types, checks, defaults, `--about` and the README table come from here. */
export const settings = {
  type: "object",
  required: [],
  properties: {
    path: {
      type: "string",
      description:
        "Folder that holds the tables, one folder each; `databricks:`, or nothing while `databricks.host` is set, loads into a SQL warehouse; `uc://catalog.schema` writes external tables of Unity Catalog without one; with `format: parquet` also a volume (/Volumes/…) or dbfs:/….",
      examples: ["output/docker_elt/sqlserver", "databricks:"],
    },
    format: {
      type: "string",
      enum: ["delta", "parquet"],
      default: "delta",
      description:
        "`delta` writes Delta tables; `parquet` writes plain Parquet files without a log, for readers that know nothing else.",
    },
    load_method: {
      ...loadMethod,
      description:
        "How rows change their table. Without it: records with a version replace the table, streams with keys are upserted, all others appended. `history` keeps every version of a row, with the period in which it held.",
    },
    valid_from_column: {
      type: "string",
      description:
        "With `load_method: history`, the date-time column that says when a change came about; without it the record's `time_extracted`, or its arrival, does.",
      examples: ["ModifiedDate"],
    },
    streams: {
      type: "object",
      additionalProperties: {
        type: "object",
        properties: {
          load_method: { ...loadMethod, description: "Load method of this stream." },
          valid_from_column: {
            type: "string",
            description: "Column that says when a change of this stream came about.",
          },
          table_path: { type: "string", description: "Table folder of this stream." },
          schema_contract: {
            type: "object",
            properties: schemaContractSettings,
            description: "What may become of the columns of this stream's table.",
          },
          partition_columns: {
            type: "array",
            items: { type: "string" },
            description: "Partition columns of this stream's table.",
          },
          cluster_by: {
            type: "array",
            items: { type: "string" },
            description: "Columns by which this stream's new table is clustered on Databricks.",
          },
        },
        description: "Settings of one stream.",
      },
      description: "Settings per stream, by stream name; they win over the general ones.",
    },
    table_path: {
      type: "string",
      description:
        "Template of a table's folder below `path`, with {stream}, {schema} and {table}. Without it: {schema}/{table} for a name with a dash, else {stream}.",
    },
    partition_columns: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Columns that split every new table into folders; readers that filter on them read less. `date(ModifiedDate)` makes a column of a time, as do year, month, day and hour, with ` as name` under another name than `ModifiedDate_date`. Delta has no empty text in such a column: it is null there.",
      examples: [["date(ModifiedDate)"]],
    },
    file_naming_scheme: {
      type: "string",
      description:
        "With `format: parquet`, the name of each file below its table's folder, with {stream}, {timestamp}, {date}, {year}, {month}, {day}, {hour}, {run} and {number}; `/` makes folders.",
      examples: ["year={year}/month={month}/{stream}-{timestamp}-{number}"],
    },
    compression: {
      type: "string",
      enum: ["snappy", "zstd", "none"],
      default: "snappy",
      description:
        "Codec of the Parquet files: zstd makes them about 40 % smaller than snappy and costs more time.",
    },
    batch_size_rows: {
      type: "integer",
      minimum: 1,
      default: 1_000_000,
      description: "A stream is committed when this many of its rows wait.",
    },
    batch_size_bytes: {
      type: "integer",
      minimum: 1,
      default: 536_870_912,
      description: "A stream is committed when its waiting rows take this many bytes in memory.",
    },
    batch_wait_limit_seconds: {
      type: "number",
      minimum: 0.1,
      default: 60,
      description:
        "A stream is committed when its oldest waiting row is this old, so that STATE is never much older.",
    },
    max_memory_mb: {
      type: "integer",
      minimum: 64,
      default: 512,
      description:
        "Megabytes of memory that the process keeps to, about: when waiting rows fill two fifths of it, the biggest stream is committed.",
    },
    file_size_mb: {
      type: "integer",
      minimum: 1,
      default: 128,
      description: "A data file is closed when it is about this many megabytes large.",
    },
    add_record_metadata: {
      type: "boolean",
      default: false,
      description:
        "Whether tables get the seven `_sdc_` columns: times of extraction, arrival, batch and deletion, sequence, table version, start of the run.",
    },
    hard_delete: {
      type: "boolean",
      default: false,
      description:
        "Whether upserted records with `_sdc_deleted_at`, and rows that a newly activated version does not have, leave the table; without it they stay, marked by that column.",
    },
    validate_records: {
      type: "boolean",
      default: false,
      description:
        "Whether every record is held against its whole JSON Schema (lengths, ranges, patterns), at the cost of speed; the first that does not fit ends the run. Types are checked without it.",
    },
    max_record_bytes: {
      type: "integer",
      minimum: 1024,
      maximum: 1_073_741_824,
      default: 268_435_456,
      description:
        "Longest line of the input, in bytes; `long_records` says what becomes of a RECORD that is longer.",
    },
    long_records: {
      type: "string",
      enum: ["reject", "skip", "error"],
      default: "reject",
      description:
        "What becomes of records beyond `max_record_bytes`: `reject` treats them as records that fit no column, `skip` leaves them out with one warning per stream, `error` ends the run.",
    },
    max_rejects: {
      type: "integer",
      minimum: 0,
      default: 0,
      description:
        "Records of a run that may fail to fit their columns, or lack a key that their load method needs: they go to the table `<stream>__rejects` with the reason, and the exit code is 3. One more ends the run; 0 lets the first one end it.",
    },
    source_check: {
      type: "string",
      enum: ["counts", "checksums", "none"],
      default: "counts",
      description:
        "What is held against the counts in the states of `tap-mssql-ts`, `tap-rest-ts` and other taps of this toolkit: `counts` the records received, `checksums` also the bytes of their lines, when the tap has `state_checksums` (it costs a CRC-32 of each). Where they differ, E_SOURCE_COUNT names the stream, no later state is printed and the exit code is 3. `none` is for a mapper between tap and target that adds or drops records.",
    },
    schema_contract: {
      type: "object",
      properties: schemaContractSettings,
      description:
        "What may become of tables' columns when streams change: by default tables follow their streams.",
    },
    report: {
      type: "string",
      description:
        "File for an HTML page about the run: rows received, loaded and rejected, tables, schema changes, throughput; also `--report FILE`.",
      examples: ["output/report.html"],
    },
    process_activate_version_messages: {
      type: "boolean",
      default: true,
      description:
        "Whether ACTIVATE_VERSION counts: without it the versions of records are not looked at, and nothing is replaced or deleted by them.",
    },
    table_properties: {
      type: "object",
      additionalProperties: { type: "string", description: "Value of one property." },
      description:
        "Properties that every Delta table gets, such as `delta.logRetentionDuration`; one that asks for a feature makes readers without it refuse the table.",
      examples: [{ "delta.logRetentionDuration": "interval 60 days" }],
    },
    column_names: {
      type: "string",
      enum: ["sanitise", "mapping"],
      default: "sanitise",
      description:
        "`sanitise` replaces characters that Delta refuses in names of columns by `_`; `mapping` keeps every name by Delta's column mapping, in tables without partitions: Polars refuses such tables, Spark, DuckDB and delta-rs read them.",
    },
    type_widening: {
      type: "boolean",
      default: false,
      description:
        "Whether a column may become wider with its stream (integers to decimals, decimals to more digits) without its files being written anew; delta-rs and Polars refuse such tables, Spark and DuckDB read them.",
    },
    load_audit: {
      type: "boolean",
      default: false,
      description:
        "Whether each run that ends well adds a row for each stream to the Delta table `_sdc_loads`: rows received and rejected, a checksum of the rows loaded (it costs a hash of each), load method, and the table's version, rows, files and bytes.",
    },
    maintenance: {
      type: "string",
      enum: ["none", "compact", "vacuum"],
      default: "none",
      description:
        "Care of the Delta tables at the end of a run: `compact` joins small files as soon as a table has 20 of them; `vacuum` also deletes files and log entries that no version of the last 7 days needs.",
    },
    pipeline_id: {
      type: "string",
      default: "default",
      description:
        "Name of this pipeline in the tables' commits; two pipelines that append to one table need different names.",
    },
    commit_tag: {
      type: "string",
      description:
        "Text that every commit carries as `userMetadata`, as Spark's commits do, to tell in a table's history what made it; `databricks.query_tags` are for statements of a warehouse.",
      examples: ["team=finance run=nightly"],
    },
    ...mappingSettings,
    ...parquetNames,
    databricks: databricksSettings,
  },
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;
