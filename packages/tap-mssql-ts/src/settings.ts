import type { ConfigOf, Settings } from "singer-sdk-ts";
import { batchSettings } from "singer-sdk-ts/batch";
import { mappingSettings } from "singer-sdk-ts/mapping-settings";

/** Every setting of the tap; checks, `--about`, README and schemas come from this value. */
export const settings = {
  type: "object",
  required: [],
  properties: {
    host: {
      type: "string",
      aliases: ["server"],
      description:
        "Name or address of the server, needed unless `connection_string` has it; `host\\INSTANCE` asks the SQL Server Browser for the instance's port.",
    },
    port: {
      type: "integer",
      default: 1433,
      minimum: 1,
      maximum: 65535,
      description: "TCP port of the server; not used with a named instance.",
    },
    user: { type: "string", aliases: ["username"], description: "SQL Server login." },
    password: { type: "string", secret: true, description: "Password of the login." },
    database: {
      type: "string",
      description: "Database to read, needed unless `connection_string` has it.",
    },
    connection_string: {
      type: "string",
      secret: true,
      description:
        "`Server=…;Database=…;User Id=…;Password=…` or `mssql://user:password@host:1433/database`; what it says wins over `host` and the other settings.",
    },
    authentication: {
      type: "string",
      enum: [
        "default",
        "ntlm",
        "azure-active-directory-default",
        "azure-active-directory-password",
        "azure-active-directory-access-token",
        "azure-active-directory-service-principal-secret",
        "azure-active-directory-msi-vm",
        "azure-active-directory-msi-app-service",
      ],
      default: "default",
      description:
        "How to log in: `default` is a SQL Server login, the others are Windows and Microsoft Entra as tedious names them.",
    },
    domain: { type: "string", description: "Windows domain of the user, for `ntlm`." },
    client_id: {
      type: "string",
      description: "Application of a service principal or managed identity, for Microsoft Entra.",
    },
    client_secret: {
      type: "string",
      secret: true,
      description: "Secret of the service principal.",
    },
    tenant_id: { type: "string", description: "Directory of the service principal or user." },
    access_token: {
      type: "string",
      secret: true,
      description: "Token for `azure-active-directory-access-token`, fetched by another program.",
    },
    encrypt: {
      type: "boolean",
      default: true,
      description: "Encrypts the connection; without it even the password is only obfuscated.",
    },
    trust_server_certificate: {
      type: "boolean",
      default: false,
      description:
        "Accepts any certificate, a self-signed one included: traffic is encrypted, the server's identity is not checked.",
    },
    certificate_authority: {
      type: "string",
      description: "PEM text of the authority that signed the server's certificate.",
    },
    server_name: {
      type: "string",
      description: "Name expected in the server's certificate when it differs from `host`.",
    },
    connect_timeout_seconds: {
      type: "integer",
      default: 15,
      minimum: 1,
      description: "Longest wait for a connection and login.",
    },
    query_timeout_seconds: {
      type: "integer",
      default: 3600,
      minimum: 0,
      description: "Longest wait for a statement's first rows; 0 waits without limit.",
    },
    connect_retries: {
      type: "integer",
      default: 3,
      minimum: 0,
      maximum: 20,
      description:
        "How often a failed connection is tried again when its cause can pass, with growing random waits.",
    },
    stream_retries: {
      type: "integer",
      default: 3,
      minimum: 0,
      maximum: 20,
      description:
        "How often a stream goes on behind its last row, on a new connection, after a deadlock, a lost connection or another cause that can pass.",
    },
    packet_size_bytes: {
      type: "integer",
      default: 16384,
      minimum: 512,
      maximum: 32767,
      description: "TDS packet size asked for; larger packets read faster.",
    },
    application_name: {
      type: "string",
      default: "tap-mssql-ts",
      description: "Name the server shows for the session.",
    },
    application_intent: {
      type: "string",
      enum: ["ReadWrite", "ReadOnly"],
      default: "ReadWrite",
      description:
        "`ReadOnly` lets an availability group route the session to a secondary replica.",
    },
    multi_subnet_failover: {
      type: "boolean",
      default: false,
      description: "Tries all addresses of an availability group listener at once.",
    },
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
    ...mappingSettings,
  },
} as const satisfies Settings;

/** The config as it was given. */
export type GivenConfig = ConfigOf<typeof settings>;
/** The config of a run: `serverConfig` has put in what the connection string says. */
export type Config = GivenConfig & { readonly host: string; readonly database: string };
