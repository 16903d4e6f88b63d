// Do --help, --version and --about answer within 1.5 times `node -e 0` plus 0.1 s?
// node start-up/run.mjs [REPETITIONS]: interleaved runs of the built executables; the fastest of each counts, so that other load does not.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const repetitions = Number(process.argv[2] ?? 7);
const packages = join(import.meta.dirname, "../../..");
const plugins = ["tap-mssql-ts", "tap-rest-ts", "target-delta-ts"];
const commands = [
  { name: "node -e 0", args: ["-e", "0"] },
  ...plugins.flatMap((plugin) =>
    ["--version", "--help", "--about"].map((flag) => ({
      name: `${plugin} ${flag}`,
      args: [join(packages, plugin, "dist/cli.js"), flag],
    })),
  ),
];

const fastestMs = new Map(commands.map(({ name }) => [name, Infinity]));
for (let i = 0; i < repetitions; i++) {
  for (const { name, args } of commands) {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    fastestMs.set(name, Math.min(fastestMs.get(name), performance.now() - started));
  }
}

const limitMs = 1.5 * fastestMs.get("node -e 0") + 100;
process.stdout.write(`Node ${process.version}, fastest of ${repetitions}; the limit is ${limitMs.toFixed(0)} ms\n`);
for (const [name, ms] of fastestMs) {
  if (ms > limitMs) process.exitCode = 1;
  process.stdout.write(`| ${name} | ${ms.toFixed(0)} ms |${ms > limitMs ? " over the limit |" : ""}\n`);
}
