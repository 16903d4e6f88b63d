import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DeltaTable, type ObjectStore } from "delta-lake-ts";

/** How many of a table's newest commits are looked at for those of this run. */
const COMMITS_MAX = 500;

/** One commit of this run. */
interface ReportCommit {
  readonly version: number;
  readonly atMs: number;
  readonly operation: string;
  readonly rows: number;
  readonly deleted: number;
}

/** What a run did to one stream; `table` is missing where there is no Delta table to be read. */
export interface StreamReport {
  readonly stream: string;
  readonly method: string;
  readonly received: number;
  readonly rejected: number;
  readonly table?: {
    readonly path: string;
    readonly version: number;
    readonly rows: number | undefined;
    readonly files: number;
    readonly bytes: number;
    readonly commits: readonly ReportCommit[];
    /** Columns that the run added; `undefined` when the run made the table. */
    readonly addedColumns: readonly string[] | undefined;
  };
}

/** What a run did. */
export interface RunReport {
  readonly pipeline: string;
  readonly runId: string;
  readonly outcome: string;
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly streams: readonly StreamReport[];
}

/** Looks up what the run left in a table. */
export async function tableReport(
  store: ObjectStore,
  { path, runId }: { readonly path: string; readonly runId: string },
): Promise<StreamReport["table"]> {
  const table = await DeltaTable.open(store);
  if (table === undefined) return undefined;
  const commits: ReportCommit[] = [];
  for (const entry of await table.history(COMMITS_MAX)) {
    const singer: unknown = Reflect.get(entry, "singer");
    if (typeof singer !== "object" || singer === null || !("runId" in singer)) continue;
    if (singer.runId === runId) commits.unshift(commitOf(entry));
  }
  return {
    path,
    version: table.version,
    rows: table.rowCount,
    files: table.fileCount,
    bytes: table.sizeBytes,
    commits,
    addedColumns: await addedColumns(store, table, commits[0]?.version ?? table.version + 1),
  };
}

function commitOf(entry: { readonly version: number }): ReportCommit {
  const metrics: unknown = Reflect.get(entry, "operationMetrics");
  const count = (name: string): number =>
    typeof metrics === "object" && metrics !== null ? Number(Reflect.get(metrics, name) ?? 0) : 0;
  return {
    version: entry.version,
    atMs: Number(Reflect.get(entry, "timestamp") ?? 0),
    operation: String(Reflect.get(entry, "operation") ?? ""),
    rows: count("numOutputRows") + count("numTargetRowsInserted") + count("numTargetRowsUpdated"),
    deleted: count("numTargetRowsDeleted"),
  };
}

async function addedColumns(
  store: ObjectStore,
  table: DeltaTable,
  firstVersion: number,
): Promise<readonly string[] | undefined> {
  if (firstVersion === 0) return undefined;
  const before = await DeltaTable.open(store, { version: firstVersion - 1 });
  const names = new Set(before?.schema.fields.map(({ name }) => name));
  return table.schema.fields.map(({ name }) => name).filter((name) => !names.has(name));
}

/** Writes the page beside `file` and moves it there in one step. */
export async function writeReport(file: string, page: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(unfinished, page);
  await rename(unfinished, file);
}
