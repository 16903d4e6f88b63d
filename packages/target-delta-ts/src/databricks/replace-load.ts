import type { RecordBatch } from "apache-arrow";
import { lastPerKey } from "../first-per-key.ts";
import { KeySet } from "../key-set.ts";
import type { Load, StreamRows } from "../load/load.ts";
import { hashRows } from "../row-hash.ts";
import type { TableColumns } from "../table-columns.ts";
import type { WarehouseContext } from "./load-context.ts";
import { replaceByMerge, replaceByNothing } from "./merge-statement.ts";
import { insertOverwrite, type PartsChoice, type StagedFiles } from "./statement.ts";

/** What becomes of rows that the new ones do not have: all rows go at once, or by their key, or they stay marked. */
export type MissingRows = "overwrite" | "delete" | "mark";

/** Keys remembered at most (as in load/staged.ts); beyond them any key may have come before. */
const KEYS_MAX = 2 ** 22 - 1;

/**
 * A full load in the making: its rows wait as files in the volume, until `activate` puts them in the place of the
 * table's rows in one commit. A load that is killed before that begins anew.
 */
export class ReplaceLoad implements Load {
  readonly #context: WarehouseContext;
  readonly #missing: MissingRows;
  readonly #parts: StagedFiles[] = [];
  #keyProperties: readonly string[] = [];
  #keys: readonly string[] = [];
  /** The keys of the parts so far; `undefined` once one came again, or there are too many. */
  #seen: KeySet | undefined = new KeySet(0);
  #held: RecordBatch[] = [];
  #heldBytes = 0;
  #takenRow = 0;
  #durableRow = 0;

  constructor(context: WarehouseContext, missing: MissingRows) {
    this.#context = context;
    this.#missing = missing;
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#heldBytes + this.#context.staging.heldBytes;
  }

  async setColumns(columns: TableColumns): Promise<void> {
    const { schema } = this.#context.table;
    if (!schema.isCurrent(columns)) await this.commit();
    schema.use(columns);
  }

  /** The key of the rows that follow, in the source's names; without one every row counts. */
  async setKeys(keyProperties: readonly string[]): Promise<void> {
    if (keyProperties.join("\0") !== this.#keyProperties.join("\0")) {
      await this.commit();
      if (this.#parts.length > 0) this.#seen = undefined;
    }
    this.#keyProperties = keyProperties;
    this.#keys = this.#context.table.keyColumns(keyProperties);
  }

  async write(rows: StreamRows): Promise<void> {
    const { table, staging } = this.#context;
    const batch = table.schema.conform(rows.batch);
    this.#takenRow = rows.firstRow + batch.numRows;
    if (this.#keys.length === 0) return await staging.write(batch, table.schema.schema);
    this.#held.push(batch);
    this.#heldBytes += rows.sizeBytes;
  }

  /** Frees memory; nothing is durable before `activate`. */
  async commit(): Promise<void> {
    const { table, staging } = this.#context;
    const held = this.#held.splice(0);
    this.#heldBytes = 0;
    for (const batch of lastPerKey(held, this.#keys)) {
      this.#remember(batch);
      await staging.write(batch, table.schema.schema);
    }
    const staged = await staging.upload(table.schema.schema);
    if (staged !== undefined) this.#parts.push(staged);
  }

  async activate(): Promise<void> {
    await this.commit();
    const { table, warehouse } = this.#context;
    if (this.#missing === "mark") table.addMark();
    await table.prepare();
    await warehouse.run(this.#statement());
    await this.discard();
    this.#durableRow = this.#takenRow;
  }

  /** Deletes the staged files. */
  async discard(): Promise<void> {
    const { staging, isKeepingFiles } = this.#context;
    const parts = this.#parts.splice(0);
    if (!isKeepingFiles) for (const staged of parts) await staging.remove(staged);
  }

  #statement(): string {
    const { name, schema } = this.#context.table;
    const choice: PartsChoice = this.#seen === undefined ? { repeatedKeys: this.#keys } : {};
    if (this.#missing === "overwrite")
      return insertOverwrite(name, schema.schema.fields, this.#parts, choice);
    const keepsDeleted = this.#missing === "mark";
    if (this.#parts.length === 0) return replaceByNothing(name, keepsDeleted);
    const present = new Set(this.#parts.flatMap(({ fields }) => fields.map((field) => field.name)));
    const fields = schema.schema.fields.filter((field) => present.has(field.name));
    const clearsMark = this.#context.table.clearsMark(fields);
    const statement = { keys: this.#keys, fields, keepsDeleted, clearsMark, ...choice };
    return replaceByMerge(name, this.#parts, statement);
  }

  #remember(batch: RecordBatch): void {
    if (this.#seen === undefined) return;
    const lanes = hashRows(batch, this.#keys);
    let isNew = this.#seen.size + batch.numRows <= KEYS_MAX;
    for (let row = 0; isNew && row < batch.numRows; row++) isNew = this.#seen.add(lanes, 4 * row);
    if (!isNew) this.#seen = undefined;
  }
}
