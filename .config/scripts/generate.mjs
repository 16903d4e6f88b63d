// `pnpm generate` writes what follows from the plugins' settings, and the pages of exported things; `--check` only says what is stale, with exit code 1.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { settingsSchema, settingsTable } from "../../packages/singer-sdk-ts/dist/index.js";
import { apiPage } from "../../packages/testing/api-docs/page.mjs";
import { hubDefinition } from "./hub-definition.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const plugins = ["tap-mssql-ts", "tap-rest-ts", "target-delta-ts"];

const files = [
  ...(await Promise.all(plugins.map(generatedFiles))).flat(),
  { path: "docs/api/delta-lake-ts.md", content: await apiPage("delta-lake-ts", "index.d.ts") },
  {
    path: "docs/api/delta-lake-ts-parquet.md",
    content: await apiPage("delta-lake-ts/parquet", "parquet/index.d.ts"),
  },
];
const stale = files.filter(({ path, content }) => readIfThere(path) !== content);
if (process.argv.includes("--check")) {
  for (const { path } of stale) process.stderr.write(`${path} is stale: run \`pnpm generate\`\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { path, content } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    process.stdout.write(`wrote ${path}\n`);
  }
}

/** The path, from the root, and content of every file that follows from a plugin's settings. */
async function generatedFiles(plugin) {
  const folder = join(root, "packages", plugin);
  const { settings } = await import(join(folder, "dist/settings.js"));
  const about = execFileSync(
    process.execPath,
    [join(folder, "dist/cli.js"), "--about", "--format", "json"],
    { encoding: "utf8", timeout: 30_000 },
  );
  const { description, capabilities } = JSON.parse(about);
  const schema = { title: `Settings of ${plugin}`, ...settingsSchema(settings) };
  const readme = `packages/${plugin}/README.md`;
  return [
    { path: `schemas/settings/${plugin}.json`, content: `${JSON.stringify(schema, null, 2)}\n` },
    {
      path: `schemas/hub/${plugin.replace(/-ts$/, "")}.yml`,
      content: hubDefinition({ name: plugin, description, capabilities, settings }),
    },
    { path: readme, content: withTable(readFileSync(join(root, readme), "utf8"), settings, readme) },
  ];
}

function withTable(text, settings, path) {
  const marked = /(?<=<!-- settings -->\n)[^]*?(?=<!-- \/settings -->)/;
  if (!marked.test(text)) throw new Error(`${path} has no <!-- settings --> … <!-- /settings -->`);
  return text.replace(marked, () => `${settingsTable(settings)}\n`);
}

function readIfThere(path) {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
