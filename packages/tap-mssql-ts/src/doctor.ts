import { type Log, type State, UserError } from "singer-sdk-ts";
import { bookmarkOf } from "./bookmark.ts";
import { movedLsn } from "./capture-range.ts";
import { lsnText } from "./change-data-capture.ts";
import type { SqlConnection } from "./connection.ts";
import { quoteName } from "./query.ts";
import type { Config } from "./settings.ts";
import type { StreamPlan } from "./stream-plan.ts";

/** A clock further off than this makes times of the run and of the database hard to compare. */
const CLOCK_DIFFERENCE_MAX_SECONDS = 60;

const CLEANED_UP =
  "its changes were cleaned up: the next run fails, or loads it again with `expired_position: resync`";

/** One thing looked at: what was found, and whether it stands in the way. */
interface Finding {
  readonly check: string;
  readonly isFine: boolean;
  readonly found: string;
}

interface Patient {
  readonly connection: SqlConnection;
  readonly config: Config;
  readonly plans: readonly StreamPlan[];
  readonly state: State;
}

/** Looks at what a run depends on and writes a line about each: `check_ok` or `check_failed`. Changes nothing. */
export async function examine(patient: Patient, log: Log): Promise<void> {
  const checks = [
    checkServer,
    checkRights,
    checkClock,
    checkSnapshot,
    checkRetention,
    checkPositions,
    checkCaptures,
  ];
  for (const check of checks) {
    const findings = await check(patient).catch((error: unknown): readonly Finding[] => {
      if (!(error instanceof UserError) || error.code !== "E_QUERY") throw error;
      return [{ check: check.name, isFine: false, found: error.message }];
    });
    for (const { isFine, ...finding } of findings) {
      if (isFine) log.info("check_ok", finding);
      else log.warn("check_failed", finding);
    }
  }
}

async function checkServer({ connection, config }: Patient): Promise<readonly Finding[]> {
  const [row] = await connection.query({
    sql: "SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion')) AS version, CONVERT(nvarchar(128), SERVERPROPERTY('Edition')) AS edition",
    parameters: {},
  });
  const certificate = config.trust_server_certificate ? "any certificate" : "certificate checked";
  return [
    {
      check: "server",
      isFine: true,
      found: `${textOf(row?.["version"])} ${textOf(row?.["edition"])}`,
    },
    {
      check: "encryption",
      isFine: config.encrypt,
      found: config.encrypt
        ? `on, ${certificate}`
        : "off: data and password can be read on the way",
    },
  ];
}

/** Whether the login may read what is selected, and the changes of what it reads by Change Tracking. */
async function checkRights({ connection, plans }: Patient): Promise<readonly Finding[]> {
  const missing: Finding[] = [];
  for (const { id, table, log } of plans) {
    // A SELECT of the settings has no rights of its own, and another database is not looked at from here.
    if (table.query !== undefined || table.isOfSeveral === true) continue;
    const wanted = ["SELECT", ...(log === "change_tracking" ? ["VIEW CHANGE TRACKING"] : [])];
    const rights = wanted.map(
      (right, index) => `HAS_PERMS_BY_NAME(@table, 'OBJECT', '${right}') AS right${index}`,
    );
    const [row] = await connection.query({
      sql: `SELECT ${rights.join(", ")}`,
      parameters: { table: { type: "text", value: nameOf(table) } },
    });
    const lacking = wanted.filter((_, index) => row?.[`right${index}`] !== 1);
    if (lacking.length > 0)
      missing.push({
        check: `rights of ${id}`,
        isFine: false,
        found: `GRANT ${lacking.join(", ")} ON ${nameOf(table)} is missing`,
      });
  }
  if (missing.length > 0) return missing;
  const found = `${plans.length} selected tables and views may be read`;
  return [{ check: "rights", isFine: plans.length > 0, found }];
}

