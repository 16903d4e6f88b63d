import {
  type Catalog,
  type CatalogStream,
  type RunContext,
  type SyncContext,
  selectedStreams,
} from "singer-sdk-ts";
import { SqlConnection } from "./connection.ts";
import type { TableInfo } from "./database.ts";
import { catalogOfTables, unsupportedColumns } from "./discover.ts";
import { examine } from "./doctor.ts";
import { readTables } from "./read-tables.ts";
import { serverConfig } from "./server-config.ts";
import type { Config, GivenConfig } from "./settings.ts";
import { planStream } from "./stream-plan.ts";
import { syncStreams } from "./stream-worker.ts";
import { formatOfConfig } from "./value-format.ts";

/** What the database looked like when a catalog was made, so that syncing it at once asks only once. */
const tablesOfCatalog = new WeakMap<Catalog, readonly TableInfo[]>();

/** Describes the database as a Singer catalog. */
export async function discover(given: RunContext<GivenConfig>): Promise<Catalog> {
  const { log } = given;
  const config = serverConfig(given.config);
  const format = formatOfConfig(config);
  const connection = await SqlConnection.open(config, given);
  try {
    const tables = await readTables(connection, { ...given, config });
    for (const column of unsupportedColumns(tables)) log.warn("column_unsupported", { ...column });
    const catalog = catalogOfTables(tables, format);
    tablesOfCatalog.set(catalog, tables);
    return catalog;
  } finally {
    connection.close();
  }
}

/** Writes the selected streams, the interrupted one first, as many at once as the settings say. */
export async function sync(given: SyncContext<GivenConfig>): Promise<void> {
  const context: SyncContext<Config> = { ...given, config: serverConfig(given.config) };
  const { config, catalog, state } = context;
  const format = formatOfConfig(config);
  const streams = interruptedFirst(selectedStreams(catalog), state.currentlySyncing);
  const connection = await SqlConnection.open(config, context);
  try {
    const tables = tablesOfCatalog.get(catalog) ?? (await readTables(connection, context));
    const plans = streams.map((stream) => planStream(stream, tables, config));
    if (context.mode === "test") await examine({ connection, config, plans, state }, context.log);
    await syncStreams({ context, plans, format, connection });
  } finally {
    connection.close();
  }
}

function interruptedFirst(
  streams: readonly CatalogStream[],
  currentlySyncing: string | undefined,
): readonly CatalogStream[] {
  const isInterrupted = (stream: CatalogStream): number =>
    Number(stream.tap_stream_id === currentlySyncing);
  return streams.toSorted((left, right) => isInterrupted(right) - isInterrupted(left));
}
