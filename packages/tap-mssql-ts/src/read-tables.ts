import { type Log, UserError } from "singer-sdk-ts";
import { type CatalogRow, type CatalogRows, catalogStatements } from "./catalog-rows.ts";
import { SqlConnection } from "./connection.ts";
import { customQueries } from "./custom-query.ts";
import { type TableInfo, tablesOfDatabase } from "./database.ts";
import type { Config } from "./settings.ts";
import { filterTables } from "./table-filter.ts";

/** Views that a login, or a kind of server such as Synapse or Fabric, may lack; tables are there without them. */
const OPTIONAL = new Set<keyof typeof catalogStatements>([
  "rowCounts",
  "descriptions",
  "synonyms",
  "tracked",
  "captured",
]);

const CAPTURE_INSTANCES = "SELECT source_object_id, capture_instance FROM cdc.change_tables";

interface Run {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The names in the setting `databases`; empty when one database is read. */
export function databaseNames({ databases = [] }: Pick<Config, "databases">): readonly string[] {
  const names = typeof databases === "string" ? databases.split(",") : databases.map(String);
  return names.map((name) => name.trim()).filter((name) => name !== "");
}

/** The tables that the settings ask for, of one database or several, and the SELECTs among them. */
export async function readTables(
  connection: SqlConnection,
  run: Run,
): Promise<readonly TableInfo[]> {
  const names = databaseNames(run.config);
  if (names.length === 0) return readDatabase(connection, run);
  const tables: TableInfo[] = [];
  let refused: UserError | undefined;
  let readCount = 0;
  for (const database of names) {
    const config = { ...run.config, database };
    try {
      const own = await SqlConnection.open(config, run);
      try {
        const found = await readDatabase(own, { ...run, config });
        tables.push(...found.map((table) => ({ ...table, isOfSeveral: true })));
        readCount++;
      } finally {
        own.close();
      }
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== "E_DATABASE") throw error;
      run.log.warn("database_skipped", { database, reason: error.message });
      refused = error;
    }
  }
  if (readCount === 0 && refused !== undefined) throw refused;
  return tables;
}

async function readDatabase(
  connection: SqlConnection,
  { config, log }: Run,
): Promise<readonly TableInfo[]> {
  const ask = (sql: string): Promise<readonly CatalogRow[]> =>
    connection.query({ sql, parameters: {} });
  const askOptional = (name: string, sql: string): Promise<readonly CatalogRow[]> =>
    ask(sql).catch((error: unknown): readonly CatalogRow[] => {
      if (!(error instanceof UserError) || error.code !== "E_QUERY") throw error;
      log.warn("catalog_view_hidden", { view: name, reason: error.message });
      return [];
    });
  const read = (name: keyof typeof catalogStatements): Promise<readonly CatalogRow[]> =>
    OPTIONAL.has(name) ? askOptional(name, catalogStatements[name]) : ask(catalogStatements[name]);
  const captured = await read("captured");
  const rows: CatalogRows = {
    schemas: await read("schemas"),
    objects: await read("objects"),
    columns: await read("columns"),
    types: await read("types"),
    indexes: await read("indexes"),
    indexColumns: await read("indexColumns"),
    rowCounts: await read("rowCounts"),
    descriptions: await read("descriptions"),
    synonyms: await read("synonyms"),
    tracked: await read("tracked"),
    captured,
    // The schema cdc is there only in databases with CDC.
    instances:
      captured.length === 0 ? [] : await askOptional("cdc.change_tables", CAPTURE_INSTANCES),
    database: await read("database"),
  };
  const tables = tablesOfDatabase(rows);
  const queries = await customQueries(config, {
    connection,
    types: rows.types,
    database: tables[0]?.database ?? config.database,
  });
  return [...filterTables(tables, config), ...queries];
}
