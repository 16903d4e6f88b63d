import { type Log, UserError } from "singer-sdk-ts";
import { Connection, type ConnectionConfiguration, Request, TYPES } from "tedious";
import { authenticationOf } from "./authentication.ts";
import type { CatalogRow } from "./catalog-rows.ts";
import {
  connectionError,
  isTransient,
  isWithoutReplica,
  statementError,
} from "./connection-error.ts";
import type { Statement } from "./query.ts";
import type { Config } from "./settings.ts";
import { openTunnel } from "./ssh-tunnel.ts";
import { type RowReceiver, type RowSink, RowStream } from "./wire/row-stream.ts";

const RETRY_WAIT_FIRST_MS = 500;
const RETRY_WAIT_MAX_MS = 20_000;
/** One declared length for all text parameters keeps the statement's plan the same for every value. */
const TEXT_PARAMETER_LENGTH = 4000;

/** One session with the server; runs one statement at a time. */
export class SqlConnection {
  readonly #connection: Connection;
  readonly #config: Config;
  /** Where the rows of the statement under way go; tedious keeps them when there is none. */
  #receiver: RowReceiver | undefined;

  private constructor(connection: Connection, config: Config) {
    this.#connection = connection;
    this.#config = config;
    // Lost connections fail the statement under way; without a listener the event would end the process.
    connection.on("error", () => {});
    interceptRows(connection, () => this.#receiver);
  }

  /** Connects and logs in, again after a wait when the cause can pass. Throws E_CONNECT, E_TLS, E_LOGIN, E_DATABASE. */
  static async open(config: Config, run: Run): Promise<SqlConnection> {
    let options = config;
    for (let attempt = 0; ; attempt++) {
      try {
        const connection = new SqlConnection(await connect(options, run.log), config);
        await connection.#prepareSession();
        return connection;
      } catch (error) {
        // A setting that is wrong, before anything was tried.
        if (error instanceof UserError) throw error;
        if (options.application_intent === "ReadOnly" && isWithoutReplica(error)) {
          run.log.warn("replica_missing", { action: "reading from the primary" });
          options = { ...options, application_intent: "ReadWrite" };
          continue;
        }
        if (attempt >= config.connect_retries || !isTransient(error) || run.signal.aborted)
          throw connectionError(error, config);
        run.log.warn("connect_retried", { attempt: attempt + 1 });
        await waitWithJitter(attempt, run.signal);
      }
    }
  }

  /** Runs the session's SET statements; in a batch, since those of a procedure end with it. */
  async #prepareSession(): Promise<void> {
    const { session_statements: given = [] } = this.#config;
    const statements = typeof given === "string" ? given.split(";") : given.map(String);
    for (const sql of statements.filter((statement) => statement.trim() !== ""))
      await new Promise<void>((resolve, reject) => {
        const request = new Request(sql, (error) => {
          if (error) reject(statementError(error, this.#config));
          else resolve();
        });
        this.#connection.execSqlBatch(request);
      });
  }

  /** Runs a small statement and returns its rows by column name. */
  async query(statement: Statement): Promise<readonly CatalogRow[]> {
    const rows: CatalogRow[] = [];
    await this.#execute(statement, (request) => {
      request.on("row", (columns: readonly { value: unknown; metadata: { colName: string } }[]) => {
        rows.push(
          Object.fromEntries(columns.map(({ value, metadata }) => [metadata.colName, value])),
        );
      });
    });
    return rows;
  }

  /** Runs a statement and hands its rows to `sink` as they arrive. */
  async stream(statement: Statement, sink: RowSink): Promise<void> {
    const receiver = { sink, isOver: false };
    this.#receiver = receiver;
    try {
      await this.#execute(statement, () => {});
    } finally {
      receiver.isOver = true;
      this.#receiver = undefined;
    }
  }

  /** Begins a transaction under SNAPSHOT: all reads see one moment. */
  begin(): Promise<void> {
    return this.#settled((done) =>
      this.#connection.beginTransaction(done, "", ISOLATION_LEVELS.SNAPSHOT),
    );
  }

  /** Ends the transaction. */
  commit(): Promise<void> {
    return this.#settled((done) => this.#connection.commitTransaction(done));
  }

  #settled(call: (done: (error: Error | null | undefined) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      call((error) => {
        if (error) reject(statementError(error, this.#config));
        else resolve();
      });
    });
  }

  /** Ends the session; a statement under way fails. */
  close(): void {
    this.#connection.close();
  }

  #execute({ sql, parameters }: Statement, prepare: (request: Request) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = new Request(sql, (error) => {
        if (error) reject(statementError(error, this.#config));
        else resolve();
      });
      for (const [name, { type, value }] of Object.entries(parameters)) {
        if (type === "float") request.addParameter(name, TYPES.Float, value);
        else if (type === "bigint") request.addParameter(name, TYPES.BigInt, value);
        else request.addParameter(name, TYPES.NVarChar, value, { length: TEXT_PARAMETER_LENGTH });
      }
      prepare(request);
      this.#connection.execSql(request);
    });
  }
}

