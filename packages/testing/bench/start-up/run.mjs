// Do --help, --version and --about answer within 1.5 times `node -e 0` plus 0.1 s?
// node start-up/run.mjs [REPETITIONS]: interleaved runs of the built executables, the median of each.
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

const runsMs = new Map(commands.map(({ name }) => [name, []]));
for (let i = 0; i < repetitions; i++) {
  for (const { name, args } of commands) {
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    runsMs.get(name).push(performance.now() - started);
  }
}

/** The middle one, or of an even number the upper of the two. */
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

const limitMs = 1.5 * median(runsMs.get("node -e 0")) + 100;
process.stdout.write(`Node ${process.version}, median of ${repetitions}; the limit is ${limitMs.toFixed(0)} ms\n`);
for (const [name, times] of runsMs) {
  const ms = median(times);
  if (ms > limitMs) process.exitCode = 1;
  process.stdout.write(`| ${name} | ${ms.toFixed(0)} ms |${ms > limitMs ? " over the limit |" : ""}\n`);
}
