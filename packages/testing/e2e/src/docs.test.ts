import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

const folder = join(repository, "docs");
const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));

test.each(pages)("the files that %s links to and runs exist", (name) => {
  const page = readFileSync(join(folder, name), "utf8");

  const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) =>
    join(dirname(join(folder, name)), link),
  );
  const scripts = [...page.matchAll(/(?:bash |`)((?:packages|\.ci)\/[\w./-]+)/g)].map(
    ([, script = ""]) => join(repository, script),
  );

  expect([...links, ...scripts].filter((path) => !existsSync(path))).toEqual([]);
});

test.each(pages)("the root scripts that %s runs exist", (name) => {
  const page = readFileSync(join(folder, name), "utf8");
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  const known = new Set([...Object.keys(scripts), "install", "run", "exec"]);

  const used = [...page.matchAll(/pnpm@12 (?:run )?([a-z][\w:-]*)/g)].map(
    ([, script = ""]) => script,
  );

  expect(used.filter((script) => !known.has(script))).toEqual([]);
});

test("what the evaluation leaves to a lane is one of .ci/run", () => {
  const page = readFileSync(join(folder, "evaluation.md"), "utf8");
  const lanes = readFileSync(join(repository, ".ci", "run"), "utf8");

  const commands = [...page.matchAll(/^\|[^|]+\| `([^`]+)` \|/gm)].map(
    ([, command = ""]) => command,
  );
  const known = ["bash .ci/run", "node packages/testing/e2e/readme/run.mjs docs/demo.md"];
  const missing = commands.filter((command) => {
    const [, script] = /pnpm@12 (\w+)$/.exec(command) ?? [];
    return !lanes.includes(script === undefined ? command : `run ${script} `);
  });

  expect(commands.length).toBeGreaterThan(4);
  expect(missing).toEqual(known.toReversed());
});

test("the demo's half set group is refused, as its page says", () => {
  const start = join(repository, "packages/pipeline/dist/start.js");

  const run = spawnSync(process.execPath, [start], {
    cwd: repository,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], TAP_MSSQL_HOST: "db" },
  });

  expect(run.status).toBe(2);
  expect(run.stderr).toContain("missing TAP_MSSQL_USER, TAP_MSSQL_PASSWORD, TAP_MSSQL_DATABASE");
});
