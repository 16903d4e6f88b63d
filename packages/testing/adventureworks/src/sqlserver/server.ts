import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createSecureContext } from "node:tls";

import { Engine } from "./engine/engine.ts";
import { SqlError } from "./engine/error.ts";
import type { Session } from "./engine/session-event.ts";
import { SqlSession } from "./engine/sql-session.ts";
import { errorOf, type Faults } from "./fault.ts";
import type { ServedDatabase } from "./served-database.ts";
import { makeCertificate } from "./wire/certificate.ts";
import { Connection } from "./wire/connection.ts";
import type { Login } from "./wire/login.ts";
import { serverName } from "./wire/token.ts";

export interface SqlServerOptions {
  readonly database: ServedDatabase;
  /** Further databases, each reached by a login that names it. */
  readonly moreDatabases?: readonly ServedDatabase[];
  readonly user: string;
  readonly password: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Whether encryption is offered; by default it is. It is never forced. */
  readonly encrypt?: boolean;
  /** Called with each statement before it runs, for a test that changes rows at that moment. */
  readonly beforeStatement?: (sql: string) => void;
  readonly faults?: Faults;
  /** Packets that answer a statement as they are, for benchmarks: the server is then not the limit. */
  readonly replay?: (sql: string) => Iterable<Buffer> | undefined;
}

/** A running server. */
export interface SqlServer {
  readonly host: string;
  readonly port: number;
  /** The self-signed certificate, PEM; clients that trust it reach the server as `localhost`. */
  readonly certificate: string;
  /** The statements received so far, oldest first; the last 10,000 are kept. */
  readonly statements: readonly string[];
  /** The logins tried so far, oldest first. */
  readonly logins: readonly Login[];
  /** Stops the server and ends its connections. */
  close(): Promise<void>;
}

const host = "127.0.0.1";
const statementsMax = 10_000;

/** Starts a SQL Server double on loopback that serves `database` over TDS 7.4. */
export async function startSqlServer(options: SqlServerOptions): Promise<SqlServer> {
  const engines = [options.database, ...(options.moreDatabases ?? [])].map(
    (database) => new Engine(database),
  );
  const { key, certificate } = await makeCertificate();
  const isOffered = options.encrypt ?? true;
  const secureContext = isOffered
    ? createSecureContext({ key, cert: certificate, maxVersion: "TLSv1.2" })
    : undefined;
  const statements: string[] = [];
  const logins: Login[] = [];
  const connections = new Set<Connection>();
  const server = createServer((socket: Socket) => {
    const connection = new Connection(socket, {
      secureContext,
      openSession: (login) => {
        logins.push(login);
        return openSession(engines, options, login);
      },
      closeSession: () => undefined,
      replay: (sql) => options.replay?.(sql),
      onStatement: (sql) => {
        options.beforeStatement?.(sql);
        statements.push(sql);
        if (statements.length > statementsMax) statements.shift();
        return options.faults?.onStatement?.(sql);
      },
    });
    connections.add(connection);
    socket.on("close", () => connections.delete(connection));
  });
  const port = await listen(server, options.port ?? 0);
  return { host, port, certificate, statements, logins, close: () => close(server, connections) };
}

function openSession(engines: readonly Engine[], options: SqlServerOptions, login: Login): Session {
  const fault = options.faults?.onLogin?.(login);
  if (fault !== undefined) throw errorOf(fault.number);
  const isKnown =
    !login.isIntegrated &&
    login.user.toLowerCase() === options.user.toLowerCase() &&
    login.password === options.password;
  if (!isKnown) throw new SqlError(18_456, `Login failed for user '${login.user}'.`, { class: 14 });
  const name = login.database === "" ? "master" : login.database;
  const engine = engines.find((one) => one.findDatabase(name) !== undefined);
  const database = engine?.findDatabase(name);
  if (engine === undefined || database === undefined) {
    throw new SqlError(
      4060,
      `Cannot open database "${name}" requested by the login. The login failed.`,
      { class: 11 },
    );
  }
  return new SqlSession(engine, { user: options.user, database, serverName });
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string")
    throw new Error("the server listens on no port");
  return address.port;
}

async function close(server: Server, connections: ReadonlySet<Connection>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  for (const connection of connections) connection.close();
  await closed;
}
