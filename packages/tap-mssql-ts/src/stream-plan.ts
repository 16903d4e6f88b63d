import {
  type CatalogStream,
  isSelected,
  type JsonSchema,
  type JsonValue,
  selectedSchema,
  streamMetadata,
  stringifyJson,
  UserError,
} from "singer-sdk-ts";
import { isRecord } from "./bookmark.ts";
import type { ColumnInfo, TableInfo } from "./database.ts";
import { streamIdOf } from "./discover.ts";
import { logProperties } from "./log-schema.ts";
import type { QueryColumn, QueryHints } from "./query.ts";
import type { Config } from "./settings.ts";
import { isComparable } from "./type/sql-type.ts";

/** All that is decided about a stream before its first row. */
export interface StreamPlan {
  readonly id: string;
  /** Name on the messages. */
  readonly stream: string;
  readonly schema: JsonSchema;
  readonly keyProperties: readonly string[];
  readonly table: TableInfo;
  /** Columns to read, in the table's order. */
  readonly columns: readonly QueryColumn[];
  /** Columns that order the rows uniquely, for resuming; empty when there are none. */
  readonly orderColumns: readonly QueryColumn[];
  /** Set for INCREMENTAL streams. */
  readonly replicationKey?: ReplicationKey;
  /** Set for LOG_BASED streams: where their changes come from. */
  readonly log?: "change_tracking" | "cdc";
  /** T-SQL condition from the settings. */
  readonly where?: string;
  readonly hints: QueryHints;
  /** Key ranges that a full load reads at once. */
  readonly rangeCount: number;
}

/** The replication key with what the settings say about its range. */
export interface ReplicationKey extends QueryColumn {
  readonly isNullable: boolean;
  readonly startValue?: string;
  readonly endValue?: string;
  readonly lookbackSeconds: number;
}

/** Plans a selected stream of the catalog. Throws E_TABLE, E_COLUMN, E_REPLICATION_METHOD, E_REPLICATION_KEY. */
export function planStream(
  stream: CatalogStream,
  tables: readonly TableInfo[],
  config: Config,
): StreamPlan {
  const table = tableOfStream(stream, tables);
  const options = config.streams[stream.tap_stream_id];
  const metadata = streamMetadata(stream);
  const method = methodOf(stream, table, metadata, config);
  const log = method === "LOG_BASED" ? logOf(stream, table, config) : undefined;
  const replicationKey =
    method === "INCREMENTAL" ? replicationKeyOf(stream, table, metadata, config) : undefined;
  const keyProperties = keyPropertiesOf(stream, table, metadata);
  const needed = new Set([...keyProperties, ...(replicationKey ? [replicationKey.name] : [])]);
  const selected = propertiesOf(selectedSchema(stream));
  const all = propertiesOf(stream.schema);
  const properties: Record<string, JsonValue> = {};
  // CDC does not capture computed columns.
  const computed = new Set(table.columns.flatMap((one) => (one.isComputed ? [one.name] : [])));
  for (const [name, property] of Object.entries(all)) {
    if (log === "cdc" && computed.has(name) && !needed.has(name)) continue;
    const isSent = name in selected || (needed.has(name) && !isUnsupported(stream, name));
    if (isSent) properties[name] = selected[name] ?? property;
  }
  for (const name of Object.keys(properties)) columnOf(table, name, stream);
  const columns = table.columns
    .filter(({ name }) => name in properties)
    .map((column) => queryColumn(column, stream));
  const keys = keyProperties.map((name) => queryColumn(columnOf(table, name, stream), stream));
  return {
    id: stream.tap_stream_id,
    stream: stream.stream,
    schema: {
      ...selectedSchema(stream),
      properties:
        log === undefined
          ? properties
          : logProperties(properties, {
              keys: keyProperties,
              log,
              hasLogColumns: config.log_columns,
            }),
    },
    keyProperties,
    table,
    columns,
    orderColumns: orderOf(keys, columns),
    ...(log !== undefined && { log }),
    ...(replicationKey !== undefined && {
      replicationKey: withOptions(stream.tap_stream_id, replicationKey, table, config),
    }),
    ...(options?.where !== undefined && { where: options.where }),
    hints: {
      ...(config.query_hints !== undefined && { query: config.query_hints }),
      ...(config.table_hints !== undefined && { table: config.table_hints }),
    },
    rangeCount: options?.parallelism ?? 1,
  };
}

