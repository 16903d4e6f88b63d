import { UserError } from "singer-sdk-ts";
import type { CatalogRow } from "./catalog-rows.ts";
import type { SqlConnection } from "./connection.ts";
import { type TableInfo, typeResolver } from "./database.ts";
import type { Config } from "./settings.ts";
import { unsupportedReason } from "./type/support.ts";

/** Asks the server which columns a SELECT gives, without running it. */
const DESCRIBE =
  "SELECT name, is_hidden, is_nullable, system_type_id, user_type_id, max_length, precision, scale, error_message FROM sys.dm_exec_describe_first_result_set(@query, NULL, 0)";

/** The SELECTs of the settings as tables. Throws E_SETTING for one that the server cannot describe. */
export async function customQueries(
  config: Config,
  options: {
    readonly connection: SqlConnection;
    readonly types: readonly CatalogRow[];
    readonly database: string;
  },
): Promise<readonly TableInfo[]> {
  const typeOf = typeResolver(options.types);
  const tables: TableInfo[] = [];
  for (const [name, { sql, key_properties: keys }] of Object.entries(config.queries)) {
    const rows = await describe(options.connection, name, sql);
    const columns = rows.map((row) => {
      // Only CLR and alias types have a user type id here.
      const type = typeOf({ ...row, user_type_id: row["user_type_id"] ?? row["system_type_id"] });
      const unsupported = unsupportedReason({ type, isColumnSet: false, isEncrypted: false });
      return {
        name: String(row["name"]),
        type,
        isNullable: row["is_nullable"] !== false,
        isComputed: false,
        ...(unsupported !== undefined && { unsupported }),
      };
    });
    const missing = keys.filter((key) => !columns.some((column) => column.name === key));
    if (missing.length > 0)
      throw settingError(name, `its SELECT has no column ${missing.join(", ")}`);
    tables.push({
      database: options.database,
      schema: "",
      name,
      isView: true,
      columns,
      keyColumns: keys,
      query: sql,
    });
  }
  return tables;
}

async function describe(
  connection: SqlConnection,
  name: string,
  sql: string,
): Promise<readonly CatalogRow[]> {
  const rows = await connection
    .query({ sql: DESCRIBE, parameters: { query: { type: "text", value: sql } } })
    .catch((error: unknown) => {
      if (!(error instanceof UserError) || error.code !== "E_QUERY") throw error;
      throw settingError(name, error.message, error);
    });
  const [first] = rows;
  if (first === undefined || first["error_message"] !== null)
    throw settingError(name, `the server cannot describe it: ${String(first?.["error_message"])}`);
  const visible = rows.filter((row) => row["is_hidden"] !== true);
  const unnamed = visible.findIndex((row) => row["name"] === null || row["name"] === "");
  if (unnamed >= 0) throw settingError(name, `column ${unnamed + 1} of its SELECT has no name`);
  return visible;
}

function settingError(name: string, reason: string, cause?: unknown): UserError {
  return new UserError("E_SETTING", `setting \`queries.${name}\`: ${reason}`, {
    hint: "give one SELECT without WITH and ORDER BY, every column with a name of its own",
    exitCode: 2,
    cause,
  });
}
