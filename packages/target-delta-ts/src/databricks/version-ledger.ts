import { createLedger } from "./batch-ledger.ts";
import { literal } from "./sql-text.ts";
import type { Warehouse } from "./warehouse.ts";

/** Keeps which version of a stream's rows is live, in the table in which appended batches are noted. */
export class VersionLedger {
  readonly #warehouse: Warehouse;
  readonly #table: string;
  readonly #appId: string;

  constructor(warehouse: Warehouse, names: { readonly table: string; readonly appId: string }) {
    this.#warehouse = warehouse;
    this.#table = names.table;
    this.#appId = names.appId;
  }

  /** The live version; `undefined` while none was activated. */
  async read(): Promise<number | undefined> {
    await this.#warehouse.run(createLedger(this.#table));
    const [row] = await this.#warehouse.run(
      `SELECT CAST(max(sequence) AS STRING) AS version FROM ${this.#table} WHERE app_id = ${literal(this.#appId)}`,
    );
    const version = row?.["version"];
    return typeof version === "string" ? Number(version) : undefined;
  }

  /** Notes a version after its rows have become the table's: a run that is killed before does both again. */
  async record(version: number): Promise<void> {
    await this.#warehouse.run(
      `INSERT INTO ${this.#table} VALUES (${literal(this.#appId)}, ${version}, true, NULL, NULL)`,
    );
  }
}
