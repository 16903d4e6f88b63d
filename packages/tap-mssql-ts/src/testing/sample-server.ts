import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The SQL Server double in a process of its own, serving AdventureWorks from seed 1. */
export interface SampleServer {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  close(): Promise<void>;
}

/** Starts the double on a free port with the login `etl` and the given password. */
export async function startSampleServer(password: string): Promise<SampleServer> {
  const script = fileURLToPath(
    new URL("../../../testing/adventureworks/dist/serve.js", import.meta.url),
  );
  const child = spawn(
    process.execPath,
    [script, "--seed=1", "--user=etl", `--password=${password}`],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [line]: unknown[] = await once(child.stdout, "data");
  // The first line is one JSON object, by the contract of adventureworks/serve.
  const { mssql } = JSON.parse(String(line)) as { mssql: Omit<SampleServer, "close"> };
  return {
    host: mssql.host,
    port: mssql.port,
    database: mssql.database,
    close: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit");
}
