import type { ObjectStore } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import type { Config } from "../settings.ts";
import { openWorkspace } from "./connection.ts";
import { DbfsStore } from "./dbfs-store.ts";
import { VolumeStore } from "./volume-store.ts";

/** Whether a path lies in a workspace: in a volume or on DBFS. */
export function isDatabricksFolder(path: string): boolean {
  return /^(dbfs:)?\/Volumes\//.test(path) || path.startsWith("dbfs:/");
}

/** A folder for plain Parquet files in a workspace. */
export function openFileStore(config: Config, folder: string): ObjectStore {
  if (config.format !== "parquet") {
    throw new UserError(
      "E_SETTING",
      "Delta tables cannot be written to a volume or DBFS file by file",
      {
        hint: "set `path: databricks:` to load by a SQL warehouse, or `format: parquet`",
      },
    );
  }
  if (config.databricks === undefined) {
    throw new UserError(
      "E_SETTING",
      "Databricks is set in part: missing DATABRICKS_HOST and DATABRICKS_TOKEN",
    );
  }
  const { api } = openWorkspace(config.databricks);
  const path = folder.replace(/^dbfs:/, "");
  return path.startsWith("/Volumes/") ? new VolumeStore(api, path) : new DbfsStore(api, path);
}
