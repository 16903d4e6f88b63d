import type { RecordBatch } from "apache-arrow";
import { conformBatch } from "../arrow/conform.ts";
import { KeyIndex } from "../arrow/key-index.ts";
import { RowRuns } from "../arrow/row-runs.ts";
import { takeRuns } from "../arrow/take.ts";
import { deltaToArrow } from "../arrow/type.ts";
import { DeltaError } from "../error.ts";
import { type DeltaType, findField, type StructField, type StructType } from "../schema.ts";

/** What became of a row of the source. */
export const RowFate = { waiting: 0, matched: 1, placed: 2, deleted: 3 } as const;

/** Rows to merge; `deletes` has a 1 for each that deletes its match, and is undefined when none does. */
export interface SourceRows {
  readonly batch: RecordBatch;
  readonly deletes: Uint8Array | undefined;
}

/** A key column, by its place in the schema. */
export interface KeyField {
  readonly index: number;
  readonly name: string;
  readonly type: DeltaType;
  readonly field: StructField;
}

/** The rows to merge: conformed to the table's schema, numbered over all batches, and found by key. */
export class MergeSource {
  readonly batches: readonly RecordBatch[];
  /** The table's, as it is after the merge. */
  readonly schema: StructType;
  readonly keys: readonly KeyField[];
  readonly index: KeyIndex;
  /** One {@link RowFate} a row. */
  readonly fates: Uint8Array;
  /** 1 for rows that delete their match. */
  readonly deletes: Uint8Array;
  readonly #firstRows: readonly number[];

  constructor(source: readonly SourceRows[], schema: StructType, keys: readonly string[]) {
    const arrowSchema = deltaToArrow(schema);
    this.schema = schema;
    this.batches = source.map(({ batch }) => conformBatch(batch, arrowSchema));
    this.keys = keyFields(schema, keys);
    this.index = new KeyIndex(
      this.batches,
      this.keys.map(({ index }) => index),
    );
    const { rowCount } = this.index;
    // An earlier row of a repeated key counts as settled: the last one holds.
    this.fates = this.index.superseded.map((flag) =>
      flag === 1 ? RowFate.deleted : RowFate.waiting,
    );
    this.deletes = new Uint8Array(rowCount);
    this.#firstRows = firstRows(this.batches);
    for (const [index, { deletes }] of source.entries()) {
      if (deletes !== undefined) this.deletes.set(deletes, this.#firstRows[index]);
    }
  }

  /** Copies rows, in the order of `rows`, into one batch; undefined when there are none. */
  take(rows: ArrayLike<number>): RecordBatch | undefined {
    const [first, ...others] = this.batches;
    if (rows.length === 0 || first === undefined) return undefined;
    const runs = new RowRuns();
    let batchIndex = 0;
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index] ?? 0;
      if (!this.#holds(batchIndex, row)) batchIndex = this.#batchOf(row);
      runs.add(batchIndex, row - (this.#firstRows[batchIndex] ?? 0));
    }
    return takeRuns([first, ...others], runs);
  }

  /** Rows that come in as things stand: no match has settled them, no later row has their key, and they delete nothing. */
  waitingRows(): Uint32Array {
    const rows = new Uint32Array(this.fates.length);
    let count = 0;
    for (let row = 0; row < rows.length; row += 1) {
      if (this.fates[row] === RowFate.waiting && this.deletes[row] === 0) rows[count++] = row;
    }
    return rows.subarray(0, count);
  }

  #holds(batchIndex: number, row: number): boolean {
    const first = this.#firstRows[batchIndex] ?? 0;
    return row >= first && row < (this.#firstRows[batchIndex + 1] ?? this.index.rowCount);
  }

  #batchOf(row: number): number {
    let low = 0;
    let high = this.#firstRows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firstRows[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The key columns; E_SCHEMA_MISMATCH when there are none or the schema lacks one. */
export function keyFields(schema: StructType, keys: readonly string[]): KeyField[] {
  if (keys.length === 0) throw new DeltaError("E_SCHEMA_MISMATCH", "a merge needs a key column");
  return keys.map((key) => {
    const field = findField(schema, key);
    if (field === undefined) {
      throw new DeltaError("E_SCHEMA_MISMATCH", `key column ${key} is not in the table's schema`);
    }
    return { index: schema.fields.indexOf(field), name: field.name, type: field.type, field };
  });
}

function firstRows(batches: readonly RecordBatch[]): number[] {
  let next = 0;
  return batches.map(({ numRows }) => {
    const first = next;
    next += numRows;
    return first;
  });
}