async function checkClock({ connection }: Patient): Promise<readonly Finding[]> {
  const [row] = await connection.query({
    sql: "SELECT CONVERT(varchar(23), SYSUTCDATETIME(), 126) AS now",
    parameters: {},
  });
  const differenceMs = Date.parse(`${textOf(row?.["now"])}Z`) - Date.now();
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  return [
    {
      check: "clock",
      isFine: seconds <= CLOCK_DIFFERENCE_MAX_SECONDS,
      found: `the server's clock differs by ${seconds} s`,
    },
  ];
}

async function checkSnapshot({ connection, config }: Patient): Promise<readonly Finding[]> {
  if (config.isolation_level !== "SNAPSHOT") return [];
  const [row] = await connection.query({
    sql: "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()",
    parameters: {},
  });
  const isOn = row?.["snapshot_isolation_state"] === 1;
  return [
    {
      check: "snapshot",
      isFine: isOn,
      found: isOn ? "allowed" : "ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON is missing",
    },
  ];
}

async function checkRetention({ connection, plans }: Patient): Promise<readonly Finding[]> {
  if (!plans.some(({ log }) => log === "change_tracking")) return [];
  const [row] = await connection.query({
    sql: "SELECT retention_period, retention_period_units_desc FROM sys.change_tracking_databases WHERE database_id = DB_ID()",
    parameters: {},
  });
  if (row === undefined) return [];
  const found = `${textOf(row["retention_period"])} ${textOf(row["retention_period_units_desc"]).toLowerCase()}: runs must not be further apart`;
  return [{ check: "change_tracking_retention", isFine: true, found }];
}

/** Compares the position of each Change Tracking stream with what the server still has. */
async function checkPositions({ connection, plans, state }: Patient): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { id, table, log } of plans) {
    const position = bookmarkOf(state, id, table)?.["current_log_version"];
    if (log !== "change_tracking" || typeof position !== "number") continue;
    const [row] = await connection.query({
      sql: "SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@table)) AS oldest",
      parameters: { table: { type: "text", value: nameOf(table) } },
    });
    const oldest = Number(row?.["oldest"] ?? Number.POSITIVE_INFINITY);
    findings.push({
      check: `position of ${id}`,
      isFine: position >= oldest,
      found: position >= oldest ? "its changes are there" : CLEANED_UP,
    });
  }
  return findings;
}

/** Tells up to when CDC has captured, and compares the position of each of its streams with what its instances still have. */
async function checkCaptures({ connection, plans, state }: Patient): Promise<readonly Finding[]> {
  const captured = plans.filter(({ log }) => log === "cdc");
  if (captured.length === 0) return [];
  const [newest] = await connection.query({
    sql: "SELECT CONVERT(varchar(23), sys.fn_cdc_map_lsn_to_time(sys.fn_cdc_get_max_lsn()), 126) AS at",
    parameters: {},
  });
  const capturedUntil = textOf(newest?.["at"]);
  const findings: Finding[] = [
    {
      check: "cdc",
      isFine: capturedUntil !== "",
      found:
        capturedUntil === ""
          ? "nothing is captured yet: SQL Server Agent must run the capture job of this database"
          : `captured up to a commit at ${capturedUntil}, by the server's clock`,
    },
  ];
  for (const { id, table } of captured) {
    const position = bookmarkOf(state, id, table)?.["lsn"];
    const rows = await connection.query({
      sql: "SELECT CONVERT(varchar(22), sys.fn_cdc_get_min_lsn(capture_instance), 1) AS oldest FROM cdc.change_tables WHERE source_object_id = OBJECT_ID(@table)",
      parameters: { table: { type: "text", value: nameOf(table) } },
    });
    const oldest = rows.map((row) => textOf(row["oldest"])).toSorted()[0];
    const isThere =
      oldest !== undefined &&
      (typeof position !== "string" || movedLsn(lsnText(position), 1n) >= oldest);
    if (isThere && typeof position !== "string") continue;
    findings.push({
      check: `position of ${id}`,
      isFine: isThere,
      found: isThere ? "its changes are there" : CLEANED_UP,
    });
  }
  return findings;
}

function nameOf({ schema, name }: StreamPlan["table"]): string {
  return `${quoteName(schema)}.${quoteName(name)}`;
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
