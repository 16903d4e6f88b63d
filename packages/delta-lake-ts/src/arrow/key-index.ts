import type { Data, RecordBatch } from "apache-arrow";
import { hashKeys, isSameKey, type KeyColumn, keyColumn, keyMask } from "./key-column.ts";

/** One batch of indexed rows, its key columns laid out. */
interface IndexedBatch {
  readonly columns: readonly KeyColumn[];
  /** Row number, over all batches, of the batch's first row. */
  readonly firstRow: number;
}

/** Slots per row: half-empty tables keep the chains short. */
const SLOTS_PER_ROW = 2;

/**
 * Finds rows by key: an open-addressing hash over typed arrays. Rows are numbered over all batches, from 0.
 * A key that occurs again replaces the earlier row; rows whose key has a null are never found.
 */
export class KeyIndex {
  readonly rowCount: number;
  /** 1 for rows whose key came again later: those are never found. */
  readonly superseded: Uint8Array;
  readonly #batches: readonly IndexedBatch[];
  readonly #batchOfRow: Uint32Array;
  readonly #hashes: Uint32Array;
  /** Row number + 1, or 0 for an empty slot. */
  readonly #slots: Uint32Array;

  /** `keys` are column indexes; all batches have one schema. */
  constructor(batches: readonly RecordBatch[], keys: readonly number[]) {
    this.rowCount = batches.reduce((sum, { numRows }) => sum + numRows, 0);
    this.superseded = new Uint8Array(this.rowCount);
    this.#batchOfRow = new Uint32Array(this.rowCount);
    this.#hashes = new Uint32Array(this.rowCount);
    const slotCount = 2 ** Math.ceil(Math.log2(Math.max(16, this.rowCount * SLOTS_PER_ROW)));
    this.#slots = new Uint32Array(slotCount);
    let firstRow = 0;
    const indexed: IndexedBatch[] = [];
    this.#batches = indexed;
    for (const [batchIndex, batch] of batches.entries()) {
      const data = keyData(batch, keys);
      const columns = data.map((column, index) => keyColumn(column, keyName(batch, keys, index)));
      indexed.push({ columns, firstRow });
      this.#batchOfRow.fill(batchIndex, firstRow, firstRow + batch.numRows);
      this.#hashes.set(hashKeys(columns, batch.numRows), firstRow);
      this.#insertBatch(indexed.length - 1, batch.numRows, keyMask(data));
      firstRow += batch.numRows;
    }
  }

  /** For each row of a foreign batch: the number of the indexed row with its key, or -1. */
  probe(batch: RecordBatch, keys: readonly number[]): Int32Array {
    const data = keyData(batch, keys);
    const columns = data.map((column, index) => keyColumn(column, keyName(batch, keys, index)));
    const mask = keyMask(data);
    const hashes = hashKeys(columns, batch.numRows);
    const found = new Int32Array(batch.numRows).fill(-1);
    for (let row = 0; row < found.length; row += 1) {
      if (mask !== undefined && mask[row] === 0) continue;
      found[row] = (this.#slots[this.#findSlot(hashes[row] ?? 0, columns, row)] ?? 0) - 1;
    }
    return found;
  }

  #insertBatch(batchIndex: number, rowCount: number, mask: Uint8Array | undefined): void {
    const batch = this.#batches[batchIndex];
    if (batch === undefined) throw new Error(`there is no batch ${batchIndex}`);
    for (let row = 0; row < rowCount; row += 1) {
      if (mask !== undefined && mask[row] === 0) continue;
      const number = batch.firstRow + row;
      const slot = this.#findSlot(this.#hashes[number] ?? 0, batch.columns, row);
      const earlier = (this.#slots[slot] ?? 0) - 1;
      if (earlier !== -1) this.superseded[earlier] = 1;
      this.#slots[slot] = number + 1;
    }
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  #findSlot(hash: number, columns: readonly KeyColumn[], row: number): number {
    const last = this.#slots.length - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number === -1) return slot;
      if (this.#hashes[number] !== hash) continue;
      const batch = this.#batches[this.#batchOfRow[number] ?? 0];
      if (batch !== undefined && isSameKey(batch.columns, number - batch.firstRow, columns, row)) {
        return slot;
      }
    }
  }
}

function keyData(batch: RecordBatch, keys: readonly number[]): Data[] {
  return keys.map((key) => {
    const data = batch.data.children[key];
    if (data === undefined) throw new Error(`the batch has no column ${key}`);
    return data;
  });
}

function keyName(batch: RecordBatch, keys: readonly number[], index: number): string {
  return batch.schema.fields[keys[index] ?? -1]?.name ?? `#${index}`;
}
