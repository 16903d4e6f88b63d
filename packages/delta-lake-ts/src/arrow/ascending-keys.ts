import type { KeyColumn } from "./key-column.ts";

/** A column of whole numbers. */
export type WordColumn = Extract<KeyColumn, { type: "words" }>;

/** The keys of one column of whole numbers, in ascending order: finds rows that ascend, too, without hashing each. */
export class AscendingKeys {
  /** As doubles, which keep the order; long ones that differ may become equal. */
  readonly #keys: Float64Array;

  constructor(parts: readonly { readonly column: WordColumn; readonly rowCount: number }[]) {
    this.#keys = new Float64Array(parts.reduce((sum, { rowCount }) => sum + rowCount, 0));
    let place = 0;
    for (const { column, rowCount } of parts) {
      const { words, width } = column;
      for (let row = 0; row < rowCount; row += 1) this.#keys[place++] = valueAt(words, width, row);
    }
    if (!isAscending(this.#keys)) this.#keys.sort();
  }

  /** Rows of an ascending column that may have one of the keys, ascending, at the start of `target`. */
  find({ words, width }: WordColumn, rowCount: number, target: Uint32Array): Uint32Array {
    const keys = this.#keys;
    let count = 0;
    let row = 0;
    let index = lowerBound(keys, valueAt(words, width, 0));
    while (index < keys.length && row < rowCount) {
      const key = keys[index] ?? 0;
      row = firstRowFrom(words, width, { row, rowCount, key });
      for (; row < rowCount && valueAt(words, width, row) === key; row += 1) target[count++] = row;
      index += 1;
    }
    return target.subarray(0, count);
  }
}

/** Whether no row's value is below that of the row before it. */
export function isAscendingColumn({ words, width }: WordColumn, rowCount: number): boolean {
  return width === 2 ? isAscendingLongs(words, rowCount) : isAscending(words.subarray(0, rowCount));
}

/** Plain 32-bit comparisons, without a double a row: each row of a scan for keys comes by here. */
function isAscendingLongs(words: Int32Array, rowCount: number): boolean {
  let highBefore = -0x80_00_00_00;
  let lowBefore = -0x80_00_00_00;
  for (let row = 0; row < rowCount; row += 1) {
    const high = words[row * 2 + 1] ?? 0;
    // Without its sign the lower word compares as signed ones do.
    const low = (words[row * 2] ?? 0) ^ 0x80_00_00_00;
    if (high < highBefore || (high === highBefore && low < lowBefore)) return false;
    highBefore = high;
    lowBefore = low;
  }
  return true;
}

function isAscending(values: Float64Array | Int32Array): boolean {
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? 0) < (values[index - 1] ?? 0)) return false;
  }
  return true;
}

/** The value of a whole number of one or two words, the lower one first. */
function valueAt(words: Int32Array, width: number, row: number): number {
  return width === 2
    ? (words[row * 2 + 1] ?? 0) * 4_294_967_296 + ((words[row * 2] ?? 0) >>> 0)
    : (words[row] ?? 0);
}

/** The first row, from `row` on, whose value is not below `key`: strides that double, then halves. */
function firstRowFrom(
  words: Int32Array,
  width: number,
  { row, rowCount, key }: { row: number; rowCount: number; key: number },
): number {
  let low = row;
  let stride = 1;
  while (low + stride < rowCount && valueAt(words, width, low + stride) < key) {
    low += stride;
    stride *= 2;
  }
  let high = Math.min(rowCount, low + stride);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(words, width, middle) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lowerBound(keys: Float64Array, value: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
