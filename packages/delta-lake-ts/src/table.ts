import type { RecordBatch } from "apache-arrow";
import type { AddFile, CommitInfo, Metadata, Protocol } from "./action.ts";
import { commitInfoOf } from "./conflict.ts";
import { readDataFile } from "./data-read.ts";
import { DeltaError } from "./error.ts";
import { findField, type StructType } from "./schema.ts";
import { type FullSnapshot, loadFullSnapshot, readCommit } from "./snapshot.ts";
import { parseStatistics } from "./stats/parse.ts";
import type { ObjectStore } from "./store.ts";

/** A commit's own record, with the version it made. */
export interface HistoryEntry extends CommitInfo {
  readonly version: number;
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
  async *files(): AsyncGenerator<AddFile> {
    yield* this.#snapshot.files.values();
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

  /** Every row, file by file; `columns` picks and orders. Columns that a file lacks are null. */
  async *read(options: { columns?: readonly string[] } = {}): AsyncGenerator<RecordBatch> {
    const { schema, metadata, files, properties } = this.#snapshot;
    const wanted = options.columns === undefined ? schema : pickColumns(schema, options.columns);
    const { partitionColumns } = metadata;
    const isMapped = properties.columnMappingMode === "name";
    for (const add of files.values()) {
      yield* readDataFile(this.#store, add, { schema: wanted, partitionColumns, isMapped });
    }
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