function tableOfStream(stream: CatalogStream, tables: readonly TableInfo[]): TableInfo {
  const metadata = streamMetadata(stream);
  const schema = metadata["schema-name"];
  const named = tables.filter(
    (table) => table.schema === schema && table.name === stream.table_name,
  );
  const found =
    // Among several databases the metadata say which; other taps write something else there.
    named.find((table) => table.database === metadata["database-name"]) ??
    named[0] ??
    tables.find((table) => streamIdOf(table) === stream.tap_stream_id);
  if (found !== undefined) return found;
  const name =
    typeof schema === "string" && stream.table_name !== undefined
      ? `${schema}.${stream.table_name}`
      : stream.tap_stream_id;
  throw new UserError(
    "E_TABLE",
    `stream ${stream.tap_stream_id}: table ${name} is not in the database, or this login may not see it`,
    { hint: "run --discover again, or check the login's rights and the filter settings" },
  );
}

function keyPropertiesOf(
  stream: CatalogStream,
  table: TableInfo,
  metadata: Readonly<Record<string, JsonValue>>,
): readonly string[] {
  const candidates = [
    metadata[table.isView ? "view-key-properties" : "table-key-properties"],
    metadata["table-key-properties"],
    stream.key_properties,
  ];
  for (const candidate of candidates) {
    if (Array.isArray(candidate) && candidate.length > 0) return candidate.map(String);
  }
  return table.keyColumns;
}

const METHODS = ["FULL_TABLE", "INCREMENTAL", "LOG_BASED"] as const;

function chosenMethod(
  stream: CatalogStream,
  metadata: Readonly<Record<string, JsonValue>>,
): JsonValue | undefined {
  return (
    metadata["forced-replication-method"] ??
    metadata["replication-method"] ??
    stream.replication_method
  );
}

function methodOf(
  stream: CatalogStream,
  table: TableInfo,
  metadata: Readonly<Record<string, JsonValue>>,
  config: Config,
): (typeof METHODS)[number] {
  const chosen = chosenMethod(stream, metadata);
  if (chosen === undefined || chosen === null) {
    if (table.query !== undefined)
      return config.queries[table.name]?.replication_key === undefined
        ? "FULL_TABLE"
        : "INCREMENTAL";
    // The default method is a wish for tables that can.
    const isLogged = table.isTracked === true || table.isCaptured === true;
    const method = config.default_replication_method;
    return method === "LOG_BASED" && !isLogged ? "FULL_TABLE" : method;
  }
  const method = METHODS.find((candidate) => candidate === chosen);
  if (method !== undefined) return method;
  throw new UserError(
    "E_REPLICATION_METHOD",
    `stream ${stream.tap_stream_id}: replication method ${stringifyJson(chosen)} is not supported`,
    { hint: `choose ${METHODS.join(", ")}` },
  );
}

/** Where a LOG_BASED stream's changes come from. */
function logOf(stream: CatalogStream, table: TableInfo, config: Config): "change_tracking" | "cdc" {
  const wanted = config.log_based;
  if (config.streams[stream.tap_stream_id]?.where !== undefined)
    throw new UserError(
      "E_SETTING",
      `stream ${stream.tap_stream_id}: \`where\` does not go with LOG_BASED`,
      { hint: "a row that leaves the condition would stay in the target for ever" },
    );
  if (wanted !== "change_tracking" && table.isCaptured === true) return "cdc";
  if (wanted !== "cdc" && table.isTracked === true) return "change_tracking";
  const missing =
    wanted === "cdc"
      ? "CDC"
      : wanted === "auto"
        ? "neither CDC nor Change Tracking"
        : "Change Tracking";
  throw new UserError(
    "E_LOG_BASED",
    `stream ${stream.tap_stream_id}: table ${table.schema}.${table.name} has ${wanted === "auto" ? missing : `no ${missing}`}, or this login may not see it`,
    {
      hint: "ALTER TABLE … ENABLE CHANGE_TRACKING, or sys.sp_cdc_enable_table, or choose another replication method",
    },
  );
}

