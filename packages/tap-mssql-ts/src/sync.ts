import {
  type Catalog,
  type Log,
  type MessageWriter,
  type RunContext,
  type State,
  selectedStreams,
  UserError,
} from "singer-sdk-ts";
import { type CatalogRow, catalogStatements } from "./catalog-rows.ts";
import { SqlConnection } from "./connection.ts";
import { type TableInfo, tablesOfDatabase } from "./database.ts";
import { catalogOfTables, unsupportedColumns } from "./discover.ts";
import { syncFullTable } from "./full-table.ts";
import { syncIncremental } from "./incremental.ts";
import type { Config } from "./settings.ts";
import { planStream, type StreamPlan } from "./stream-plan.ts";
import type { StreamRun } from "./stream-run.ts";
import { filterTables } from "./table-filter.ts";
import { formatOfConfig } from "./value-format.ts";

/** Errors after which the connection is gone, so that the other streams cannot go on either. */
const FATAL_CODES = new Set(["E_CONNECTION_LOST", "E_TIMEOUT", "E_OUTPUT"]);

/** Describes the database as a Singer catalog. */
export async function discover({ config, log, signal }: RunContext<Config>): Promise<Catalog> {
  const format = formatOfConfig(config);
  const connection = await SqlConnection.open(config, signal);
  try {
    const tables = filterTables(await readTables(connection), config);
    for (const column of unsupportedColumns(tables)) log.warn("column_unsupported", { ...column });
    return catalogOfTables(tables, format);
  } finally {
    connection.close();
  }
}

/** Writes the selected streams, the interrupted one first, as many at once as the settings say. */
export async function sync(
  context: RunContext<Config> & {
    readonly catalog: Catalog;
    readonly state: State;
    readonly writer: MessageWriter;
    readonly mode: "sync" | "test" | "schema";
  },
): Promise<void> {
  const { config, log, state, writer, mode } = context;
  const format = formatOfConfig(config);
  const connection = await SqlConnection.open(config, context.signal);
  const connections = [connection];
  const close = (): void => connections.forEach((opened) => opened.close());
  context.signal.addEventListener("abort", close);
  try {
    const tables = await readTables(connection);
    const plans = selectedStreams(context.catalog).map((stream) =>
      planStream(stream, tables, config),
    );
    const failures: StreamFailure[] = [];
    const waiting = [...interruptedFirst(plans, state.currentlySyncing)];
    const work = async (own: SqlConnection): Promise<void> => {
      for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) {
        const isTest = mode !== "sync";
        const run = { plan, connection: own, config, format, state, writer, isTest };
        const error = await failureOf(() => syncStream(run, mode, log));
        if (error === undefined) continue;
        log.error("stream_failed", { stream: plan.id, code: error.code, reason: error.message });
        failures.push({ stream: plan.id, error });
      }
    };
    for (let count = 1; count < Math.min(config.parallelism, plans.length); count++)
      connections.push(await SqlConnection.open(config, context.signal));
    await Promise.all(connections.map(work));
    if (failures.length === 0) state.currentlySyncing = undefined;
    if (mode === "sync") writer.state(state);
    await writer.flush();
    throwFirst(failures, plans.length);
  } finally {
    context.signal.removeEventListener("abort", close);
    close();
  }
}

interface StreamFailure {
  readonly stream: string;
  readonly error: UserError;
}

/** The error of one stream that lets the others go on; what ends the whole run is thrown. */
async function failureOf(work: () => Promise<void>): Promise<UserError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError) || FATAL_CODES.has(error.code)) throw error;
    return error;
  }
}

async function syncStream(
  run: StreamRun,
  mode: "sync" | "test" | "schema",
  log: Log,
): Promise<void> {
  const { plan, state, writer } = run;
  const startMs = Date.now();
  if (mode === "sync") {
    state.currentlySyncing = plan.id;
    writer.state(state);
  }
  writer.schema({
    stream: plan.stream,
    schema: plan.schema,
    key_properties: plan.keyProperties,
    ...(plan.replicationKey !== undefined && { bookmark_properties: [plan.replicationKey.name] }),
  });
  if (mode === "schema") return;
  const rowCount =
    plan.replicationKey === undefined
      ? await syncFullTable(run)
      : await syncIncremental(run, plan.replicationKey);
  if (mode === "sync") writer.state(state);
  await writer.flush();
  log.info("stream_done", { stream: plan.id, rows: rowCount, elapsedMs: Date.now() - startMs });
}

async function readTables(connection: SqlConnection): Promise<readonly TableInfo[]> {
  const ask = (sql: string): Promise<readonly CatalogRow[]> =>
    connection.query({ sql, parameters: {} });
  return tablesOfDatabase({
    schemas: await ask(catalogStatements.schemas),
    objects: await ask(catalogStatements.objects),
    columns: await ask(catalogStatements.columns),
    types: await ask(catalogStatements.types),
    indexes: await ask(catalogStatements.indexes),
    indexColumns: await ask(catalogStatements.indexColumns),
    rowCounts: await ask(catalogStatements.rowCounts),
    descriptions: await ask(catalogStatements.descriptions),
    database: await ask(catalogStatements.database),
  });
}

function interruptedFirst(
  plans: readonly StreamPlan[],
  currentlySyncing: string | undefined,
): readonly StreamPlan[] {
  return plans.toSorted(
    (left, right) => Number(right.id === currentlySyncing) - Number(left.id === currentlySyncing),
  );
}

function throwFirst(failures: readonly StreamFailure[], streamCount: number): void {
  const [first] = failures;
  if (first === undefined) return;
  const { error, stream } = first;
  throw new UserError(
    error.code,
    `${failures.length} of ${streamCount} streams failed, the first ${stream}: ${error.message}`,
    { cause: error, ...(error.hint !== undefined && { hint: error.hint }) },
  );
}
