// `pnpm soak NAME [--seed S] [--count N]`: the long proofs, each a program of its own in this folder.
// A program repeats one experiment N times from a seed, prints how to replay a failure, and ends with `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".mjs") && entry.name !== "run.mjs")
  .map((entry) => entry.name.slice(0, -".mjs".length));
const [name = "", ...options] = process.argv.slice(2);

if (!names.includes(name)) {
  process.stderr.write(`error: no soak named ${name === "" ? "(none)" : name}\nhint: pnpm soak ${names.join(" | ")} [--seed S] [--count N]\n`);
  process.exit(2);
}
const { status, signal } = spawnSync(process.execPath, [join(folder, `${name}.mjs`), ...options], { stdio: "inherit" });
if (signal) process.kill(process.pid, signal);
process.exit(status ?? 1);
