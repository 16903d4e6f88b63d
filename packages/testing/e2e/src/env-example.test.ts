import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repository } from "./project-folder.ts";

interface Setting {
  readonly env?: readonly string[];
  readonly properties?: Readonly<Record<string, Setting>>;
}

const page = readFileSync(join(repository, ".env.example"), "utf8");
const variables = [...page.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = ""]) => name);

/** Every variable that a plugin reads: its prefix and a setting's name, or a name that the setting declares. */
async function variablesOf(plugin: string, prefix: string): Promise<readonly string[]> {
  const { settings } = (await import(
    join(repository, "packages", plugin, "dist", "settings.js")
  )) as {
    settings: Setting;
  };
  return read(settings, prefix);
}

function read(setting: Setting, prefix: string): readonly string[] {
  return Object.entries(setting.properties ?? {}).flatMap(([name, inner]) => {
    const own = `${prefix}_${name.toUpperCase()}`;
    return [own, ...(inner.env ?? []), ...read(inner, own)];
  });
}

test("it holds the ten variables of the original under its three headings, then at most ten more", () => {
  expect(page.match(/^# .*$/gm)?.filter((line) => !line.includes("="))).toEqual([
    "# MSSQL",
    "# API",
    "# Databricks",
    "# Optional",
  ]);
  expect(variables.slice(0, 10)).toEqual(
    [
      "TAP_MSSQL_HOST TAP_MSSQL_PORT TAP_MSSQL_USER TAP_MSSQL_PASSWORD TAP_MSSQL_DATABASE",
      "API_HOST API_USER API_PASSWORD DATABRICKS_HOST DATABRICKS_TOKEN",
    ].flatMap((line) => line.split(" ")),
  );
  expect(variables.length).toBeLessThanOrEqual(20);
});

test("every variable in it is read", async () => {
  const known = new Set([
    ...(await variablesOf("tap-mssql-ts", "TAP_MSSQL")),
    ...(await variablesOf("tap-rest-ts", "TAP_REST")),
    ...(await variablesOf("target-delta-ts", "TARGET_DELTA")),
  ]);

  // The pipeline itself reads the two that say whether Databricks is wanted.
  const pipeline = ["DATABRICKS_HOST", "DATABRICKS_TOKEN"];
  expect(variables.filter((name) => !known.has(name) && !pipeline.includes(name))).toEqual([]);
});
