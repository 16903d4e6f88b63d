import { type CatalogCall, type ObjectStore, UnityCatalogStore } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import type { Config } from "../settings.ts";
import { openWorkspace } from "./connection.ts";
import { tableName } from "./table-name.ts";
import type { WorkspaceApi } from "./workspace-api.ts";

const ROOT = "/api/2.1/unity-catalog";

/** One login for all tables of a run. */
const calls = new WeakMap<Config, CatalogCall>();

/** Whether tables are external ones of a schema in Unity Catalog, written without a warehouse. */
export function isCatalog(path: string | undefined): boolean {
  return path?.startsWith("uc://") === true;
}

/** The folder of the external table that `path` becomes, or one below it. */
export function openCatalogStore(config: Config, path: string, folder?: string): ObjectStore {
  const schema = /^uc:\/\/([^./]+\.[^./]+)\/?$/.exec(config.path ?? "")?.[1];
  if (schema === undefined || config.format === "parquet") {
    throw new UserError(
      "E_SETTING",
      `setting \`path\` names no schema for Delta tables: ${config.path}`,
      { hint: "write it as uc://catalog.schema, with `format: delta`", exitCode: 2 },
    );
  }
  if (config.databricks === undefined) {
    throw new UserError(
      "E_SETTING",
      "Databricks is set in part: missing DATABRICKS_HOST and DATABRICKS_TOKEN",
    );
  }
  const call = calls.get(config) ?? catalogCall(openWorkspace(config.databricks).api);
  calls.set(config, call);
  const name = tableName(path);
  const location = config.databricks.external_location?.replace(/\/+$/, "");
  return new UnityCatalogStore({
    call,
    table: `${schema}.${name}`,
    newLocation: location === undefined ? undefined : `${location}/${name}`,
    ...(folder === undefined ? {} : { folder }),
  });
}

/** A table that is entered twice, since an answer was lost, is there. */
function catalogCall(api: WorkspaceApi): CatalogCall {
  return async ({ method, path, body }) => {
    const { status, bytes } = await api.call({
      method,
      path: `${ROOT}${path}`,
      accepted: method === "GET" ? [404] : [409],
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status, body: JSON.parse(Buffer.from(bytes).toString("utf8")) };
  };
}
