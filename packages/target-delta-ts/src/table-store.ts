import { resolve } from "node:path";
import { LocalStore, type ObjectStore, openStore as openTableStore } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import { isCatalog, openCatalogStore } from "./databricks/catalog-store.ts";
import { isDatabricksFolder, openFileStore } from "./databricks/file-folder.ts";
import type { Config } from "./settings.ts";

/** The store whose root is the table folder `path`, or a folder below it. */
export function openStore(config: Config, path: string, folder?: string): ObjectStore {
  if (config.path === undefined) throw pathMissing();
  if (isCatalog(config.path)) return openCatalogStore(config, path, folder);
  const place = folder === undefined ? path : `${path}/${folder}`;
  if (isDatabricksFolder(config.path)) return openFileStore(config, `${config.path}/${place}`);
  const scheme = /^([a-z0-9]+):\/\//.exec(config.path)?.[1];
  if (scheme !== undefined && !/^(?:s3a?|abfss?|az|gs|file)$/.test(scheme)) {
    throw new UserError(
      "E_SETTING",
      `setting \`path\` starts with ${scheme}://, which is unknown`,
      {
        hint: "give a local folder, or a URL that starts with s3://, abfss://, az://, gs:// or uc://",
      },
    );
  }
  if (scheme !== undefined) return openTableStore(`${config.path}/${place}`);
  return new LocalStore(resolve(config.path, place));
}

/** Nothing says where the tables go. */
export function pathMissing(): UserError {
  return new UserError("E_SETTING", "setting `path` is missing", {
    hint: "set `path` to a folder, or DATABRICKS_HOST and DATABRICKS_TOKEN to load into a SQL warehouse",
  });
}
