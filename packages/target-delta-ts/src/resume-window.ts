import { type BatchLink, joinTails } from "./batch-link.ts";
import { ChainHash } from "./chain-hash.ts";
import { hashDigits } from "./row-hash.ts";

/** How many rows from before a restart point a tap may send again (an inclusive bookmark's ties). */
const OVERLAP_ROWS_MAX = 64;

/** Rows that repeat what was committed by chance, and not because they are sent again, are fewer than these. */
const TRUSTED_ROWS = 1000;

export interface ResumeWindowOptions {
  /**
   * For rows that may come back to an earlier content, as the changes of a key: rows count as sent again only when they
   * repeat all that was committed from their place on, or very many rows of it.
   */
  readonly isStrict?: boolean;
}

/** A way to read the rows as a repetition: `offset` known rows, then the rows of link `link`, and so on. */
interface Candidate {
  readonly offset: number;
  readonly link: number;
}

/**
 * Recognises at the start of a run the rows of one stream that an earlier run has committed already.
 *
 * Rows are given with `add`; the first `droppedCount` of them are known to be committed. While the window is open the
 * rows after those are undecided and have to be held; once it is closed they are new. Source: delta.md §1.20.
 */
export class ResumeWindow {
  readonly #chain: readonly BatchLink[];
  /** Row hashes of the undecided rows, four lanes each. */
  #held: Int32Array[] = [];
  #heldCount = 0;
  #droppedCount = 0;
  #isOpen: boolean;
  /** The next link to compare with, once the place in the chain is found. */
  #following: number | undefined;
  /** Held rows that repeat links, and are not dropped yet because that may be chance. */
  #matchedCount = 0;
  readonly #isStrict: boolean;
  #isTrusted: boolean;

  /** `chain`: the links of the stream's earlier commits, oldest first. */
  constructor(chain: readonly BatchLink[], { isStrict = false }: ResumeWindowOptions = {}) {
    this.#isStrict = isStrict;
    this.#isTrusted = !isStrict;
    const lastEnd = chain.findLastIndex((link) => link.end === true);
    this.#chain = chain.slice(lastEnd + 1).filter((link) => link.n > 0);
    this.#isOpen = this.#chain.length > 0;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Gives the hashes of the next rows, four lanes each, and decides as much as can be. */
  add(lanes: Int32Array): void {
    if (!this.#isOpen || lanes.length === 0) return;
    this.#held.push(lanes);
    this.#heldCount += lanes.length / 4;
    this.#decide(false);
  }

  /** No further row comes: what is undecided is new, save for known rows at its start. */
  close(): void {
    if (this.#isOpen) this.#decide(true);
    this.#isOpen = false;
    this.#held = [];
  }

  #decide(isEnd: boolean): void {
    if (this.#following === undefined) this.#seek(isEnd);
    while (this.#isOpen && this.#following !== undefined) {
      const link = this.#chain[this.#following];
      this.#isTrusted ||= link === undefined || this.#matchedCount >= TRUSTED_ROWS;
      if (this.#isTrusted) this.#dropMatched();
      if (link === undefined) return this.#finish();
      const end = this.#matchedCount + link.n;
      if (this.#heldCount < end) return isEnd ? this.#finish() : undefined;
      if (this.#hash(this.#matchedCount, end) !== link.h) return this.#finish();
      this.#matchedCount = end;
      this.#following += 1;
    }
  }

  #seek(isEnd: boolean): void {
    let isWaiting = false;
    for (const candidate of this.#candidates()) {
      const link = this.#chain[candidate.link];
      if (link === undefined) continue;
      if (this.#heldCount < candidate.offset + link.n) {
        isWaiting = true;
      } else if (this.#hash(candidate.offset, candidate.offset + link.n) === link.h) {
        this.#matchedCount = candidate.offset + link.n;
        this.#following = candidate.link + 1;
        return;
      }
    }
    const isOverlapOpen =
      this.#heldCount < OVERLAP_ROWS_MAX && this.#leadingKnown() === this.#heldCount;
    if (isEnd || !(isWaiting || isOverlapOpen)) {
      const tail = this.#tailBefore(this.#chain.length);
      this.#drop(this.#isStrict ? this.#leadingTail(tail) : this.#leadingKnown(tail));
      this.#finish();
    }
  }

  /** Newest links first: a restart from the last printed STATE is the likely one. */
  #candidates(): Candidate[] {
    const candidates: Candidate[] = [];
    const offsetMax = Math.min(OVERLAP_ROWS_MAX, this.#heldCount - 1);
    const leading = Array.from({ length: offsetMax + 1 }, (_row, row) => this.#digits(row));
    for (let link = this.#chain.length - 1; link >= 0; link--) {
      const first = this.#chain[link]?.f;
      const tail = new Set(this.#tailBefore(link));
      for (let offset = 0; offset <= offsetMax; offset++) {
        if (leading[offset] === first) candidates.push({ offset, link });
        if (!tail.has(leading[offset] ?? "")) break;
      }
    }
    return candidates;
  }

  /** The last rows committed before link `index`. */
  #tailBefore(index: number): readonly string[] {
    const last = this.#chain[index - 1]?.tail ?? [];
    return joinTails(this.#chain[index - 2]?.tail ?? [], last);
  }

  /** How many leading rows are in `tail`, or in any link's tail. */
  #leadingKnown(tail?: readonly string[]): number {
    const known = new Set(tail ?? this.#chain.flatMap((link) => link.tail));
    const limit = Math.min(this.#heldCount, OVERLAP_ROWS_MAX);
    let row = 0;
    while (row < limit && known.has(this.#digits(row))) row += 1;
    return row;
  }

  /** How many leading rows are the very last ones of `tail`, in its order. */
  #leadingTail(tail: readonly string[]): number {
    const limit = Math.min(this.#heldCount, tail.length);
    const leading = Array.from({ length: limit }, (_row, row) => this.#digits(row));
    for (let count = limit; count > 0; count--) {
      const last = tail.slice(-count);
      if (last.every((digits, row) => digits === leading[row])) return count;
    }
    return 0;
  }

  #dropMatched(): void {
    this.#drop(this.#matchedCount);
    this.#matchedCount = 0;
  }

  #finish(): void {
    this.#isOpen = false;
    this.#held = [];
    this.#heldCount = 0;
  }

  #drop(rowCount: number): void {
    this.#droppedCount += rowCount;
    this.#heldCount -= rowCount;
    let left = 4 * rowCount;
    while (left > 0) {
      const first = this.#held.shift();
      if (first === undefined) throw new Error("more rows dropped than held");
      if (first.length > left) this.#held.unshift(first.subarray(left));
      left -= Math.min(left, first.length);
    }
  }

  #hash(first: number, end: number): string {
    const chain = new ChainHash();
    let start = 0;
    for (const lanes of this.#held) {
      const count = lanes.length / 4;
      const from = Math.max(first - start, 0);
      const to = Math.min(end - start, count);
      if (from < to) chain.add(lanes, from, to);
      start += count;
    }
    return chain.digits();
  }

  #digits(row: number): string {
    let start = 0;
    for (const lanes of this.#held) {
      const count = lanes.length / 4;
      if (row < start + count) return hashDigits(lanes, 4 * (row - start));
      start += count;
    }
    throw new Error(`row ${row} is not held`);
  }
}
