import {
  type ChangingDatabase,
  type SqlServer,
  type SqlServerOptions,
  startSqlServer,
} from "adventureworks/sqlserver";

/** The SQL Server double in this process, serving a database that the test changes. */
export interface ChangingServer {
  readonly statements: readonly string[];
  readonly logins: SqlServer["logins"];
  /** PEM of the self-signed certificate. */
  readonly certificate: string;
  /** Settings to reach it, and more. */
  config(more?: Readonly<Record<string, unknown>>): Record<string, unknown>;
  close(): Promise<void>;
}

/** Starts the double, without encryption unless asked for; `beforeStatement` sees each statement before it runs. */
export async function startChangingServer(
  database: ChangingDatabase,
  beforeStatement?: (sql: string) => void,
  options: Partial<Pick<SqlServerOptions, "faults" | "encrypt" | "moreDatabases">> = {},
): Promise<ChangingServer> {
  const server = await startSqlServer({
    database,
    user: "etl",
    password: "s3cret!",
    encrypt: false,
    ...options,
    ...(beforeStatement !== undefined && { beforeStatement }),
  });
  return {
    statements: server.statements,
    logins: server.logins,
    certificate: server.certificate,
    config: (more = {}) => ({
      host: server.host,
      port: server.port,
      user: "etl",
      password: "s3cret!",
      database: database.name,
      encrypt: false,
      ...more,
    }),
    close: () => server.close(),
  };
}

/** A catalog with other metadata on one stream. */
export function withMetadata(
  catalog: string,
  stream: string,
  metadata: Readonly<Record<string, unknown>>,
): unknown {
  const parsed: { readonly streams: readonly CatalogStream[] } = JSON.parse(catalog);
  return {
    streams: parsed.streams
      .filter(({ tap_stream_id: id }) => id === stream)
      .map((one) => ({
        ...one,
        metadata: one.metadata.map((entry) =>
          entry.breadcrumb.length === 0
            ? { ...entry, metadata: { ...entry.metadata, ...metadata } }
            : entry,
        ),
      })),
  };
}

interface CatalogStream {
  readonly tap_stream_id: string;
  readonly metadata: readonly {
    readonly breadcrumb: readonly string[];
    readonly metadata: Readonly<Record<string, unknown>>;
  }[];
}
