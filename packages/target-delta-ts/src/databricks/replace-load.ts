import type { Load, StreamRows } from "../load/load.ts";
import type { TableColumns } from "../table-columns.ts";
import type { WarehouseContext } from "./load-context.ts";
import { insertOverwrite, type StagedFiles } from "./statement.ts";

/**
 * A full load in the making: its rows wait as files in the volume, until `activate` puts them in the place of the
 * table's rows in one commit. A load that is killed before that begins anew.
 */
export class ReplaceLoad implements Load {
  readonly #context: WarehouseContext;
  readonly #parts: StagedFiles[] = [];
  #takenRow = 0;
  #durableRow = 0;

  constructor(context: WarehouseContext) {
    this.#context = context;
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#context.staging.heldBytes;
  }

  async setColumns(columns: TableColumns): Promise<void> {
    const { schema } = this.#context.table;
    if (!schema.isCurrent(columns)) await this.commit();
    schema.use(columns);
  }

  async write(rows: StreamRows): Promise<void> {
    const { table, staging } = this.#context;
    const batch = table.schema.conform(rows.batch);
    await staging.write(batch, table.schema.schema);
    this.#takenRow = rows.firstRow + batch.numRows;
  }

  /** Frees memory; nothing is durable before `activate`. */
  async commit(): Promise<void> {
    const { table, staging } = this.#context;
    const staged = await staging.upload(table.schema.schema);
    if (staged !== undefined) this.#parts.push(staged);
  }

  async activate(): Promise<void> {
    await this.commit();
    const { table, staging, warehouse, isKeepingFiles } = this.#context;
    await table.prepare();
    await warehouse.run(insertOverwrite(table.name, table.schema.schema.fields, this.#parts));
    const parts = this.#parts.splice(0);
    if (!isKeepingFiles) for (const staged of parts) await staging.remove(staged);
    this.#durableRow = this.#takenRow;
  }
}
