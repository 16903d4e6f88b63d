import { UserError } from "singer-sdk-ts";
import type { CatalogRow } from "./catalog-rows.ts";
import type { ChangeSource, Position } from "./log-based.ts";
import { type QueryColumn, quoteName, type Statement, selectList } from "./query.ts";
import { partRows, type StreamRun, writeRecords } from "./stream-run.ts";

/** Errors of a login that lacks VIEW DATABASE (PERFORMANCE) STATE, and of a server without the view. */
const NO_COMMIT_TIMES = /\(error (?:208|229|262|297|300)\)/;
/** Change Tracking keeps UTC times; a datetime becomes a datetimeoffset at +00:00. */
const NOW = "CONVERT(datetimeoffset(3), SYSUTCDATETIME())";

/**
 * A table's changes out of Change Tracking: each changed row once, as it is now, and the keys of
 * deleted ones. Source: Microsoft Learn, "Work with Change Tracking".
 */
export function changeTracking(run: StreamRun): ChangeSource {
  return {
    positionName: "current_log_version",
    current: async () => Number((await versions(run))["current_version"]),
    isExpired: async (position) => {
      const oldest = (await versions(run))["oldest_version"];
      return oldest === null || Number(position) < Number(oldest);
    },
    writeChanges: async ({ from, to, version, reached }) => {
      let rowCount = 0;
      // The version is that of the whole database: when it stands, nothing changed anywhere.
      for (let since = from; Number(since) < Number(to); ) {
        const until = (await partEnd(run, { since, until: to })) ?? to;
        const range = { since, until };
        const bookmark = (): undefined => undefined;
        const upserts = { statement: upsertStatement(run, range), version, bookmark };
        rowCount += (await writeRecords(run, upserts)).rowCount;
        rowCount += await writeDeletes(run, range, version);
        if (!reached(until, rowCount)) break;
        since = until;
      }
      return rowCount;
    },
  };
}

/** The version up to which a part of the changes goes; undefined when all of them fit in one. */
async function partEnd(run: StreamRun, range: Range): Promise<number | undefined> {
  const [row] = await run.connection.query({
    sql: `SELECT [CT].[SYS_CHANGE_VERSION] AS [version] FROM ${changeTable(run.plan)} WHERE [CT].[SYS_CHANGE_VERSION] <= @until ORDER BY [CT].[SYS_CHANGE_VERSION] OFFSET ${partRows(run) - 1} ROWS FETCH NEXT 1 ROWS ONLY`,
    parameters: parametersOf(range),
  });
  return row === undefined ? undefined : Number(row["version"]);
}

interface Range {
  readonly since: Position;
  readonly until: Position;
}

async function versions({ plan, connection }: StreamRun): Promise<CatalogRow> {
  const table = `${quoteName(plan.table.schema)}.${quoteName(plan.table.name)}`;
  const [row] = await connection.query({
    sql: "SELECT CHANGE_TRACKING_CURRENT_VERSION() AS current_version, CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@table)) AS oldest_version",
    parameters: { table: { type: "text", value: table } },
  });
  if (row !== undefined && row["current_version"] !== null && row["oldest_version"] !== null)
    return row;
  throw new UserError(
    "E_LOG_BASED",
    `stream ${plan.id}: Change Tracking is off for ${plan.table.schema}.${plan.table.name}, or this login may not see it`,
    { hint: "ALTER TABLE … ENABLE CHANGE_TRACKING, and GRANT VIEW CHANGE TRACKING on the table" },
  );
}

function upsertStatement({ plan }: StreamRun, range: Range): Statement {
  const columns = selectList(plan.columns, "[T].");
  const join = keysOf(plan).map(
    (key) => `[T].${quoteName(key.name)} = [CT].${quoteName(key.name)}`,
  );
  return {
    sql: `SELECT ${columns}, CONVERT(datetimeoffset(3), NULL) AS [_sdc_deleted_at] FROM ${changeTable(plan)} INNER JOIN ${quoteName(plan.table.schema)}.${quoteName(plan.table.name)} AS [T] ON ${join.join(" AND ")} WHERE [CT].[SYS_CHANGE_OPERATION] <> N'D' AND [CT].[SYS_CHANGE_VERSION] <= @until ORDER BY [CT].[SYS_CHANGE_VERSION]`,
    parameters: parametersOf(range),
  };
}

/** Deletes carry their key and their time; without the right to see commit times, that of this run. */
async function writeDeletes(
  run: StreamRun,
  range: Range,
  version: number | undefined,
): Promise<number> {
  const bookmark = (): undefined => undefined;
  try {
    const statement = deleteStatement(run, range, true);
    return (await writeRecords(run, { statement, version, bookmark })).rowCount;
  } catch (error) {
    if (!(error instanceof UserError) || !NO_COMMIT_TIMES.test(error.message)) throw error;
    run.log.warn("commit_times_hidden", {
      stream: run.plan.id,
      reason: "no VIEW DATABASE STATE: deletes carry the time of this run",
    });
    const statement = deleteStatement(run, range, false);
    return (await writeRecords(run, { statement, version, bookmark })).rowCount;
  }
}

function deleteStatement({ plan }: StreamRun, range: Range, hasTimes: boolean): Statement {
  const columns = selectList(keysOf(plan), "[CT].");
  const time = hasTimes ? `COALESCE(CONVERT(datetimeoffset(3), [TC].[commit_time]), ${NOW})` : NOW;
  const times = hasTimes
    ? " LEFT JOIN sys.dm_tran_commit_table AS [TC] ON [TC].[commit_ts] = [CT].[SYS_CHANGE_VERSION]"
    : "";
  return {
    sql: `SELECT ${columns}, ${time} AS [_sdc_deleted_at] FROM ${changeTable(plan)}${times} WHERE [CT].[SYS_CHANGE_OPERATION] = N'D' AND [CT].[SYS_CHANGE_VERSION] <= @until ORDER BY [CT].[SYS_CHANGE_VERSION]`,
    parameters: parametersOf(range),
  };
}

function changeTable({ table }: StreamRun["plan"]): string {
  return `CHANGETABLE(CHANGES ${quoteName(table.schema)}.${quoteName(table.name)}, @since) AS [CT]`;
}

/** CHANGETABLE takes a variable, no expression; so the versions travel as bigint. */
function parametersOf({ since, until }: Range): Statement["parameters"] {
  return {
    since: { type: "bigint", value: String(since) },
    until: { type: "bigint", value: String(until) },
  };
}

/** The primary key, which Change Tracking names changed rows by. */
function keysOf({ id, table, columns }: StreamRun["plan"]): readonly QueryColumn[] {
  const keys = columns.filter(({ name }) => table.keyColumns.includes(name));
  if (keys.length > 0 && keys.length === table.keyColumns.length) return keys;
  throw new UserError(
    "E_LOG_BASED",
    `stream ${id}: Change Tracking needs every column of the primary key`,
    { hint: "select the key columns" },
  );
}
