import type { RecordBatch } from "apache-arrow";
import type { AddFile, CommitInfo, Metadata, Protocol } from "./action.ts";
import { physicalName } from "./column-mapping.ts";
import { commitInfoOf } from "./conflict.ts";
import { readDataFile } from "./data-read.ts";
import { DeltaError } from "./error.ts";
import { findField, type StructType } from "./schema.ts";
import { type FullSnapshot, loadFullSnapshot, readCommit } from "./snapshot.ts";
import { parseStatistics } from "./stats/parse.ts";
import { columnRanges, mayContain } from "./stats/prune.ts";
import type { ObjectStore } from "./store.ts";

/** A commit's own record, with the version it made. */
export interface HistoryEntry extends CommitInfo {
  readonly version: number;
}

/** Which live files are wanted: those that statistics do not rule out. */
export interface FileFilter {
  /** Files that may hold a row whose value in each of these columns lies between the least and greatest of the batches. */
  readonly near?: { readonly batches: readonly RecordBatch[]; readonly columns: readonly string[] };
  /** Files that may hold a row without a value in this column. */
  readonly nullIn?: string;
}

/** One version of a table, for reading. */
export class DeltaTable {
  readonly #store: ObjectStore;
  readonly #snapshot: FullSnapshot;

  private constructor(store: ObjectStore, snapshot: FullSnapshot) {
    this.#store = store;
    this.#snapshot = snapshot;
  }

  /** Opens the newest version, or `version`. Undefined only when the folder has no Delta log; trouble is an error. */
  static async open(
    store: ObjectStore,
    options: { version?: number } = {},
  ): Promise<DeltaTable | undefined> {
    const snapshot = await loadFullSnapshot(store, options);
    return snapshot === undefined ? undefined : new DeltaTable(store, snapshot);
  }

  /** The table as a snapshot that is loaded already has it. */
  static ofSnapshot(store: ObjectStore, snapshot: FullSnapshot): DeltaTable {
    return new DeltaTable(store, snapshot);
  }

  get version(): number {
    return this.#snapshot.version;
  }

  get schema(): StructType {
    return this.#snapshot.schema;
  }

  get metadata(): Metadata {
    return this.#snapshot.metadata;
  }

  get protocol(): Protocol {
    return this.#snapshot.protocol;
  }

  get fileCount(): number {
    return this.#snapshot.files.size;
  }

  get sizeBytes(): number {
    let total = 0;
    for (const { size } of this.#snapshot.files.values()) total += size;
    return total;
  }

  /** Live rows by the files' statistics; undefined when a file has none. */
  get rowCount(): number | undefined {
    let total = 0;
    for (const { stats, deletionVector } of this.#snapshot.files.values()) {
      const { rowCount } = parseStatistics(stats);
      if (rowCount === undefined) return undefined;
      total += rowCount - (deletionVector?.cardinality ?? 0);
    }
    return total;
  }

  /** The live files, oldest first. */
  async *files(filter: FileFilter = {}): AsyncGenerator<AddFile> {
    const ranges = this.#ranges(filter.near);
    const nulls = filter.nullIn === undefined ? undefined : this.#storedName(filter.nullIn);
    for (const add of this.#snapshot.files.values()) {
      const hasNone = nulls !== undefined && parseStatistics(add.stats).nullCount[nulls] === 0;
      if (!hasNone && mayContain(add, ranges)) yield add;
    }
  }

  /** The newest transaction that an application committed here. */
  appTransaction(appId: string): { version: number } | undefined {
    const found = this.#snapshot.transactions.get(appId);
    return found === undefined ? undefined : { version: Number(found.version) };
  }

  /** Commits, newest first, as far back as the log is kept, at most `limit`. */
  async history(limit = Number.POSITIVE_INFINITY): Promise<HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for (let version = this.version; version >= 0 && entries.length < limit; version -= 1) {
      const actions = await readCommit(this.#store, version);
      if (actions === undefined) break;
      entries.push({ ...commitInfoOf(actions), version });
    }
    return entries;
  }

  /** Every row, or those of some live files, file by file; `columns` picks and orders. Columns that a file lacks are null. */
  async *read(
    options: { columns?: readonly string[]; files?: readonly AddFile[] } = {},
  ): AsyncGenerator<RecordBatch> {
    const { schema, metadata, properties } = this.#snapshot;
    const wanted = options.columns === undefined ? schema : pickColumns(schema, options.columns);
    const { partitionColumns } = metadata;
    const isMapped = properties.columnMappingMode === "name";
    for (const add of options.files ?? this.#snapshot.files.values()) {
      yield* readDataFile(this.#store, add, { schema: wanted, partitionColumns, isMapped });
    }
  }

  /** Partition columns have no statistics; neither has a column that the batches do not. */
  #ranges(near: FileFilter["near"]): ReturnType<typeof columnRanges> {
    if (near === undefined) return [];
    const columns = near.columns.flatMap((column) => {
      const field = findField(this.schema, column);
      const fields = near.batches[0]?.schema.fields ?? [];
      const index = fields.findIndex(({ name }) => name === column);
      if (field === undefined || index === -1) return [];
      return [{ index, name: this.#storedName(field.name), type: field.type }];
    });
    return columnRanges(near.batches, columns);
  }

  #storedName(column: string): string {
    const field = findField(this.schema, column);
    const isMapped = this.#snapshot.properties.columnMappingMode === "name";
    return field !== undefined && isMapped ? physicalName(field) : column;
  }
}

function pickColumns(schema: StructType, columns: readonly string[]): StructType {
  const fields = columns.map((name) => {
    const field = findField(schema, name);
    if (field === undefined) {
      throw new DeltaError("E_SCHEMA_MISMATCH", `the table has no column ${name}`);
    }
    return field;
  });
  return { type: "struct", fields };
}
