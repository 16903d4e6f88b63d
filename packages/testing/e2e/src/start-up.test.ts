import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

/** Prints the path of every file that is loaded, one a line, on stderr. */
const lister = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from "node:fs";
  import { registerHooks } from "node:module";
  registerHooks({
    load(url, context, next) {
      if (url.startsWith("file:")) writeSync(2, url + "\\n");
      return next(url, context);
    },
  });
`)}`;

function filesLoaded(plugin: string, flag: string): readonly string[] {
  const cli = join(repository, "packages", plugin, "dist/cli.js");
  const { status, stderr } = spawnSync(process.execPath, ["--import", lister, cli, flag], {
    encoding: "utf8",
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(`${plugin} ${flag} ended with ${status}: ${stderr}`);
  return stderr.trimEnd().split("\n");
}

const plugins = ["tap-mssql-ts", "tap-rest-ts", "target-delta-ts"];

// Of the time that they take, nearly all goes into loading files: about half a millisecond each.
// bench/start-up measures the times; this holds on a busy machine, too.
test.each(
  plugins.flatMap((plugin) => [
    { plugin, flag: "--version", limit: 35 },
    { plugin, flag: "--about", limit: 35 },
    { plugin, flag: "--help", limit: 80 },
  ]),
)("P8: $plugin $flag answers at once: it loads at most $limit files", ({ plugin, flag, limit }) => {
  const files = filesLoaded(plugin, flag);

  expect(files.length).toBeGreaterThan(5);
  expect(files.length).toBeLessThanOrEqual(limit);
  expect(files.join("\n")).not.toMatch(/node_modules\/(ajv|winston|tedious|undici|apache-arrow)\//);
});
