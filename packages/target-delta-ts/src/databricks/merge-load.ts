import type { RecordBatch } from "apache-arrow";
import { firstPerKey, lastPerKey } from "../first-per-key.ts";
import type { Load, StreamRows } from "../load/load.ts";
import type { TableColumns } from "../table-columns.ts";
import type { WarehouseContext } from "./load-context.ts";
import { DELETED_AT, mergeInto } from "./merge-statement.ts";

export interface MergeLoadOptions {
  readonly mode: "upsert" | "insert-only";
  readonly isHardDelete: boolean;
}

/** Brings rows in by their key: one MERGE per flush, in which the last row of a key wins. */
export class WarehouseMergeLoad implements Load {
  readonly #context: WarehouseContext;
  readonly #options: MergeLoadOptions;
  #keyProperties: readonly string[] = [];
  #keys: readonly string[] = [];
  #held: RecordBatch[] = [];
  #heldBytes = 0;
  #takenRow = 0;
  #durableRow = 0;

  constructor(context: WarehouseContext, options: MergeLoadOptions) {
    this.#context = context;
    this.#options = options;
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Rows of other columns are merged first: a batch has one schema, and order is kept. */
  async setColumns(columns: TableColumns): Promise<void> {
    const { schema } = this.#context.table;
    if (!schema.isCurrent(columns)) await this.commit();
    schema.use(columns);
  }

  /** The key of the rows that follow, in the source's names. */
  async setKeys(keyProperties: readonly string[]): Promise<void> {
    if (keyProperties.join("\0") !== this.#keyProperties.join("\0")) await this.commit();
    this.#keyProperties = keyProperties;
    this.#keys = this.#context.table.keyColumns(keyProperties);
  }

  write(rows: StreamRows): Promise<void> {
    const batch = this.#context.table.schema.conform(rows.batch);
    this.#held.push(batch);
    this.#heldBytes += rows.sizeBytes;
    this.#takenRow = rows.firstRow + batch.numRows;
    return Promise.resolve();
  }

  async commit(): Promise<void> {
    const { table, staging, warehouse, isKeepingFiles } = this.#context;
    const choose = this.#options.mode === "upsert" ? lastPerKey : firstPerKey;
    // A MERGE fails when two rows of its source have the same key.
    for (const batch of choose(this.#held.splice(0), this.#keys))
      await staging.write(batch, table.schema.schema);
    this.#heldBytes = 0;
    const staged = await staging.upload(table.schema.schema);
    if (staged !== undefined) {
      // Rows that are marked as deleted must not come in with the others.
      const mayCreate =
        !this.#options.isHardDelete || staged.fields.every(({ name }) => name !== DELETED_AT);
      const isCreated = mayCreate && (await table.createFrom(staged));
      if (!isCreated) {
        await table.prepare();
        await warehouse.run(
          mergeInto(table.name, staged, {
            ...this.#options,
            keys: this.#keys,
            clearsMark: table.clearsMark(staged.fields),
          }),
        );
      }
      if (!isKeepingFiles) await staging.remove(staged);
    }
    this.#durableRow = this.#takenRow;
  }
}
