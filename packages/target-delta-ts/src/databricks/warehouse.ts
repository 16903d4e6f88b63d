import { setTimeout as sleep } from "node:timers/promises";
import { type Log, UserError } from "singer-sdk-ts";
import type { Workspace } from "./connection.ts";
import { statementError } from "./statement-error.ts";

/** A statement is tried at most this often. */
const TRIES_MAX = 6;
const WAIT_MS = 500;

/** The part of the driver's session that is used. */
interface Session {
  executeStatement(sql: string): Promise<{
    fetchAll(): Promise<object[]>;
    close(): Promise<unknown>;
  }>;
  close(): Promise<unknown>;
}

/** A row of an answer, by column name. */
export type Row = Readonly<Record<string, unknown>>;

export interface WarehouseOptions {
  readonly workspace: Workspace;
  /** HTTP path of the warehouse. */
  readonly path: string;
  readonly log: Log;
}

/**
 * Runs statements on a SQL warehouse, one after the other. What may pass is tried again, with a new session when the
 * connection broke: an answer that was lost leaves open what happened, so every statement must be harmless when repeated.
 */
export class Warehouse {
  readonly #options: WarehouseOptions;
  #client: { close(): Promise<void> } | undefined;
  #session: Session | undefined;

  constructor(options: WarehouseOptions) {
    this.#options = options;
  }

  /** The rows of the answer; resolves when the statement has ended. */
  async run(sql: string): Promise<readonly Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#execute(sql);
      } catch (error) {
        const failure = statementError(error);
        if (!failure.isPassing || attempt === TRIES_MAX) throw failure.error;
        this.#options.log.warn("statement_retried", { attempt, error: failure.error.message });
        if (failure.isDisconnected) await this.close();
        await sleep(WAIT_MS * 2 ** (attempt - 1));
      }
    }
  }

  async close(): Promise<void> {
    const [session, client] = [this.#session, this.#client];
    this.#session = undefined;
    this.#client = undefined;
    // What cannot be closed any more is closed by the server: no reason to fail.
    await session?.close().catch(() => undefined);
    await client?.close().catch(() => undefined);
  }

  async #execute(sql: string): Promise<readonly Row[]> {
    this.#session ??= await this.#connect();
    const operation = await this.#session.executeStatement(sql);
    try {
      const rows = await operation.fetchAll();
      return rows.map((row) => ({ ...row }));
    } finally {
      await operation.close().catch(() => undefined);
    }
  }

  async #connect(): Promise<Session> {
    const { workspace, path, log } = this.#options;
    // 200 ms and 36 MB: only who loads into Databricks pays for the driver.
    const { DBSQLClient } = await import("@databricks/sql");
    const logger = {
      log: (level: string, message: string) => log.debug("databricks_driver", { level, message }),
    };
    const client = new DBSQLClient({ logger });
    client.on("error", () => undefined);
    const connected = await client.connect({
      host: workspace.host,
      port: workspace.port,
      path,
      authType: "external-token",
      getToken: () => workspace.token.get(),
      telemetryEnabled: false,
      userAgentEntry: "target-delta-ts",
    });
    this.#client = client;
    return await connected.openSession();
  }
}

/** Whether the failure says that the thing is there already. */
export function isExisting(error: unknown): boolean {
  return error instanceof UserError && /ALREADY_EXISTS/.test(error.message);
}

/** Whether the failure says that the table is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof UserError && /TABLE_OR_VIEW_NOT_FOUND/.test(error.message);
}
