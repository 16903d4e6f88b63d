import { UserError } from "singer-sdk-ts";
import { type CaptureInstance, captureRanges, movedLsn } from "./capture-range.ts";
import { CaptureReader } from "./capture-reader.ts";
import type { ChangeSource, Position } from "./log-based.ts";
import { quoteName } from "./query.ts";
import type { StreamRun } from "./stream-run.ts";

const INSTANCES =
  "SELECT object_id, capture_instance, supports_net_changes, CONVERT(varchar(22), sys.fn_cdc_get_min_lsn(capture_instance), 1) AS lsn_min FROM cdc.change_tables WHERE source_object_id = OBJECT_ID(@table)";
const COLUMNS =
  "SELECT object_id, column_name FROM cdc.captured_columns ORDER BY object_id, column_ordinal";

/**
 * A table's changes out of CDC: every insert, update and delete in the order of commits, rows of
 * one transaction in their own order. Source: Microsoft Learn, "cdc.fn_cdc_get_all_changes_…".
 */
export function changeDataCapture(run: StreamRun): ChangeSource {
  return {
    positionName: "lsn",
    current: async () => {
      const instances = await readInstances(run);
      const lsn = await lsnMax(run);
      // An instance made just now may begin behind the last commit that was captured.
      const least = instances.map(({ lsnMin }) => movedLsn(lsnMin, -1n)).toSorted()[0] ?? lsn;
      return lsn > least ? lsn : least;
    },
    isExpired: async (position) => {
      const range = { from: nextLsn(position), to: await lsnMax(run) };
      return captureRanges(await readInstances(run), range) === undefined;
    },
    writeChanges: async ({ from, to, version, reached }) => {
      const instances = await readInstances(run);
      refuseDrift(run, instances);
      const ranges = captureRanges(instances, { from: nextLsn(from), to: lsnText(to) }) ?? [];
      const reader = new CaptureReader(run, version);
      let rowCount = 0;
      for (const range of ranges) {
        for (let start = range.from; start <= range.to; ) {
          const part = await reader.partOf({ ...range, from: start });
          rowCount += await reader.write(part);
          if (!reached(part.to, rowCount)) return rowCount;
          start = movedLsn(part.to, 1n);
        }
      }
      return rowCount;
    },
  };
}

/** Positions of other taps come without `0x`. */
export function lsnText(position: Position): string {
  return `0x${position.toString().replace(/^0x/i, "").toUpperCase()}`;
}

function nextLsn(position: Position): string {
  return movedLsn(lsnText(position), 1n);
}

async function lsnMax({ plan, connection }: StreamRun): Promise<string> {
  const [row] = await connection.query({
    sql: "SELECT CONVERT(varchar(22), sys.fn_cdc_get_max_lsn(), 1) AS lsn",
    parameters: {},
  });
  const lsn = row?.["lsn"];
  if (typeof lsn === "string") return lsn;
  throw new UserError("E_LOG_BASED", `stream ${plan.id}: CDC has captured nothing yet`, {
    hint: "check that SQL Server Agent runs the capture job of this database",
  });
}

async function readInstances({ plan, connection }: StreamRun): Promise<readonly CaptureInstance[]> {
  const { table } = plan;
  const value = `${quoteName(table.schema)}.${quoteName(table.name)}`;
  const rows = await connection.query({
    sql: INSTANCES,
    parameters: { table: { type: "text", value } },
  });
  const columns = await connection.query({ sql: COLUMNS, parameters: {} });
  if (rows.length === 0)
    throw new UserError(
      "E_LOG_BASED",
      `stream ${plan.id}: ${table.schema}.${table.name} has no capture instance that this login may see`,
      { hint: "grant the instance's gating role, or run sys.sp_cdc_enable_table" },
    );
  return rows.map((row) => ({
    name: String(row["capture_instance"]),
    lsnMin: String(row["lsn_min"]),
    hasNetChanges: row["supports_net_changes"] === true,
    columns: columns
      .filter((column) => column["object_id"] === row["object_id"])
      .map((column) => String(column["column_name"])),
  }));
}

/** A selected column that the newest instance lacks would come without its changes. */
function refuseDrift({ plan }: StreamRun, instances: readonly CaptureInstance[]): void {
  const newest = instances.toSorted((left, right) => (left.lsnMin < right.lsnMin ? 1 : -1))[0];
  const missing = plan.columns.filter(({ name }) => newest?.columns.includes(name) !== true);
  if (missing.length === 0) return;
  throw new UserError(
    "E_SCHEMA_DRIFT",
    `stream ${plan.id}: capture instance ${newest?.name ?? "(none)"} does not have ${missing.map(({ name }) => name).join(", ")}`,
    { hint: "create a second capture instance with all columns, or deselect these" },
  );
}
