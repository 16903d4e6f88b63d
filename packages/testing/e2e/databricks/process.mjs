// Starts the programs of this lane: the samples, and whatever runs against them.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Runs a Node.js program to its end; gives its code and all it printed. */
export function run(program, args, { cwd, env, input } = {}) {
  const child = spawn(process.execPath, [`${root}packages/${program}`, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => (output[name] += chunk));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const result = new Promise((done) => child.once("close", (code, signal) => done({ code, signal, ...output })));
  return { child, result };
}

/** The sample sources, with the variables by which the taps find them. */
export async function startSamples() {
  const child = spawn(process.execPath, [`${root}packages/testing/adventureworks/dist/serve.js`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const line = await new Promise((done) => child.stdout.once("data", done));
  const { mssql, api } = JSON.parse(line);
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
    close: () => child.kill(),
  };
}

/** What the generator says of every table of the source, and of the four streams of the API. */
export async function readFacts() {
  const outputs = await Promise.all(
    [[], ["--api"]].map((args) => run("testing/adventureworks/dist/facts.js", args).result),
  );
  const [tables, streams] = outputs.map(({ stdout }) =>
    stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)),
  );
  return [
    ...tables.map((facts) => ({ ...facts, name: `sqlserver_${facts.schema}_${facts.table}` })),
    ...streams.map((facts) => ({ ...facts, name: `api_${facts.table}` })),
  ];
}
