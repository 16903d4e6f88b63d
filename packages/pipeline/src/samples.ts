import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The sample sources, running as a child process until `close`. */
export interface Samples {
  /** The environment by which the taps find them: TAP_MSSQL_*, API_*. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface Endpoints {
  readonly mssql: { host: string; port: number; user: string; password: string; database: string };
  readonly api: { url: string; user: string; password: string };
}

/** Starts the AdventureWorks SQL Server double and REST API on loopback, on free ports, with a password of this run. */
export async function startSamples(): Promise<Samples> {
  const program = fileURLToPath(import.meta.resolve("adventureworks/serve"));
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const { mssql, api } = await readEndpoints(child);
  return {
    env: {
      TAP_MSSQL_HOST: mssql.host,
      TAP_MSSQL_PORT: String(mssql.port),
      TAP_MSSQL_USER: mssql.user,
      TAP_MSSQL_PASSWORD: mssql.password,
      TAP_MSSQL_DATABASE: mssql.database,
      TAP_MSSQL_TRUST_SERVER_CERTIFICATE: "true",
      API_HOST: api.url,
      API_USER: api.user,
      API_PASSWORD: api.password,
    },
    close: () => stop(child),
  };
}

async function readEndpoints(child: ChildProcess): Promise<Endpoints> {
  if (child.stdout === null) throw new Error("the sample sources have no stdout");
  for await (const line of createInterface({ input: child.stdout })) {
    // The line is printed by our own serve.ts, which gives it this shape.
    return JSON.parse(line) as Endpoints;
  }
  throw new Error(`the sample sources ended before they were ready (exit code ${child.exitCode})`);
}

/** Closing stdin is the servers' signal to end, so that they never outlive a run that was killed. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  child.kill("SIGTERM");
  await ended;
}
