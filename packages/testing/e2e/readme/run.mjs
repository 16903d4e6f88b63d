/**
 * Runs the `console` blocks of a Markdown file and compares what they print with what the page says.
 * `$ ` begins a command, `…` stands for any lines; figures, times and random names are compared by shape.
 * Usage: [PAGE_SHELL=sh] run.mjs FILE… Ends with `N passed, N failed`, one count per block.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const page = process.argv.slice(2).map((file) => readFileSync(file, "utf8")).join("\n");
// Only bash knows pipefail under this name everywhere; the pages' blocks for sh don't rest on it.
const shell = process.env["PAGE_SHELL"] === "sh" ? ["sh", "-eu"] : ["bash", "-euo", "pipefail"];
let passed = 0;
let failed = 0;
for (const [, block] of page.matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
  const { script, expected } = parse(block.split("\n").slice(0, -1));
  const { stdout, status } = spawnSync(shell[0], [...shell.slice(1), "-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const isSame = status === 0 && matches(expected, stdout.trimEnd().split("\n").filter(isOutput));
  if (isSame) passed += 1;
  else {
    failed += 1;
    process.stdout.write(`exit code ${status} of:\n${script}\nprinted:\n${stdout}\nexpected:\n${expected.join("\n")}\n`);
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** Blank lines don't count, nor what npm says of this machine's own settings. */
function isOutput(line) {
  return line !== "" && !line.startsWith("npm warn ");
}

/** Commands with their here-documents, and the lines that are left. */
function parse(lines) {
  const script = [];
  const expected = [];
  let end;
  for (const line of lines) {
    if (end !== undefined) {
      script.push(line);
      if (line === end) end = undefined;
    } else if (line.startsWith("$ ")) {
      script.push(line.slice(2));
      end = /<<'?(\w+)'?/.exec(line)?.[1];
    } else if (line !== "") expected.push(line);
  }
  return { script: script.join("\n"), expected };
}

function matches(expected, lines) {
  const pattern = expected.map((line) => (line === "…" ? "(?:.*\n)*?" : `${shape(line)}\n`)).join("");
  return new RegExp(`^${pattern}$`).test(lines.map((line) => `${line}\n`).join(""));
}

/** A line as a pattern in which seconds and random names may differ; runs of spaces may, too. */
function shape(line) {
  return line
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "[0-9a-f-]{36}")
    .replaceAll(/\d+\\\.\d(?= s|  match)/g, "\\d+\\.\\d")
    .replaceAll(/ +/g, " +");
}
