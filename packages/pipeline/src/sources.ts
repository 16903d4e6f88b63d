import { UserError } from "singer-sdk-ts";

/** The two sources of the pipeline, by the name of their output folder. */
export type SourceName = "sqlserver" | "api";

/** Where the run reads from: the embedded samples, or the systems that the environment names. */
export type Sources =
  | { readonly type: "samples" }
  | { readonly type: "configured"; readonly names: readonly SourceName[] };

interface Group {
  readonly label: string;
  readonly prefix: string;
  readonly required: readonly string[];
}

const sourceGroups: Readonly<Record<SourceName, Group>> = {
  sqlserver: {
    label: "SQL Server",
    prefix: "TAP_MSSQL_",
    required: ["TAP_MSSQL_HOST", "TAP_MSSQL_USER", "TAP_MSSQL_PASSWORD", "TAP_MSSQL_DATABASE"],
  },
  api: {
    label: "the REST API",
    prefix: "API_",
    required: ["API_HOST", "API_USER", "API_PASSWORD"],
  },
};

const databricks = { label: "Databricks", prefix: "DATABRICKS_" };

/**
 * Decides from the environment what the run reads: samples only when none of TAP_MSSQL_*, API_* and DATABRICKS_*
 * is set. Throws E_SETTING, naming every missing variable, when a group is set in part.
 */
export function chooseSources(env: NodeJS.ProcessEnv): Sources {
  const names = (["sqlserver", "api"] as const).filter((name) =>
    isTouched(env, sourceGroups[name]),
  );
  const wantsDatabricks = hasDatabricks(env);
  if (names.length === 0 && !wantsDatabricks) return { type: "samples" };

  const groups = [
    ...names.map((name) => sourceGroups[name]),
    ...(wantsDatabricks ? [{ ...databricks, required: databricksVariables(env) }] : []),
  ];
  const missing = groups.flatMap((group) => missingVariables(env, group));
  if (missing.length > 0) throw halfSet(groups, missing);
  if (names.length === 0) {
    throw new UserError("E_SETTING", "DATABRICKS_* is set, but no source is", {
      hint: `set ${sourceGroups.sqlserver.required.join(", ")} or ${sourceGroups.api.required.join(", ")}`,
    });
  }
  return { type: "configured", names };
}

/** Whether the environment names a workspace, so that the tables are loaded there. */
export function hasDatabricks(env: NodeJS.ProcessEnv): boolean {
  return isTouched(env, databricks);
}

/** What a workspace needs: a profile of ~/.databrickscfg, or host and login; a token unless another login is begun. */
function databricksVariables(env: NodeJS.ProcessEnv): readonly string[] {
  if (isPresent(env["DATABRICKS_CONFIG_PROFILE"])) return [];
  if (isPresent(env["ARM_CLIENT_ID"]))
    return ["DATABRICKS_HOST", "ARM_TENANT_ID", "ARM_CLIENT_SECRET"];
  if (isPresent(env["DATABRICKS_CLIENT_ID"]))
    return ["DATABRICKS_HOST", "DATABRICKS_CLIENT_SECRET"];
  return ["DATABRICKS_HOST", "DATABRICKS_TOKEN"];
}

function halfSet(groups: readonly Group[], missing: readonly string[]): UserError {
  const labels = groups.filter((group) => group.required.some((name) => missing.includes(name)));
  return new UserError(
    "E_SETTING",
    `${labels.map((group) => group.label).join(" and ")} set in part: missing ${missing.join(", ")}`,
    {
      hint: "set them in .env, or unset the whole group; with nothing set the run uses its sample sources",
    },
  );
}

function isTouched(env: NodeJS.ProcessEnv, { prefix }: Pick<Group, "prefix">): boolean {
  return Object.entries(env).some(
    ([name, value]) => name.startsWith(prefix) && !name.endsWith("_LOGLEVEL") && isPresent(value),
  );
}

function missingVariables(env: NodeJS.ProcessEnv, { required }: Group): readonly string[] {
  return required.filter((name) => !isPresent(env[name]));
}

function isPresent(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
