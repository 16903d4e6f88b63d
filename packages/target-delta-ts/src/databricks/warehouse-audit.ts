import type { AuditRun, LoadEntry } from "../audit.ts";
import { literal } from "./sql-text.ts";
import type { Row, Warehouse } from "./warehouse.ts";

/** What one run did to one stream's table, whose quoted name is `name`. */
type AuditedTable = Omit<LoadEntry, "store"> & { readonly name: string };

/** The same columns as in a folder's `_sdc_loads` (audit.ts). */
const COLUMNS =
  "run_id STRING, stream STRING, table_path STRING, load_method STRING, rows_received BIGINT, table_rows BIGINT, table_version BIGINT, table_files BIGINT, table_bytes BIGINT, started_at TIMESTAMP, finished_at TIMESTAMP";

/** Adds one row for each stream of a run that ended well, by one INSERT. */
export async function writeWarehouseAudit(
  warehouse: Warehouse,
  auditTable: string,
  { run, tables }: { readonly run: AuditRun; readonly tables: readonly AuditedTable[] },
): Promise<void> {
  if (tables.length === 0) return;
  const rows: string[] = [];
  for (const table of tables) rows.push(await auditRow(warehouse, run, table));
  await warehouse.run(`CREATE TABLE IF NOT EXISTS ${auditTable} (${COLUMNS}) USING DELTA`);
  // A lost answer must not count a run twice.
  const isNew = `NOT EXISTS (SELECT 1 FROM ${auditTable} WHERE run_id = ${literal(run.id)})`;
  const names = COLUMNS.replaceAll(/ [A-Z]+/g, "");
  await warehouse.run(
    `INSERT INTO ${auditTable} SELECT * FROM VALUES\n${rows.join(",\n")} AS v(${names})\nWHERE ${isNew}`,
  );
}

async function auditRow(warehouse: Warehouse, run: AuditRun, table: AuditedTable): Promise<string> {
  const [counted] = await warehouse.run(
    `SELECT CAST(count(*) AS STRING) AS row_count FROM ${table.name}`,
  );
  const [newest] = await warehouse.run(`DESCRIBE HISTORY ${table.name} LIMIT 1`);
  const [detail] = await warehouse.run(`DESCRIBE DETAIL ${table.name}`);
  const values = [
    literal(run.id),
    literal(table.stream),
    literal(table.path),
    literal(table.method),
    `${table.rowCount}L`,
    long(counted, "row_count"),
    long(newest, "version"),
    long(detail, "numFiles"),
    long(detail, "sizeInBytes"),
    time(run.startedMs),
    time(run.finishedMs),
  ];
  return `(${values.join(", ")})`;
}

/** A number of an answer, as SQL writes it. */
function long(row: Row | undefined, name: string): string {
  const value = Number(row?.[name]);
  return Number.isSafeInteger(value) ? `${value}L` : "CAST(NULL AS BIGINT)";
}

function time(atMs: number): string {
  return `TIMESTAMP ${literal(new Date(atMs).toISOString())}`;
}
