import type { RecordBatch } from "apache-arrow";
import { DeltaTable, merge } from "delta-lake-ts";
import { commitError } from "../commit-error.ts";
import { firstPerKey } from "../first-per-key.ts";
import type { TableColumns } from "../table-columns.ts";
import { checkKeyTypes, requireKeys, tableKeys } from "./key-columns.ts";
import type { CommitMoment, Load, StreamRows } from "./load.ts";
import { partsOf, widenOf } from "./part-writer.ts";
import { StreamSchema } from "./stream-schema.ts";
import { commitInfo, type TableContext } from "./table-context.ts";

export interface MergeOptions {
  readonly mode: "upsert" | "insert-only";
  /** Rows whose `_sdc_deleted_at` has a value leave the table. */
  readonly isHardDelete: boolean;
}

/** Brings rows into the table by their key: in one commit per flush, the last row of a key wins. */
export class MergeLoad implements Load {
  readonly #context: TableContext;
  readonly #options: MergeOptions;
  readonly #schema: StreamSchema;
  readonly #partitionColumns: readonly string[];
  #isCreated: boolean;
  #keyProperties: readonly string[] = [];
  #keys: readonly string[] = [];
  #held: RecordBatch[] = [];
  #heldBytes = 0;
  #takenRow = 0;
  #durableRow = 0;

  private constructor(context: TableContext, options: MergeOptions, table: DeltaTable | undefined) {
    this.#context = context;
    this.#options = options;
    const parts = partsOf(table, context.parts);
    this.#partitionColumns = parts.partitionColumns;
    this.#schema = new StreamSchema(
      context.stream,
      table?.schema ?? context.initialSchema,
      context.contract,
      widenOf(parts),
    );
    this.#isCreated = table !== undefined;
  }

  static async open(context: TableContext, options: MergeOptions): Promise<MergeLoad> {
    return new MergeLoad(context, options, await DeltaTable.open(context.store));
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Rows of other columns or keys are merged first: a batch has one schema, and order is kept. */
  async setColumns(columns: TableColumns): Promise<void> {
    if (!this.#schema.isCurrent(columns)) await this.#merge();
    this.#schema.use(columns);
  }

  /** The key of the rows that follow, in the source's names. */
  async setKeys(keyProperties: readonly string[]): Promise<void> {
    if (keyProperties.join("\0") !== this.#keyProperties.join("\0")) await this.#merge();
    this.#keyProperties = keyProperties;
    this.#keys = tableKeys(this.#context.stream, keyProperties, this.#schema);
    checkKeyTypes(this.#context.stream, this.#keys, this.#schema);
  }

  write(rows: StreamRows): Promise<void> {
    const batch = this.#schema.conform(rows.batch);
    requireKeys(this.#context.stream, batch, {
      keys: this.#keys,
      partitionColumns: this.#partitionColumns,
      firstRow: rows.firstRow,
    });
    this.#held.push(batch);
    this.#heldBytes += rows.sizeBytes;
    this.#takenRow = rows.firstRow + batch.numRows;
    return Promise.resolve();
  }

  async commit(_moment: CommitMoment): Promise<void> {
    await this.#merge();
  }

  async #merge(): Promise<void> {
    if (this.#held.length === 0) return;
    const { mode, isHardDelete } = this.#options;
    // A merge takes the last row of a key; of rows that are only inserted, the first one counts.
    const source = mode === "upsert" ? this.#held : firstPerKey(this.#held, this.#keys);
    const { store, stream, path, parts } = this.#context;
    const { schema, changed } = this.#schema;
    try {
      await merge(store, {
        source,
        keys: this.#keys,
        mode,
        keeps: this.#schema.missing,
        compression: parts.compression,
        fileSizeBytes: parts.fileSizeBytes,
        commitInfo: commitInfo(this.#context),
        ...(isHardDelete ? { deleteWhen: isDeleted } : {}),
        ...(changed === undefined || !this.#isCreated ? {} : { schema: changed }),
        configuration: parts.configuration,
        ...(parts.encodeWorker === undefined ? {} : { encodeWorker: parts.encodeWorker }),
        ...(this.#isCreated
          ? {}
          : { createIfMissing: { schema, partitionColumns: parts.partitionColumns } }),
      });
    } catch (error) {
      throw commitError(error, stream, path);
    }
    this.#isCreated = true;
    this.#schema.committed();
    this.#held = [];
    this.#heldBytes = 0;
    this.#durableRow = this.#takenRow;
  }
}

function isDeleted(batch: RecordBatch, row: number): boolean {
  return batch.getChild("_sdc_deleted_at")?.isValid(row) ?? false;
}
