import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

const page = readFileSync(join(repository, "docs", "migration.md"), "utf8");

/** The `config:` lines of a plugin on the page, before or after the move. */
function configLines(when: "before" | "after", plugin: string): readonly string[] {
  const [before = "", after = ""] = page.split("## And after");
  const text = when === "before" ? before : after;
  const start = text.indexOf(`  - name: ${plugin}\n`);
  const config = /\n {4}config:\n((?: {6}.*\n)+)/.exec(text.slice(start))?.[1] ?? "";
  return config.trimEnd().split("\n");
}

test.each(["tap-mssql", "tap-rest-api-msdk", "target-parquet-sqlserver", "target-parquet-api"])(
  "the settings of %s stay as they were",
  (plugin) => {
    const before = configLines("before", plugin);

    expect(before.length).toBeGreaterThan(2);
    expect(configLines("after", plugin)).toEqual(before);
  },
);

test("the setting names of the page are known to the executables", () => {
  const plugins = {
    "tap-mssql": "tap-mssql-ts",
    "tap-rest-api-msdk": "tap-rest-ts",
    "target-parquet-sqlserver": "target-delta-ts",
  };
  for (const [plugin, name] of Object.entries(plugins)) {
    const names = configLines("after", plugin)
      .map((line) => /^ {6}(\w+):/.exec(line)?.[1])
      .filter((setting) => setting !== undefined);

    const cli = join(repository, "packages", name, "dist", "cli.js");
    const run = spawnSync(process.execPath, [cli, "--about", "--format", "json"], {
      encoding: "utf8",
    });

    // Older names of a setting stand in the Hub's definition only.
    const hub = readFileSync(
      join(repository, "schemas", "hub", `${name.replace(/-ts$/, "")}.yml`),
      "utf8",
    );
    const aliases = [...hub.matchAll(/aliases: \[(.*)\]/g)].flatMap(([, list = ""]) =>
      list.split(", "),
    );
    const isKnown = (setting: string): boolean =>
      run.stdout.includes(`"${setting}"`) || aliases.includes(setting);
    expect(names.filter((setting) => !isKnown(setting))).toEqual([]);
  }
});
