import type { RecordBatch } from "apache-arrow";
import type { ContractFilter } from "./contract-filter.ts";
import { keylessRows } from "./load/key-columns.ts";
import type { TableContext } from "./load/table-context.ts";
import { keptRows, type RejectedRow, recordText } from "./rejected-row.ts";
import { RowNumbers } from "./row-numbers.ts";

/** Takes the records out of a stream's batches that its table may not have, and keeps both ways to count the rows. */
export class RowSieve {
  readonly #context: TableContext;
  /** Absent where nothing is ever rejected. */
  readonly #numbers: RowNumbers | undefined;
  readonly #rejectsKeyless: boolean;

  /** `rejectsKeyless`: records without a key are rejected; else the load ends the run. */
  constructor(context: TableContext, rejectsKeyless: boolean) {
    this.#context = context;
    this.#rejectsKeyless = rejectsKeyless;
    const isRejecting = rejectsKeyless || Object.values(context.contract).includes("reject");
    if (isRejecting) this.#numbers = new RowNumbers();
  }

  /**
   * The records that the contract rejects, and those without a key where only `keys` could find them again; none are
   * given for a load that does not look for them.
   */
  rejects(
    batch: RecordBatch,
    contract: ContractFilter | undefined,
    keys: readonly string[],
  ): readonly RejectedRow[] {
    const byContract = contract?.rejects(batch) ?? [];
    if (!this.#rejectsKeyless || keys.length === 0) return byContract;
    const known = new Set(byContract.map(({ row }) => row));
    const { partitionColumns } = this.#context.parts;
    const keyless = keylessRows(batch, { keys, partitionColumns })
      .filter(({ row }) => !known.has(row))
      .map(({ row, key, what }) => ({
        row,
        reason: `key column ${key} is ${what}`,
        text: recordText(batch, row),
      }));
    return [...byContract, ...keyless].toSorted((left, right) => left.row - right.row);
  }

  /** The rows that pass, as the load counts them; the others go to the rejects. */
  async keep(
    batch: RecordBatch,
    firstRow: number,
    rejects: readonly RejectedRow[],
  ): Promise<{ readonly batch: RecordBatch; readonly firstRow: number }> {
    const numbers = this.#numbers;
    if (numbers === undefined) return { batch, firstRow };
    const { takenCount } = numbers;
    const kept = keptRows(batch, rejects);
    numbers.add(firstRow, batch.numRows, kept.rows);
    const { stream } = this.#context;
    for (const { row, reason, text } of rejects)
      await this.#context.reject({ stream, reason, text, recordNumber: firstRow + row + 1 });
    return { batch: kept.batch, firstRow: takenCount };
  }

  /** Of the rows received before `row` those that passed. */
  passed(row: number): number {
    return this.#numbers?.taken(row) ?? row;
  }

  /** How many rows were received up to where `row` of those that passed begins. */
  received(row: number): number {
    return this.#numbers?.received(row) ?? row;
  }

  /** Forgets what lies before `row` of those received. */
  forget(row: number): void {
    this.#numbers?.forget(row);
  }
}
