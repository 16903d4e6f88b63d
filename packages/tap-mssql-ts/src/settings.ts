import type { ConfigOf, Settings } from "singer-sdk-ts";
import { batchSettings } from "singer-sdk-ts/batch";
import { mappingSettings } from "singer-sdk-ts/mapping-settings";
import { sourceCountSettings } from "singer-sdk-ts/source-counts";
import { connectionSettings } from "./connection-settings.ts";
import { sshSettings } from "./ssh-settings.ts";

/** Every setting of the tap; checks, `--about`, README and schemas come from this value. */
export const settings = {
  type: "object",
  required: [],
  properties: {
    ...connectionSettings,
    ...sshSettings,
    filter_schemas: {
      type: ["array", "string"],
      aliases: ["filter_dbs"],
      description:
        "Schemas to discover, as a list or separated by commas, `*` and `?` allowed; without it all of them.",
    },
    filter_tables: {
      type: "array",
      items: { type: "string" },
      description:
        "Tables and views to discover as `Schema.Table`, `*` and `?` allowed; a `!` in front excludes.",
    },
    default_replication_method: {
      type: "string",
      enum: ["FULL_TABLE", "INCREMENTAL", "LOG_BASED"],
      default: "FULL_TABLE",
      description: "Method of streams whose catalog entry names none.",
    },
    default_replication_keys: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Columns that serve as replication key, the first that a table has; a table with none of them is read in full.",
    },
    nulls_in_replication_key: {
      type: "string",
      enum: ["include", "exclude", "error"],
      default: "include",
      description:
        "Rows without replication key: sent in every run, since no bookmark can tell whether they changed; left out; or an error that names the stream.",
    },
    lookback_seconds: {
      type: "integer",
      default: 0,
      minimum: 0,
      description:
        "INCREMENTAL streams with a date or time key start that much before their bookmark, for rows that are committed late.",
    },
    streams: {
      type: "object",
      default: {},
      additionalProperties: {
        type: "object",
        properties: {
          where: {
            type: "string",
            description: "T-SQL condition that the stream's rows must meet, without `WHERE`.",
          },
          start_value: {
            type: "string",
            description: "Replication key value to start at without a bookmark.",
          },
          end_value: {
            type: "string",
            description: "Replication key value to stop before, for a backfill of a range.",
          },
          lookback_seconds: {
            type: "integer",
            minimum: 0,
            description: "As the setting of that name, for this stream.",
          },
          parallelism: {
            type: "integer",
            minimum: 1,
            maximum: 32,
            description:
              "Key ranges of the table that a full load reads at once, each on a connection of its own.",
          },
        },
      },
      description:
        "Options of single streams by `tap_stream_id`, such as `Sales-SalesOrderHeader`.",
    },
    queries: {
      type: "object",
      default: {},
      additionalProperties: {
        type: "object",
        required: ["sql"],
        properties: {
          sql: {
            type: "string",
            description:
              "One SELECT without `WITH` and `ORDER BY`; the tap reads from it as from a view.",
          },
          key_properties: {
            type: "array",
            items: { type: "string" },
            default: [],
            description:
              "Columns that identify a row; with them a stopped full load goes on behind its last row.",
          },
          replication_key: {
            type: "string",
            description: "Column that makes the stream INCREMENTAL.",
          },
        },
      },
      description: "Streams made of a SELECT, by the stream's name.",
    },
    log_based: {
      type: "string",
      enum: ["auto", "change_tracking", "cdc"],
      default: "auto",
      description:
        "Source of LOG_BASED streams; `auto` takes CDC where the table has a capture instance, else Change Tracking.",
    },
    expired_position: {
      type: "string",
      enum: ["fail", "resync"],
      default: "fail",
      description:
        "What to do when the server no longer has the changes since the last run: end the stream with an error, or load it in full again with a new version, so that the target drops rows deleted meanwhile.",
    },
    log_columns: {
      type: "boolean",
      default: false,
      description:
        "Adds operation, commit time, LSN and sequence value to the changes of CDC streams.",
    },
    net_changes: {
      type: "boolean",
      default: false,
      description:
        "Sends each row that CDC captured once, with its last change in the run; the capture instance must support net changes.",
    },
    log_max_rows: {
      type: "integer",
      minimum: 1,
      description:
        "Changes of a LOG_BASED stream after which a run stops at the end of a transaction; the next run goes on there.",
    },
    log_max_seconds: {
      type: "integer",
      minimum: 1,
      description: "Seconds after which a LOG_BASED stream stops in the same way.",
    },
    query_hints: {
      type: "string",
      description: "Hints for the `OPTION` clause of reads, such as `RECOMPILE, MAXDOP 1`.",
    },
    table_hints: {
      type: "string",
      description:
        "Hints for the `WITH` clause of tables, such as `NOLOCK`, which may read rows twice or not at all.",
    },
    isolation_level: {
      type: "string",
      enum: ["READ COMMITTED", "READ UNCOMMITTED", "REPEATABLE READ", "SNAPSHOT", "SERIALIZABLE"],
      default: "READ COMMITTED",
      description:
        "Isolation of reads; with `SNAPSHOT`, which the database must allow, each stream is read as of one moment.",
    },
    parallelism: {
      type: "integer",
      default: 1,
      minimum: 1,
      maximum: 32,
      description: "Streams read at once, each on a connection of its own.",
    },
    start_date: {
      type: "string",
      format: "date-time",
      description:
        "Where INCREMENTAL streams with a date or time key start when they have no bookmark.",
    },
    state_interval_rows: {
      type: "integer",
      default: 100_000,
      minimum: 1,
      description: "Rows of a stream between two STATE messages.",
    },
    state_interval_seconds: {
      type: "integer",
      default: 30,
      minimum: 1,
      description: "Seconds between two STATE messages, when rows came in between.",
    },
    timezone: {
      type: "string",
      default: "UTC",
      description:
        "Zone of date-times that have none of their own, an IANA name; `none` writes them without zone.",
    },
    max_fraction_digits: {
      type: "integer",
      default: 7,
      minimum: 0,
      maximum: 7,
      description: "Digits behind the second in RECORDs; further ones are cut off, never rounded.",
    },
    dates_as_datetime: {
      type: "boolean",
      default: false,
      aliases: ["use_date_as_datetime"],
      description: "Writes date columns as date-times at midnight, as other taps do.",
    },
    decimal_mode: {
      type: "string",
      enum: ["number", "string"],
      default: "number",
      description: "Decimals as JSON numbers with every digit, or the same digits as strings.",
    },
    uuid_case: {
      type: "string",
      enum: ["lower", "upper"],
      default: "lower",
      description: "Letter case of uniqueidentifier values.",
    },
    cursor_array_size: {
      type: ["integer", "string"],
      ignored: "rows are read as they arrive, so that there is no fetch size to set",
      description: "Accepted from wintersrd's tap-mssql, without effect.",
    },
    characterset: {
      type: "string",
      ignored: "text is read in the column's own code page",
      description: "Accepted from wintersrd's tap-mssql, without effect.",
    },
    tds_version: {
      type: "string",
      ignored: "the newest version that the server speaks is used",
      description: "Accepted from wintersrd's tap-mssql, without effect.",
    },
    use_singer_decimal: {
      type: "boolean",
      ignored: "decimals keep every digit in either `decimal_mode`",
      description: "Accepted from other taps, without effect.",
    },
    hd_jsonschema_types: {
      type: "boolean",
      ignored: "schemas always carry exact types",
      description: "Accepted from BuzzCutNorman's tap-mssql, without effect.",
    },
    binary_encoding: {
      type: "string",
      enum: ["base64", "hex"],
      default: "base64",
      description: "Text of binary values: base64, or `0x` and upper-case hexadecimal digits.",
    },
    ...batchSettings,
    ...sourceCountSettings,
    ...mappingSettings,
  },
} as const satisfies Settings;

/** The config as it was given. */
export type GivenConfig = ConfigOf<typeof settings>;
/** The config of a run: `serverConfig` has put in what the connection string says. */
export type Config = GivenConfig & { readonly host: string; readonly database: string };
