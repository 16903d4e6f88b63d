import type { RecordBatch } from "apache-arrow";
import { hashRows } from "../row-hash.ts";
import { KeyNumbers } from "./key-numbers.ts";
import { DELETED_AT, OPEN, timesOf, VALID_FROM, VALID_TO } from "./validity-columns.ts";

/** The rows of one batch as changes: `keys` numbers each row's key. */
interface Part {
  readonly keys: Int32Array;
  readonly content: Int32Array;
  readonly times: BigInt64Array;
  /** When the row was deleted, `OPEN` for a row that is there. */
  readonly deletedAt: BigInt64Array;
}

/** New versions out of one batch: rows of it, and the period in which each holds. */
interface Versions {
  readonly rows: Int32Array;
  readonly from: BigInt64Array;
  readonly to: BigInt64Array;
}

/** What the changes make of the keys' versions. */
export interface Outcome {
  /** For each batch, in the order in which they were added. */
  readonly versions: readonly Versions[];
  readonly openedCount: number;
}

/**
 * Works out the versions of rows: each change of a key ends the version before it and begins the next one, in the order
 * in which the changes came. First `add` every batch, then `found` what the table has, then ask for the outcome.
 *
 * A row equal to the current version changes nothing. Periods of one key never overlap and are never empty: a change
 * whose time is not after the start of the version before it begins one microsecond after that start.
 */
export class HistoryChanges {
  readonly #keyColumns: readonly string[];
  readonly #keys = new KeyNumbers();
  readonly #parts: Part[] = [];
  #contentColumns: readonly string[] = [];
  /** By key: 1 when the table has a current version, whose content and start are beside it. */
  #isOpen = new Uint8Array(0);
  #content = new Int32Array(0);
  #openedAt = new BigInt64Array(0);
  /** By key: when the table's current version ends; `OPEN` while it does not. */
  #closedAt = new BigInt64Array(0);

  constructor(keyColumns: readonly string[]) {
    this.#keyColumns = keyColumns;
  }

  /** Takes rows with their time in `VALID_FROM` and, where a row is deleted, its time in `DELETED_AT`. */
  add(batch: RecordBatch): void {
    const names = batch.schema.fields.map(({ name }) => name);
    this.#contentColumns = names.filter((name) => !name.startsWith("_sdc_"));
    const lanes = hashRows(batch, this.#keyColumns);
    const keys = new Int32Array(batch.numRows);
    for (let row = 0; row < keys.length; row++) keys[row] = this.#keys.add(lanes, 4 * row);
    this.#parts.push({
      keys,
      content: hashRows(batch, this.#contentColumns),
      times: timesOf(batch, VALID_FROM),
      deletedAt: timesOf(batch, DELETED_AT),
    });
  }

  /** Forgets what the table has: it is looked at anew. */
  reset(): void {
    const { size } = this.#keys;
    this.#isOpen = new Uint8Array(size);
    this.#content = new Int32Array(4 * size);
    this.#openedAt = new BigInt64Array(size);
    this.#closedAt = new BigInt64Array(size).fill(OPEN);
  }

  /** Takes up the current versions among rows of the table; true when it has some of the keys, or of others. */
  found(batch: RecordBatch): { readonly isKnown: boolean; readonly isOther: boolean } {
    const keys = this.#keysOf(batch);
    const content = hashRows(batch, this.#contentColumns);
    const from = timesOf(batch, VALID_FROM);
    let isKnown = false;
    let isOther = false;
    keys.forEach((key, row) => {
      if (key === CLOSED) return;
      if (key === UNKNOWN) {
        isOther = true;
        return;
      }
      isKnown = true;
      this.#isOpen[key] = 1;
      this.#openedAt[key] = from[row] ?? 0n;
      this.#content.set(content.subarray(4 * row, 4 * row + 4), 4 * key);
    });
    return { isKnown, isOther };
  }

  /** The versions that the changes make; `endsOf` then tells which of the table's end. */
  outcome(): Outcome {
    const walk = new Walk(this.#isOpen, this.#content, this.#openedAt, this.#closedAt);
    const versions = this.#parts.map((part, index) => walk.part(part, index));
    walk.settle(versions);
    return { versions, openedCount: versions.reduce((sum, { rows }) => sum + rows.length, 0) };
  }

  /**
   * For rows of the table, when each ends that is current and does not stay so; `undefined` when none does. With
   * `othersEndAt` current rows of keys without a change end, too.
   */
  endsOf(batch: RecordBatch, othersEndAt: bigint | undefined): BigInt64Array | undefined {
    const from = timesOf(batch, VALID_FROM);
    const ends = timesOf(batch, VALID_TO);
    let isChanged = false;
    this.#keysOf(batch).forEach((key, row) => {
      if (key === CLOSED) return;
      const start = from[row] ?? 0n;
      const end = key === UNKNOWN ? othersEndAt : this.#closedAt[key];
      if (end === undefined || end === OPEN) return;
      ends[row] = end > start ? end : start + 1n;
      isChanged = true;
    });
    return isChanged ? ends : undefined;
  }

