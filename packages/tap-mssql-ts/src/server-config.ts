import { UserError } from "singer-sdk-ts";
import { parseConnectionString } from "./connection-string.ts";
import { databaseNames } from "./read-tables.ts";
import type { Config, GivenConfig } from "./settings.ts";

/** The config with what its connection string says, which wins over single settings. Throws E_SETTING. */
export function serverConfig(given: GivenConfig): Config {
  const facts =
    given.connection_string === undefined ? {} : parseConnectionString(given.connection_string);
  const config = { ...given, ...facts };
  const { host } = config;
  const database = config.database ?? databaseNames(config)[0];
  if (host !== undefined && database !== undefined) return { ...config, host, database };
  const missing = [
    ...(host === undefined ? ["`host` (TAP_MSSQL_HOST)"] : []),
    ...(database === undefined ? ["`database` (TAP_MSSQL_DATABASE)"] : []),
  ];
  throw new UserError("E_SETTING", `missing settings: ${missing.join(", ")}`, {
    hint: "set them, or `connection_string`",
    exitCode: 2,
  });
}
