import { setTimeout as sleep } from "node:timers/promises";
import { type Log, UserError } from "singer-sdk-ts";
import type { Workspace } from "./connection.ts";
import { statementError } from "./statement-error.ts";

/** A statement is tried at most this often. */
const TRIES_MAX = 6;
const WAIT_MS = 500;

/** The part of the driver's session that is used. */
interface Session {
  executeStatement(
    sql: string,
    options?: { readonly stagingAllowedLocalPath: string },
  ): Promise<{
    fetchAll(): Promise<object[]>;
    close(): Promise<unknown>;
  }>;
  close(): Promise<unknown>;
}

/** Files of this machine that a statement may move. */
export interface LocalFiles {
  readonly folder: string;
}

/** A row of an answer, by column name. */
export type Row = Readonly<Record<string, unknown>>;

export interface WarehouseOptions {
  readonly workspace: Workspace;
  /** HTTP path of the warehouse. */
  readonly path: string;
  /** What the statements are attributed to in the workspace's query history. */
  readonly queryTags?: Readonly<Record<string, string>>;
  readonly log: Log;
}

/** Statements that run at once, each in a session of its own; later ones wait. */
const SESSIONS_MAX = 4;

interface Driver {
  openSession(request: { readonly queryTags?: Record<string, string> }): Promise<Session>;
  close(): Promise<void>;
}

/**
 * Runs statements on a SQL warehouse, a few at once. What may pass is tried again, with a new session when the
 * connection broke: an answer that was lost leaves open what happened, so every statement must be harmless when repeated.
 */
export class Warehouse {
  readonly #options: WarehouseOptions;
  #driver: Promise<Driver> | undefined;
  readonly #idle: Session[] = [];
  #busyCount = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: WarehouseOptions) {
    this.#options = options;
  }

  /** The rows of the answer; resolves when the statement has ended. */
  async run(sql: string, files?: LocalFiles): Promise<readonly Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#execute(sql, files);
      } catch (error) {
        const failure = statementError(error);
        // A service's token ran out early: the next session gets a fresh one.
        const isRenewed =
          failure.error.code === "E_LOGIN" &&
          attempt === 1 &&
          this.#options.workspace.token.renew();
        if (isRenewed) continue;
        if (!failure.isPassing || attempt === TRIES_MAX) throw failure.error;
        this.#options.log.warn("statement_retried", { attempt, error: failure.error.message });
        await sleep(WAIT_MS * 2 ** (attempt - 1));
      }
    }
  }

  async close(): Promise<void> {
    const driver = await this.#driver?.catch(() => undefined);
    this.#driver = undefined;
    // What cannot be closed any more is closed by the server: no reason to fail.
    await Promise.all(
      this.#idle.splice(0).map((session) => session.close().catch(() => undefined)),
    );
    await driver?.close().catch(() => undefined);
  }

  async #execute(sql: string, files: LocalFiles | undefined): Promise<readonly Row[]> {
    while (this.#busyCount >= SESSIONS_MAX)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busyCount += 1;
    try {
      const session = this.#idle.pop() ?? (await this.#openSession());
      const startMs = performance.now();
      const rows = await this.#executeIn(session, sql, files);
      this.#options.log.debug("statement_ended", {
        statement: sql.slice(0, 60),
        elapsedMs: Math.round(performance.now() - startMs),
      });
      return rows;
    } finally {
      this.#busyCount -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #executeIn(
    session: Session,
    sql: string,
    files: LocalFiles | undefined,
  ): Promise<readonly Row[]> {
    try {
      const operation = await (files === undefined
        ? session.executeStatement(sql)
        : session.executeStatement(sql, { stagingAllowedLocalPath: files.folder }));
      try {
        // The driver has moved the file by now, and has taken the rows that say where to.
        const rows = files === undefined ? await operation.fetchAll() : [];
        this.#idle.push(session);
        return rows.map((row) => ({ ...row }));
      } finally {
        await operation.close().catch(() => undefined);
      }
    } catch (error) {
      // Closing a session ends what still runs in it: a statement whose answer was lost shall not come late.
      await session.close().catch(() => undefined);
      throw error;
    }
  }

  async #openSession(): Promise<Session> {
    this.#driver ??= this.#connect();
    const driver = this.#driver;
    try {
      const { queryTags = {} } = this.#options;
      const isTagged = Object.keys(queryTags).length > 0;
      return await (await driver).openSession(isTagged ? { queryTags: { ...queryTags } } : {});
    } catch (error) {
      if (this.#driver === driver) this.#driver = undefined;
      await driver.then((opened) => opened.close()).catch(() => undefined);
      throw error;
    }
  }

  async #connect(): Promise<Driver> {
    const { workspace, path, log } = this.#options;
    // 200 ms and 36 MB: only who loads into Databricks pays for the driver.
    const { DBSQLClient } = await import("@databricks/sql");
    const logger = {
      log: (level: string, message: string) => log.debug("databricks_driver", { level, message }),
    };
    const client = new DBSQLClient({ logger });
    client.on("error", () => undefined);
    await client.connect({
      host: workspace.host,
      port: workspace.port,
      path,
      authType: "external-token",
      getToken: () => workspace.token.get(),
      telemetryEnabled: false,
      userAgentEntry: "target-delta-ts",
    });
    return client;
  }
}

/** Whether the failure says that the thing is there already. */
export function isExisting(error: unknown): boolean {
  return error instanceof UserError && /ALREADY_EXISTS/.test(error.message);
}

/** Whether the failure says that the table, or the volume, is not there. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof UserError &&
    /TABLE_OR_VIEW_NOT_FOUND|VOLUME_NOT_FOUND|VOLUME_DOES_NOT_EXIST|SCHEMA_NOT_FOUND/.test(
      error.message,
    )
  );
}

/** Whether the failure says that the table does not let this column's type change. */
export function isUnalterable(error: unknown): boolean {
  return (
    error instanceof UserError &&
    /DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP|DELTA_UNSUPPORTED_TYPE_CHANGE|NOT_SUPPORTED_CHANGE_COLUMN/.test(
      error.message,
    )
  );
}
