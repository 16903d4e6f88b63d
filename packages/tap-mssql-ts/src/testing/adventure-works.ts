import { startSampleServer } from "./sample-server.ts";

/** A SQL Server that holds AdventureWorks: a real one when TAP_MSSQL_* names it, else our double. */
export interface AdventureWorksServer {
  config(others: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function openAdventureWorks(): Promise<AdventureWorksServer> {
  const real = realServer(process.env);
  if (real !== undefined) {
    return { config: (others) => ({ ...real, ...others }), close: () => Promise.resolve() };
  }
  const password = "double-p4ssword";
  const double = await startSampleServer(password);
  const { host, port, database } = double;
  const login = { host, port, database, user: "etl", password, trust_server_certificate: true };
  return { config: (others) => ({ ...login, ...others }), close: () => double.close() };
}

/** The settings of a real server; undefined when the environment names none. */
function realServer(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> | undefined {
  const {
    TAP_MSSQL_HOST: host,
    TAP_MSSQL_USER: user,
    TAP_MSSQL_PASSWORD: password,
    TAP_MSSQL_DATABASE: database,
  } = env;
  if ([host, user, password, database].some((value) => (value ?? "") === "")) return undefined;
  const port = env["TAP_MSSQL_PORT"] ?? "";
  return {
    host,
    user,
    password,
    database,
    ...(port === "" ? {} : { port: Number(port) }),
    trust_server_certificate: env["TAP_MSSQL_TRUST_SERVER_CERTIFICATE"] === "true",
  };
}
