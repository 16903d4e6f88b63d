import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DeltaTable, type HistoryEntry, type ObjectStore } from "delta-lake-ts";

/** So many of a table's newest commits are looked at first for those of this run, then four times as many. */
const COMMITS_FIRST = 4;

/** One commit of this run. */
interface ReportCommit {
  readonly version: number;
  readonly atMs: number;
  readonly rows: number;
  readonly deleted: number;
}

/** What a run counted of one stream's records, beside its rows. */
export interface RecordCounts {
  readonly rejected: number;
  /** By the source's own count; undefined where it does not tell. */
  readonly written: number | undefined;
  /** Whether what came in is not what the source wrote. */
  readonly differs: boolean;
}

/** What a run did to one stream; `table` is missing where there is no Delta table to be read. */
export interface StreamReport extends RecordCounts {
  readonly stream: string;
  readonly method: string;
  readonly received: number;
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
  { store, path }: { readonly store: ObjectStore; readonly path: string },
  run: { readonly id: string; readonly startedMs: number },
): Promise<StreamReport["table"]> {
  const table = await DeltaTable.open(store);
  if (table === undefined) return undefined;
  const commits = await commitsOf(table, run);
  return {
    path,
    version: table.version,
    rows: table.rowCount,
    files: table.fileCount,
    bytes: table.sizeBytes,
    commits,
    addedColumns: await addedColumns(store, table, commits[0]?.version),
  };
}

/** The commits of a run, oldest first: no more of the log is read than it takes to see one from before the run. */
async function commitsOf(
  table: DeltaTable,
  { id, startedMs }: { readonly id: string; readonly startedMs: number },
): Promise<readonly ReportCommit[]> {
  let limit = COMMITS_FIRST;
  let history = await table.history(limit);
  while (history.length === limit && (history.at(-1)?.timestamp ?? 0) >= startedMs) {
    limit *= 4;
    history = await table.history(limit);
  }
  const commits = history.filter((entry) => {
    const { singer } = entry;
    return (
      typeof singer === "object" && singer !== null && "runId" in singer && singer.runId === id
    );
  });
  return commits.map(commitOf).toReversed();
}

function commitOf({
  version,
  timestamp = 0,
  operationMetrics: metrics,
}: HistoryEntry): ReportCommit {
  const count = (name: string): number =>
    typeof metrics === "object" && metrics !== null ? Number(Reflect.get(metrics, name) ?? 0) : 0;
  return {
    version,
    atMs: timestamp,
    rows: count("numOutputRows") + count("numTargetRowsInserted") + count("numTargetRowsUpdated"),
    deleted: count("numTargetRowsDeleted"),
  };
}

async function addedColumns(
  store: ObjectStore,
  table: DeltaTable,
  firstVersion: number | undefined,
): Promise<readonly string[] | undefined> {
  if (firstVersion === undefined) return [];
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
