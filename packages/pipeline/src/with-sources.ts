#!/usr/bin/env node
import { spawn } from "node:child_process";
import { join } from "node:path";
import { withSources } from "./environment.ts";
import { main } from "./main.ts";
import { claimOutput } from "./output.ts";
import { readPipes } from "./project.ts";

/**
 * `with-sources COMMAND ARG…`: runs a command with its sources up: the samples when nothing is configured.
 * The command finds the names of its sources in PIPELINE_SOURCES, and their addresses where the taps look for them.
 */
await main(() =>
  withSources(process.env, async ({ env, names, identities }) => {
    for (const pipe of await readPipes(process.cwd(), { names, env })) {
      await claimOutput(join(process.cwd(), pipe.output), identities[pipe.name]);
    }
    const [command = "env", ...args] = process.argv.slice(2);
    const child = spawn(command, args, {
      env: { ...env, PIPELINE_SOURCES: names.join(" ") },
      stdio: "inherit",
    });
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on("SIGINT", pass).on("SIGTERM", pass);
    return new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
    });
  }),
);
