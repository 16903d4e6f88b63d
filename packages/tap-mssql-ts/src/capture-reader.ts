import { UserError } from "singer-sdk-ts";
import type { CaptureInstance, CaptureRange } from "./capture-range.ts";
import { type QueryColumn, quoteName, type Statement, selectList } from "./query.ts";
import { partRows, type StreamRun, writeRecords } from "./stream-run.ts";
import { sqlTypeText } from "./type/sql-type.ts";

/** CDC keeps commit times in the server's local time. */
const COMMIT_TIME =
  "TODATETIMEOFFSET(sys.fn_cdc_map_lsn_to_time([__$start_lsn]), DATEPART(tzoffset, SYSDATETIMEOFFSET()))";
/** A login with the gating role may call the functions, but need not see the change table. */
const NO_CHANGE_TABLE = /\(error (?:208|229)\)/;
const BETWEEN =
  "[__$start_lsn] >= CONVERT(binary(10), @from, 1) AND [__$start_lsn] <= CONVERT(binary(10), @to, 1)";
/** Rows before an update, which the functions leave out too. */
const BEFORE_UPDATE = 3;

/**
 * Reads the changes of capture instances out of their change tables, since only these have
 * `__$command_id`, the order inside a transaction; where the login may not, through the functions,
 * in the order of `__$seqval`. Source: Microsoft Learn, "cdc.<capture_instance>_CT".
 */
export class CaptureReader {
  readonly #run: StreamRun;
  readonly #version: number | undefined;
  #isTableVisible = true;

  constructor(run: StreamRun, version: number | undefined) {
    this.#run = run;
    this.#version = version;
  }

  /** The first part of a range, up to the end of a transaction. */
  async partOf(range: CaptureRange): Promise<CaptureRange> {
    // The net of two parts is not the net of both.
    if (this.#run.config.net_changes) return range;
    const [row] = await this.#withFallback(() =>
      this.#run.connection.query({
        sql: `SELECT CONVERT(varchar(22), [__$start_lsn], 1) AS lsn FROM ${this.#source(range.instance)} ORDER BY [__$start_lsn] OFFSET ${partRows(this.#run) - 1} ROWS FETCH NEXT 1 ROWS ONLY`,
        parameters: parametersOf(range),
      }),
    );
    return row === undefined ? range : { ...range, to: String(row["lsn"]) };
  }

  /** Writes a part's changes; returns their count. */
  async write(part: CaptureRange): Promise<number> {
    const bookmark = (): undefined => undefined;
    const { rowCount } = await this.#withFallback(() =>
      writeRecords(this.#run, {
        statement: this.#statement(part),
        version: this.#version,
        bookmark,
      }),
    );
    return rowCount;
  }

  async #withFallback<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const isHidden = error instanceof UserError && NO_CHANGE_TABLE.test(error.message);
      if (!this.#isTableVisible || !isHidden) throw error;
      this.#isTableVisible = false;
      this.#run.log.warn("change_table_hidden", {
        stream: this.#run.plan.id,
        reason: "no SELECT on the change table: changes of one transaction come in log order",
      });
      return read();
    }
  }

  #statement(part: CaptureRange): Statement {
    const { plan, config } = this.#run;
    const { instance } = part;
    const columns = plan.columns.map((column) => capturedColumn(column, instance));
    const extra = [
      `CASE WHEN [__$operation] = 1 THEN ${COMMIT_TIME} END AS [_sdc_deleted_at]`,
      ...(config.log_columns ? logColumns(config.net_changes) : []),
    ];
    return {
      sql: `SELECT ${[...columns, ...extra].join(", ")} FROM ${this.#source(instance)} ORDER BY ${this.#order().join(", ")}`,
      parameters: parametersOf(part),
    };
  }

  #source(instance: CaptureInstance): string {
    const range = "CONVERT(binary(10), @from, 1), CONVERT(binary(10), @to, 1), N'all'";
    if (this.#run.config.net_changes) {
      if (instance.hasNetChanges !== true) throw withoutNetChanges(this.#run.plan.id, instance);
      return `[cdc].${quoteName(`fn_cdc_get_net_changes_${instance.name}`)}(${range})`;
    }
    return this.#isTableVisible
      ? `[cdc].${quoteName(`${instance.name}_CT`)} WHERE ${BETWEEN} AND [__$operation] <> ${BEFORE_UPDATE}`
      : `[cdc].${quoteName(`fn_cdc_get_all_changes_${instance.name}`)}(${range})`;
  }

  #order(): readonly string[] {
    if (this.#run.config.net_changes) return ["[__$start_lsn]", "[__$operation]"];
    return this.#isTableVisible
      ? ["[__$start_lsn]", "[__$command_id]", "[__$seqval]", "[__$operation]"]
      : ["[__$start_lsn]", "[__$seqval]", "[__$operation]"];
  }
}

function logColumns(isNet: boolean): readonly string[] {
  const sequence = isNet ? "CONVERT(varchar(22), NULL)" : "CONVERT(varchar(22), [__$seqval], 1)";
  return [
    "CASE [__$operation] WHEN 1 THEN N'D' WHEN 2 THEN N'I' ELSE N'U' END AS [_sdc_operation_type]",
    `${COMMIT_TIME} AS [_sdc_lsn_commit_timestamp]`,
    "CONVERT(varchar(22), [__$start_lsn], 1) AS [_sdc_lsn_value]",
    `${sequence} AS [_sdc_lsn_seq_value]`,
  ];
}

function parametersOf({ from, to }: CaptureRange): Statement["parameters"] {
  return { from: { type: "text", value: from }, to: { type: "text", value: to } };
}

function withoutNetChanges(stream: string, instance: CaptureInstance): UserError {
  return new UserError(
    "E_LOG_BASED",
    `stream ${stream}: capture instance ${instance.name} does not support net changes`,
    { hint: "create it with @supports_net_changes = 1, or leave `net_changes` out" },
  );
}

/** A column that came with a newer instance had no value before. */
function capturedColumn(column: QueryColumn, instance: CaptureInstance): string {
  if (instance.columns.includes(column.name)) return selectList([column], "");
  const { type } = column;
  const isPlain = !type.isClr && type.name !== "timestamp" && type.name !== "hierarchyid";
  const typeText = isPlain ? sqlTypeText(type) : "nvarchar(4000)";
  return `CONVERT(${typeText}, NULL) AS ${quoteName(column.name)}`;
}
