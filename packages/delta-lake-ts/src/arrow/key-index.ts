import type { Data, RecordBatch } from "apache-arrow";
import { AscendingKeys, isAscendingColumn, type WordColumn } from "./ascending-keys.ts";
import { hashKeys, hashRows, isSameKey, type KeyColumn, keyColumn, keyMask } from "./key-column.ts";

/** One batch of indexed rows, its key columns laid out. */
interface IndexedBatch {
  readonly columns: readonly KeyColumn[];
  readonly rowCount: number;
  /** Row number, over all batches, of the batch's first row. */
  readonly firstRow: number;
}

/** Slots per row: half-empty tables keep the chains short. */
const SLOTS_PER_ROW = 2;
/** Both words of a slot lie together, so that a foreign key costs one look into memory. */
const SLOT_WORDS = 2;
/** Bits per row of the filter before the slots, two of them set: two in a hundred foreign keys pass it in vain. */
const FILTER_BITS_PER_ROW = 16;

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
  /** Two words a slot: the hash, and the row number + 1, or 0 where the slot is empty. */
  readonly #slots: Uint32Array;
  /** One bit for each hash that is there. It fits the processor's cache where the slots do not. */
  readonly #filter: Uint32Array;
  /** Hashes of the batch that is probed, and its rows that pass the filter: one buffer each for all batches. */
  #scratch = new Uint32Array();
  #passing = new Uint32Array();
  /** Made for the first batch whose keys ascend, as in tables that were loaded in the order of their keys. */
  #ascending: AscendingKeys | undefined;

  /** `keys` are column indexes; all batches have one schema. */
  constructor(batches: readonly RecordBatch[], keys: readonly number[]) {
    this.rowCount = batches.reduce((sum, { numRows }) => sum + numRows, 0);
    this.superseded = new Uint8Array(this.rowCount);
    this.#batchOfRow = new Uint32Array(this.rowCount);
    const slotCount = 2 ** Math.ceil(Math.log2(Math.max(16, this.rowCount * SLOTS_PER_ROW)));
    this.#slots = new Uint32Array(slotCount * SLOT_WORDS);
    this.#filter = new Uint32Array((slotCount / SLOTS_PER_ROW) * (FILTER_BITS_PER_ROW / 32));
    let firstRow = 0;
    const indexed: IndexedBatch[] = [];
    this.#batches = indexed;
    for (const [batchIndex, batch] of batches.entries()) {
      const data = keyData(batch, keys);
      const columns = data.map((column, index) => keyColumn(column, keyName(batch, keys, index)));
      indexed.push({ columns, rowCount: batch.numRows, firstRow });
      this.#batchOfRow.fill(batchIndex, firstRow, firstRow + batch.numRows);
      const hashes = hashKeys(columns, batch.numRows, new Uint32Array(batch.numRows));
      this.#insertBatch(indexed.length - 1, hashes, keyMask(data));
      firstRow += batch.numRows;
    }
  }

  /** The rows of a foreign batch whose keys are here, ascending, and the number of the indexed row of each. */
  probe(batch: RecordBatch, keys: readonly number[]): { rows: Uint32Array; matches: Int32Array } {
    const data = keyData(batch, keys);
    const columns = data.map((column, index) => keyColumn(column, keyName(batch, keys, index)));
    const mask = keyMask(data);
    if (this.#scratch.length < batch.numRows) {
      this.#scratch = new Uint32Array(batch.numRows);
      this.#passing = new Uint32Array(batch.numRows);
    }
    const rows = this.#candidates(columns, batch.numRows, mask !== undefined).slice();
    const hashes = this.#scratch;
    const matches = new Int32Array(rows.length);
    let count = 0;
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index] ?? 0;
      if (mask !== undefined && mask[row] === 0) continue;
      const match = (this.#slots[this.#findSlot(hashes[row] ?? 0, columns, row) + 1] ?? 0) - 1;
      if (match === -1) continue;
      rows[count] = row;
      matches[count] = match;
      count += 1;
    }
    return { rows: rows.subarray(0, count), matches: matches.subarray(0, count) };
  }

  /** Rows that may have a key, and their hashes in the scratch buffer, each at its row. */
  #candidates(columns: readonly KeyColumn[], rowCount: number, hasNulls: boolean): Uint32Array {
    const [column] = columns;
    if (columns.length === 1 && !hasNulls && isOrdered(column)) {
      if (isAscendingColumn(column, rowCount)) {
        this.#ascending ??= this.#sortKeys();
        const rows = this.#ascending.find(column, rowCount, this.#passing);
        hashRows(column, rows, this.#scratch);
        return rows;
      }
    }
    return passFilter(hashKeys(columns, rowCount, this.#scratch), this.#filter, this.#passing);
  }

  #sortKeys(): AscendingKeys {
    return new AscendingKeys(
      this.#batches.flatMap(({ columns: [column], rowCount }) =>
        isOrdered(column) ? [{ column, rowCount }] : [],
      ),
    );
  }

  #insertBatch(batchIndex: number, hashes: Uint32Array, mask: Uint8Array | undefined): void {
    const batch = this.#batches[batchIndex];
    if (batch === undefined) throw new Error(`there is no batch ${batchIndex}`);
    for (let row = 0; row < hashes.length; row += 1) {
      if (mask !== undefined && mask[row] === 0) continue;
      const hash = hashes[row] ?? 0;
      const place = (hash >>> 5) & (this.#filter.length - 1);
      this.#filter[place] = (this.#filter[place] ?? 0) | filterBits(hash);
      const slot = this.#findSlot(hash, batch.columns, row);
      const earlier = (this.#slots[slot + 1] ?? 0) - 1;
      if (earlier !== -1) this.superseded[earlier] = 1;
      this.#slots[slot] = hash;
      this.#slots[slot + 1] = batch.firstRow + row + 1;
    }
  }

  /** Where the slot that holds the key begins, or the empty one where it belongs. */
  #findSlot(hash: number, columns: readonly KeyColumn[], row: number): number {
    const slots = this.#slots;
    const last = slots.length - SLOT_WORDS;
    for (let slot = (hash * SLOT_WORDS) & last; ; slot = (slot + SLOT_WORDS) & last) {
      const number = (slots[slot + 1] ?? 0) - 1;
      if (number === -1) return slot;
      if (slots[slot] !== hash) continue;
      const batch = this.#batches[this.#batchOfRow[number] ?? 0];
      if (batch !== undefined && isSameKey(batch.columns, number - batch.firstRow, columns, row)) {
        return slot;
      }
    }
  }
}

function isOrdered(column: KeyColumn | undefined): column is WordColumn {
  return column?.type === "words" && column.width <= 2;
}

/**
 * The rows whose hash may be here, at the start of `target`. A loop of its own over three arrays: most foreign keys go
 * here, faster than looking into the slots (bench/delta, "merge").
 */
function passFilter(hashes: Uint32Array, filter: Uint32Array, target: Uint32Array): Uint32Array {
  const last = filter.length - 1;
  let count = 0;
  for (let row = 0; row < hashes.length; row += 1) {
    const hash = hashes[row] ?? 0;
    const bits = filterBits(hash);
    if (((filter[(hash >>> 5) & last] ?? 0) & bits) === bits) target[count++] = row;
  }
  return target.subarray(0, count);
}

/** The two bits of a hash in its word of the filter; the word's place uses other bits of it. */
function filterBits(hash: number): number {
  return (1 << (hash & 31)) | (1 << (hash >>> 27));
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