/** The key where the server can order it; without a key a rowversion column, which no two rows share. */
function orderOf(
  keys: readonly QueryColumn[],
  columns: readonly QueryColumn[],
): readonly QueryColumn[] {
  if (keys.length === 0) return columns.filter(({ type }) => type.name === "timestamp").slice(0, 1);
  return keys.every(({ type }) => isComparable(type)) ? keys : [];
}

function replicationKeyOf(
  stream: CatalogStream,
  table: TableInfo,
  metadata: Readonly<Record<string, JsonValue>>,
  config: Config,
): QueryColumn | undefined {
  const chosen = chosenMethod(stream, metadata);
  const named =
    metadata["replication-key"] ??
    stream.replication_key ??
    config.queries[table.name]?.replication_key;
  const name =
    typeof named === "string"
      ? named
      : config.default_replication_keys.find((key) =>
          table.columns.some((column) => column.name === key),
        );
  if (name === undefined) {
    // The default method is a wish for tables that can; a method chosen for this stream is an order.
    if (chosen === undefined || chosen === null) return undefined;
    throw new UserError(
      "E_REPLICATION_KEY",
      `stream ${stream.tap_stream_id}: INCREMENTAL needs a replication key`,
      { hint: "set metadata `replication-key` to one of `valid-replication-keys`" },
    );
  }
  const column = queryColumn(columnOf(table, name, stream), stream);
  if (isComparable(column.type)) return column;
  throw new UserError(
    "E_REPLICATION_KEY",
    `stream ${stream.tap_stream_id}: column ${name} of type ${column.type.name} cannot be ordered`,
    { hint: "choose one of `valid-replication-keys`" },
  );
}

/** Types that `start_date` and a lookback in seconds apply to. */
const TIME_TYPES = new Set(["date", "datetime", "datetime2", "datetimeoffset", "smalldatetime"]);

function withOptions(
  streamId: string,
  column: QueryColumn,
  table: TableInfo,
  config: Config,
): ReplicationKey {
  const options = config.streams[streamId];
  const isTime = TIME_TYPES.has(column.type.name);
  const startValue = options?.start_value ?? (isTime ? config.start_date : undefined);
  const endValue = options?.end_value;
  return {
    ...column,
    isNullable: table.columns.some(({ name, isNullable }) => name === column.name && isNullable),
    lookbackSeconds: isTime ? (options?.lookback_seconds ?? config.lookback_seconds) : 0,
    ...(startValue !== undefined && { startValue }),
    ...(endValue !== undefined && { endValue }),
  };
}

function columnOf(table: TableInfo, name: string, stream: CatalogStream): ColumnInfo {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  throw new UserError(
    "E_COLUMN",
    `stream ${stream.tap_stream_id}: table ${table.schema}.${table.name} has no column ${name}`,
    { hint: "run --discover again, or deselect the column" },
  );
}

function queryColumn(column: ColumnInfo, stream: CatalogStream): QueryColumn {
  if (column.type !== undefined && column.unsupported === undefined)
    return { name: column.name, type: column.type };
  throw new UserError(
    "E_COLUMN",
    `stream ${stream.tap_stream_id}: column ${column.name} cannot be read: ${column.unsupported ?? "its type is not known"}`,
    { hint: "deselect the column" },
  );
}

function isUnsupported(stream: CatalogStream, name: string): boolean {
  const entry = stream.metadata.find(
    ({ breadcrumb }) => breadcrumb.length === 2 && breadcrumb[1] === name,
  );
  return (
    entry?.metadata["inclusion"] === "unsupported" && !isSelected(stream, ["properties", name])
  );
}

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonValue>> {
  const properties = schema["properties"];
  return isRecord(properties) ? properties : {};
}
