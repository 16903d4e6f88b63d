import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "singer-sdk-ts";
import { parse } from "yaml";
import { hasDatabricks, type SourceName } from "./sources.ts";

/** One half of a pipe: the executable, and its settings as meltano.yml has them. */
interface Plugin {
  readonly executable: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** One source's way into its tables. */
export interface Pipe {
  readonly name: SourceName;
  readonly tap: Plugin;
  readonly target: Plugin;
  /** The folder of the tables, or, when they are in Databricks, of what this machine keeps for them: the state. */
  readonly output: string;
  /** Where the tables are, for people: the folder, or the schema in Databricks. */
  readonly destination: string;
}

const pluginNames: Readonly<Record<SourceName, { readonly tap: string; readonly target: string }>> =
  {
    sqlserver: { tap: "tap-mssql", target: "target-delta-sqlserver" },
    api: { tap: "tap-rest", target: "target-delta-api" },
  };

interface Definition {
  readonly name: string;
  readonly inherit_from?: string;
  readonly executable?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

interface Environment {
  readonly name: string;
  readonly config?: { readonly plugins?: { readonly loaders?: readonly Definition[] } };
}

/** The Meltano environment whose loaders write to Databricks. */
const databricksEnvironment = "prod";

/**
 * Reads the pipes from meltano.yml, so that `start` and `meltano run` do the same work from the same lines. With
 * DATABRICKS_* set, the loaders are those of the environment `prod`.
 */
export async function readPipes(
  root: string,
  { names, env }: { readonly names: readonly SourceName[]; readonly env: NodeJS.ProcessEnv },
): Promise<readonly Pipe[]> {
  const project: unknown = parse(await readFile(join(root, "meltano.yml"), "utf8"));
  const definitions = [
    ...definitionsOf(project, "extractors"),
    ...definitionsOf(project, "loaders"),
  ];
  return names.map((name) => {
    const loader = pluginNames[name].target;
    const local = resolve(definitions, loader);
    const folder = local.config["path"];
    if (typeof folder !== "string") throw missing(`config.path of ${loader}`);
    const tap = resolve(definitions, pluginNames[name].tap);
    if (!hasDatabricks(env))
      return { name, tap, target: local, output: folder, destination: folder };
    const config = { ...local.config, ...environmentConfig(project, loader) };
    const output = join("output", "databricks", name);
    return { name, tap, target: { ...local, config }, output, destination: schemaName(env) };
  });
}

/** What an environment of meltano.yml sets for one loader. */
function environmentConfig(project: unknown, loader: string): Definition["config"] {
  // Meltano's own shape, as above.
  const { environments = [] } = (project ?? {}) as { environments?: readonly Environment[] };
  const environment = environments.find(({ name }) => name === databricksEnvironment);
  const definition = environment?.config?.plugins?.loaders?.find(({ name }) => name === loader);
  if (definition?.config === undefined)
    throw missing(`config of ${loader} in environment ${databricksEnvironment}`);
  return definition.config;
}

function schemaName(env: NodeJS.ProcessEnv): string {
  const { DATABRICKS_CATALOG: catalog = "", DATABRICKS_SCHEMA: schema = "" } = env;
  const host = (env["DATABRICKS_HOST"] ?? "").replace(/^https:\/\//, "").replace(/\/+$/, "");
  return `${catalog || "main"}.${schema || "default"} on ${host || env["DATABRICKS_CONFIG_PROFILE"]}`;
}

function definitionsOf(project: unknown, kind: "extractors" | "loaders"): readonly Definition[] {
  // The shape is Meltano's own; what is absent is reported by name when it is asked for.
  const { plugins } = (project ?? {}) as {
    plugins?: Readonly<Record<string, readonly Definition[]>>;
  };
  return plugins?.[kind] ?? [];
}

function resolve(definitions: readonly Definition[], name: string): Plugin {
  const definition = definitions.find((candidate) => candidate.name === name);
  if (definition === undefined) throw missing(`plugin ${name}`);
  const parent =
    definition.inherit_from === undefined
      ? undefined
      : resolve(definitions, definition.inherit_from);
  const executable = definition.executable ?? parent?.executable;
  if (executable === undefined) throw missing(`executable of ${name}`);
  return { executable, config: { ...parent?.config, ...definition.config } };
}

function missing(what: string): UserError {
  return new UserError("E_PROJECT", `meltano.yml has no ${what}`, {
    hint: "compare it with the meltano.yml of the repository",
    exitCode: 2,
  });
}
