import { ChainHash } from "./chain-hash.ts";
import { hashDigits } from "./row-hash.ts";

/**
 * The identity of consecutive rows of one stream, kept in the commit that holds them.
 * A run that follows a crash recognises by it what the tap sends a second time (delta.md §1.20).
 */
export interface BatchLink {
  /** Count of rows. */
  readonly n: number;
  /** Hash of the rows in order. */
  readonly h: string;
  /** Hash of the first row. */
  readonly f: string;
  /** Hashes of the last rows: a tap with an inclusive bookmark sends some of them again. */
  readonly tail: readonly string[];
  /** The run ended here on purpose, and the stream has no bookmark: whatever comes next is a new load. */
  readonly end?: true;
}

/** How many of a link's last rows are recognised when they are sent again. */
const TAIL_ROWS = 64;

/** Builds links from row hashes as the rows pass. */
export class LinkBuilder {
  readonly #chain = new ChainHash();
  #rowCount = 0;
  #first = "";
  #tail: string[] = [];

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Adds the rows from `first` to before `end` of `lanes`. */
  add(lanes: Int32Array, first: number, end: number): void {
    if (first >= end) return;
    if (this.#rowCount === 0) this.#first = hashDigits(lanes, 4 * first);
    this.#chain.add(lanes, first, end);
    this.#rowCount += end - first;
    for (let row = Math.max(first, end - TAIL_ROWS); row < end; row++) {
      this.#tail.push(hashDigits(lanes, 4 * row));
    }
    this.#tail = this.#tail.slice(-TAIL_ROWS);
  }

  /** The link of the rows so far; the next row starts a new one. */
  cut(): BatchLink | undefined {
    if (this.#rowCount === 0) return undefined;
    const link = { n: this.#rowCount, h: this.#chain.digits(), f: this.#first, tail: this.#tail };
    this.#chain.reset();
    this.#rowCount = 0;
    this.#tail = [];
    return link;
  }
}

/** The last rows of `last` after those of `earlier`: what a tap may send again after both. */
export function joinTails(earlier: readonly string[], last: readonly string[]): readonly string[] {
  return [...earlier, ...last].slice(-TAIL_ROWS);
}

/** Reads links that a commit carries; anything else is no link. */
export function parseLinks(value: unknown): readonly BatchLink[] {
  return Array.isArray(value) ? value.filter(isBatchLink) : [];
}

function isBatchLink(value: unknown): value is BatchLink {
  return (
    typeof value === "object" &&
    value !== null &&
    "n" in value &&
    typeof value.n === "number" &&
    "h" in value &&
    typeof value.h === "string" &&
    "f" in value &&
    typeof value.f === "string" &&
    "tail" in value &&
    Array.isArray(value.tail)
  );
}
