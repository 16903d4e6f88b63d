/** Places for runs at first; the list doubles. */
const CAPACITY = 64;

/**
 * An order of rows out of several batches, as runs of rows that lie one behind the other: most copies are of long runs,
 * and each column copies them without looking at single rows.
 */
export class RowRuns {
  /** Runs so far. */
  count = 0;
  /** Rows in all runs so far. */
  rowCount = 0;
  /** For each run the number of its batch, its first row there, and its rows. */
  sources = new Uint32Array(CAPACITY);
  starts = new Uint32Array(CAPACITY);
  lengths = new Uint32Array(CAPACITY);

  /** The rows of one batch at `indexes`, in that order. */
  static of(indexes: Int32Array | Uint32Array): RowRuns {
    const runs = new RowRuns();
    for (let index = 0; index < indexes.length; index += 1) runs.add(0, indexes[index] ?? 0);
    return runs;
  }

  /** Appends rows of a batch; rows that go on where the last run ended make it longer. */
  add(source: number, start: number, length = 1): void {
    if (length === 0) return;
    const last = this.count - 1;
    this.rowCount += length;
    if (
      last >= 0 &&
      this.sources[last] === source &&
      (this.starts[last] ?? 0) + (this.lengths[last] ?? 0) === start
    ) {
      this.lengths[last] = (this.lengths[last] ?? 0) + length;
      return;
    }
    if (this.count === this.sources.length) this.#grow();
    this.sources[this.count] = source;
    this.starts[this.count] = start;
    this.lengths[this.count] = length;
    this.count += 1;
  }

  /** Bytes that belong to the rows, one each, in the order of the runs. */
  takeBytes(sources: readonly Uint8Array[]): Uint8Array {
    const taken = new Uint8Array(this.rowCount);
    for (let run = 0, place = 0; run < this.count; run += 1) {
      const start = this.starts[run] ?? 0;
      const length = this.lengths[run] ?? 0;
      const source = sources[this.sources[run] ?? 0];
      if (source !== undefined) taken.set(source.subarray(start, start + length), place);
      place += length;
    }
    return taken;
  }

  #grow(): void {
    const double = (array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(array.length * 2);
      grown.set(array);
      return grown;
    };
    this.sources = double(this.sources);
    this.starts = double(this.starts);
    this.lengths = double(this.lengths);
  }
}
