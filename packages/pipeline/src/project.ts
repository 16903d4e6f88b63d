import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "singer-sdk-ts";
import { parse } from "yaml";
import type { SourceName } from "./sources.ts";

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
  /** The folder that the tables are written to. */
  readonly output: string;
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

/** Reads the pipes from meltano.yml, so that `start` and `meltano run` do the same work from the same lines. */
export async function readPipes(
  root: string,
  names: readonly SourceName[],
): Promise<readonly Pipe[]> {
  const project: unknown = parse(await readFile(join(root, "meltano.yml"), "utf8"));
  const definitions = [
    ...definitionsOf(project, "extractors"),
    ...definitionsOf(project, "loaders"),
  ];
  return names.map((name) => {
    const target = resolve(definitions, pluginNames[name].target);
    const output = target.config["path"];
    if (typeof output !== "string") throw missing(`config.path of ${pluginNames[name].target}`);
    return { name, tap: resolve(definitions, pluginNames[name].tap), target, output };
  });
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