  /** For rows of the table the number of each key, `UNKNOWN`, or `CLOSED` for a version that has ended. */
  #keysOf(batch: RecordBatch): Int32Array {
    const lanes = hashRows(batch, this.#keyColumns);
    const ends = timesOf(batch, VALID_TO);
    return Int32Array.from(ends, (end, row) =>
      end === OPEN ? this.#keys.find(lanes, 4 * row) : CLOSED,
    );
  }
}

const UNKNOWN = -1;
const CLOSED = -2;

/** Goes over the changes in order, with the state of each key. */
class Walk {
  readonly #isOpen: Uint8Array;
  readonly #content: Int32Array;
  /** By key: the least time at which the next change may happen. */
  readonly #floor: BigInt64Array;
  readonly #closedAt: BigInt64Array;
  /** By key: which new version is the current one, as its batch and its place there; -1 for the table's own. */
  readonly #openPart: Int32Array;
  readonly #openPlace: Int32Array;
  /** Ends of versions of batches that were passed already. */
  readonly #ends: { readonly part: number; readonly place: number; readonly at: bigint }[] = [];

  constructor(
    isOpen: Uint8Array,
    content: Int32Array,
    openedAt: BigInt64Array,
    closedAt: BigInt64Array,
  ) {
    this.#isOpen = isOpen.slice();
    this.#content = content.slice();
    this.#closedAt = closedAt.fill(OPEN);
    this.#floor = openedAt.map((time, key) => (isOpen[key] === 1 ? time + 1n : OPEN));
    this.#openPart = new Int32Array(isOpen.length).fill(-1);
    this.#openPlace = new Int32Array(isOpen.length);
  }

  part({ keys, content, times, deletedAt }: Part, index: number): Versions {
    const rows: number[] = [];
    const from: bigint[] = [];
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row] ?? 0;
      const deleted = deletedAt[row] ?? OPEN;
      const isOpen = this.#isOpen[key] === 1;
      const isGone = deleted !== OPEN;
      if (isGone ? !isOpen : isOpen && this.#isSame(key, content, 4 * row)) continue;
      const time = isGone ? deleted : (times[row] ?? 0n);
      const floor = this.#floor[key] ?? OPEN;
      const at = time > floor ? time : floor;
      if (isOpen) this.#close(key, at);
      this.#isOpen[key] = isGone ? 0 : 1;
      this.#floor[key] = isGone ? at : at + 1n;
      if (isGone) continue;
      this.#content.set(content.subarray(4 * row, 4 * row + 4), 4 * key);
      this.#openPart[key] = index;
      this.#openPlace[key] = rows.length;
      rows.push(row);
      from.push(at);
    }
    return {
      rows: Int32Array.from(rows),
      from: BigInt64Array.from(from),
      to: new BigInt64Array(rows.length).fill(OPEN),
    };
  }

  /** Writes the ends into the versions that have one. */
  settle(versions: readonly Versions[]): void {
    for (const { part, place, at } of this.#ends) {
      const ended = versions[part];
      if (ended !== undefined) ended.to[place] = at;
    }
  }

  #close(key: number, at: bigint): void {
    const part = this.#openPart[key] ?? -1;
    if (part === -1) this.#closedAt[key] = at;
    else this.#ends.push({ part, place: this.#openPlace[key] ?? 0, at });
    this.#openPart[key] = -1;
  }

  #isSame(key: number, content: Int32Array, offset: number): boolean {
    const own = this.#content;
    const first = 4 * key;
    return (
      own[first] === content[offset] &&
      own[first + 1] === content[offset + 1] &&
      own[first + 2] === content[offset + 2] &&
      own[first + 3] === content[offset + 3]
    );
  }
}
