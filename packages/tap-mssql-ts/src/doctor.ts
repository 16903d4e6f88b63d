import { type Log, type State, UserError } from "singer-sdk-ts";
import { bookmarkOf } from "./bookmark.ts";
import type { SqlConnection } from "./connection.ts";
import { quoteName } from "./query.ts";
import type { Config } from "./settings.ts";
import type { StreamPlan } from "./stream-plan.ts";

/** A clock further off than this makes times of the run and of the database hard to compare. */
const CLOCK_DIFFERENCE_MAX_SECONDS = 60;

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
  const checks = [checkServer, checkClock, checkSnapshot, checkRetention, checkPositions];
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

async function checkServer({ connection, config, plans }: Patient): Promise<readonly Finding[]> {
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
    {
      check: "rights",
      isFine: plans.length > 0,
      found: `${plans.length} selected tables and views are visible to the login`,
    },
  ];
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
    const name = `${quoteName(table.schema)}.${quoteName(table.name)}`;
    const [row] = await connection.query({
      sql: "SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@table)) AS oldest",
      parameters: { table: { type: "text", value: name } },
    });
    const oldest = Number(row?.["oldest"] ?? Number.POSITIVE_INFINITY);
    findings.push({
      check: `position of ${id}`,
      isFine: position >= oldest,
      found:
        position >= oldest
          ? "its changes are there"
          : "its changes were cleaned up: the next run fails, or loads it again with `expired_position: resync`",
    });
  }
  return findings;
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
