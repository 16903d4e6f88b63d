import { Schema } from "apache-arrow";
import {
  append,
  arrowToDelta,
  buildBatch,
  DataFileWriter,
  DeltaTable,
  type ObjectStore,
} from "delta-lake-ts";
import type { Column } from "singer-sdk-ts";
import { arrowField } from "singer-sdk-ts/columnar";
import type { RecordCounts } from "./report.ts";

/** The table's folder below the target's `path`. */
export const AUDIT_TABLE = "_sdc_loads";

/** What one run did to one stream's table. */
export interface LoadEntry {
  readonly stream: string;
  readonly path: string;
  readonly method: string;
  readonly rowCount: number;
  readonly records: RecordCounts;
  /** Order-free, 128 bits, of the rows given to the table. */
  readonly checksum: string | undefined;
  /** The stream's table, as the run leaves it. */
  readonly store: ObjectStore;
}

export interface AuditRun {
  readonly id: string;
  readonly startedMs: number;
  readonly finishedMs: number;
}

const columns: readonly Column[] = [
  { name: "run_id", type: { type: "string" }, nullable: false },
  { name: "stream", type: { type: "string" }, nullable: false },
  { name: "table_path", type: { type: "string" }, nullable: false },
  { name: "load_method", type: { type: "string" }, nullable: false },
  { name: "rows_received", type: { type: "integer", bits: 64 }, nullable: false },
  { name: "table_rows", type: { type: "integer", bits: 64 }, nullable: true },
  { name: "table_version", type: { type: "integer", bits: 64 }, nullable: true },
  { name: "table_files", type: { type: "integer", bits: 64 }, nullable: true },
  { name: "table_bytes", type: { type: "integer", bits: 64 }, nullable: true },
  { name: "rows_rejected", type: { type: "integer", bits: 64 }, nullable: true },
  { name: "rows_checksum", type: { type: "string" }, nullable: true },
  { name: "rows_written", type: { type: "integer", bits: 64 }, nullable: true },
  { name: "started_at", type: { type: "timestamp" }, nullable: false },
  { name: "finished_at", type: { type: "timestamp" }, nullable: false },
];

/** Adds one row for each stream of a run that ended well, in one commit; `store` is rooted at the audit table. */
export async function writeAudit(
  store: ObjectStore,
  run: AuditRun,
  entries: readonly LoadEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows: Record<string, unknown>[] = [];
  for (const entry of entries) rows.push(await auditRow(run, entry));
  const arrowSchema = new Schema(columns.map(arrowField));
  const schema = arrowToDelta(arrowSchema);
  const writer = new DataFileWriter(store, { schema });
  await writer.write(buildBatch(arrowSchema, rows));
  const files = await writer.close();
  const isThere = (await DeltaTable.open(store)) !== undefined;
  await append(store, files, {
    // A table of an earlier release lacks columns.
    ...(isThere ? { schema } : { createIfMissing: { schema } }),
    commitInfo: { singer: { runId: run.id } },
  });
}

async function auditRow(run: AuditRun, entry: LoadEntry): Promise<Record<string, unknown>> {
  const table = await DeltaTable.open(entry.store);
  const long = (value: number | undefined) => (value === undefined ? null : BigInt(value));
  return {
    run_id: run.id,
    stream: entry.stream,
    table_path: entry.path,
    load_method: entry.method,
    rows_received: BigInt(entry.rowCount),
    table_rows: long(table?.rowCount),
    table_version: long(table?.version),
    table_files: long(table?.fileCount),
    table_bytes: long(table?.sizeBytes),
    rows_rejected: BigInt(entry.records.rejected),
    rows_checksum: entry.checksum ?? null,
    rows_written: long(entry.records.written),
    started_at: BigInt(run.startedMs) * 1000n,
    finished_at: BigInt(run.finishedMs) * 1000n,
  };
}