/** What a connection takes from the run. */
interface Run {
  readonly log: Log;
  readonly signal: AbortSignal;
}

function connect(config: Config, log: Log): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection = new Connection(connectionOptions(config));
    if (config.tds_logging) connection.on("debug", (message) => log.info("tds", { message }));
    // The driver keeps only the text of the error that refused a login.
    let number: number | undefined;
    connection.on("errorMessage", (message) => {
      number = message.number;
    });
    connection.connect((error) => {
      if (error === undefined) {
        resolve(connection);
        return;
      }
      connection.close();
      reject(number === undefined ? error : Object.assign(error, { number }));
    });
  });
}

/** The settings in tedious' words. */
export function connectionOptions(config: Config): ConnectionConfiguration {
  const { server, port, instanceName } = addressOf(config);
  const { ssh_tunnel: tunnel } = config;
  if (tunnel !== undefined && instanceName !== undefined)
    throw new UserError("E_SETTING", "a named instance cannot be looked up through an SSH tunnel", {
      hint: "give the instance's own `port` in place of its name",
    });
  const timeoutMs = config.connect_timeout_seconds * 1000;
  return {
    server,
    authentication: authenticationOf(config),
    options: {
      ...(instanceName === undefined ? { port } : { instanceName }),
      database: config.database,
      encrypt: config.encrypt,
      trustServerCertificate: config.trust_server_certificate,
      ...(config.server_name !== undefined && { serverName: config.server_name }),
      ...(config.certificate_authority !== undefined && {
        cryptoCredentialsDetails: { ca: config.certificate_authority },
      }),
      ...(tunnel !== undefined && {
        connector: () => openTunnel(tunnel, { host: server, port, timeoutMs }),
      }),
      connectTimeout: timeoutMs,
      requestTimeout: config.query_timeout_seconds * 1000,
      packetSize: config.packet_size_bytes,
      appName: config.application_name,
      readOnlyIntent: config.application_intent === "ReadOnly",
      multiSubnetFailover: config.multi_subnet_failover,
      connectionIsolationLevel: ISOLATION_LEVELS[config.isolation_level],
      // Headers only: what packets carry may be passwords and rows.
      debug: { packet: config.tds_logging, data: false, payload: false, token: false },
      // Retries are ours: by error number, with jitter, and counted.
      maxRetriesOnTransientErrors: 0,
      useUTC: true,
      rowCollectionOnRequestCompletion: false,
    },
  };
}

/** Isolation levels as the wire numbers them (MS-TDS 2.2.6.8). */
const ISOLATION_LEVELS = {
  "READ UNCOMMITTED": 1,
  "READ COMMITTED": 2,
  "REPEATABLE READ": 3,
  SERIALIZABLE: 4,
  SNAPSHOT: 5,
} as const satisfies Record<Config["isolation_level"], number>;

/** Reads the spellings of a server that people bring along: `tcp:host,1433`, `https://host/`, `host\INSTANCE`. */
function addressOf({ host, port }: Config): {
  readonly server: string;
  readonly port: number;
  readonly instanceName: string | undefined;
} {
  const bare = host.replace(/^(?:[a-z]+:\/\/|tcp:)/i, "").replace(/\/+$/, "");
  const [path = bare, ownPort] = bare.split(",");
  const [server = path, instanceName] = path.split("\\");
  return { server, port: ownPort === undefined ? port : Number(ownPort), instanceName };
}

/**
 * Lets `RowStream` read the responses of statements that have a sink. tedious makes its token
 * stream in the one method replaced here, which is not part of its documented interface; its
 * version is pinned and connection.test.ts fails when the method is gone.
 */
function interceptRows(
  connection: Connection,
  receiverOfStatement: () => RowReceiver | undefined,
): void {
  const createTokenStreamParser = connection.createTokenStreamParser?.bind(connection);
  if (createTokenStreamParser === undefined)
    throw new UserError("E_DRIVER", "this version of tedious has no createTokenStreamParser", {
      hint: "install the tedious version that the package names",
    });
  connection.createTokenStreamParser = (message, handler) => {
    const receiver = receiverOfStatement();
    if (receiver === undefined) return createTokenStreamParser(message, handler);
    const parserOptions = connection.config.options;
    // It has every member that the connection uses of a token stream: events, pause and resume
    return new RowStream({ message, handler, parserOptions, receiver }) as unknown as ReturnType<
      typeof createTokenStreamParser
    >;
  };
}

/** Waits a random time up to a limit that doubles with each attempt (full jitter). */
export function waitWithJitter(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const limitMs = Math.min(RETRY_WAIT_MAX_MS, RETRY_WAIT_FIRST_MS * 2 ** attempt);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.random() * limitMs);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
