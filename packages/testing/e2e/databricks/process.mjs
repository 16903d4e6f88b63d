// Starts the programs of this lane against the samples.
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
