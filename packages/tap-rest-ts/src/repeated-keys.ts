import type { RecordPage } from "./page.ts";

/** Keys of one generation; two generations are remembered, in 8 MB at most. */
const generationKeysMax = 2 ** 18;

/**
 * Finds records that come again on a later page, by their keys: an API that sorts without a unique key, or whose rows
 * move, sends one record twice and another not at all, and its count is right all the same. Remembers hashes of the last
 * 262,144 keys at least, so memory does not grow with the stream; that a false alarm comes by chance is less likely than
 * one in a hundred thousand per hundred million records.
 */
export class RepeatedKeys {
  readonly #generationMax: number;
  readonly #keys: readonly Uint8Array[];
  #current = new HashSet();
  #old: HashSet | undefined;
  #low = 0;
  #high = 0;

  constructor(keys: readonly string[], generationMax = generationKeysMax) {
    this.#generationMax = generationMax;
    const encoder = new TextEncoder();
    this.#keys = keys.map((key) => encoder.encode(JSON.stringify(key).slice(1, -1)));
  }

  /** How many records of the page have keys of a page before; remembers the page. A record without a key doesn't count. */
  observe(page: RecordPage): number {
    const { recordCount } = page;
    const hashes = new Uint32Array(recordCount * 2);
    let repeats = 0;
    for (let index = 0; index < recordCount; index++) {
      if (!this.#hash(page, index)) continue;
      hashes[index * 2] = this.#low;
      hashes[index * 2 + 1] = this.#high;
      const isKnown =
        this.#current.has(this.#low, this.#high) || this.#old?.has(this.#low, this.#high) === true;
      if (isKnown) repeats++;
    }
    if (this.#current.size + recordCount > this.#generationMax) {
      this.#old = this.#current;
      this.#current = new HashSet();
    }
    for (let at = 0; at < hashes.length; at += 2)
      this.#current.add(hashes[at] ?? 0, hashes[at + 1] ?? 0);
    return repeats;
  }

  /** Leaves the hash of a record's keys in `#low` and `#high`; false when it has not all of them. Source: cyrb53. */
  #hash(page: RecordPage, index: number): boolean {
    let low = 0xdeadbeef;
    let high = 0x41c6ce57;
    for (const key of this.#keys) {
      const text = page.member(index, key);
      if (text === undefined) return false;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        low = Math.imul(low ^ code, 2654435761);
        high = Math.imul(high ^ code, 1597334677);
      }
      // Parts the keys: 1, 23 is not 12, 3.
      low = Math.imul(low ^ 0xffff, 2654435761);
      high = Math.imul(high ^ 0xffff, 1597334677);
    }
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    // A pair of zeros marks an empty place.
    this.#low = (low >>> 0) | 1;
    this.#low >>>= 0;
    this.#high = high >>> 0;
    return true;
  }
}

/** Pairs of 32 bits by open addressing, never more than half full; a pair whose first part is 0 is no member. */
class HashSet {
  #pairs = new Uint32Array(2 * 1024);
  size = 0;

  has(low: number, high: number): boolean {
    return this.#pairs[this.#place(low, high)] !== 0;
  }

  add(low: number, high: number): void {
    if (low === 0) return;
    if ((this.size + 1) * 4 > this.#pairs.length) this.#grow();
    const place = this.#place(low, high);
    if (this.#pairs[place] !== 0) return;
    this.#pairs[place] = low;
    this.#pairs[place + 1] = high;
    this.size++;
  }

  /** Where the pair lies, or the empty place where it would. */
  #place(low: number, high: number): number {
    const pairs = this.#pairs;
    const mask = pairs.length - 2;
    let place = (high << 1) & mask;
    while (pairs[place] !== 0 && (pairs[place] !== low || pairs[place + 1] !== high))
      place = (place + 2) & mask;
    return place;
  }

  #grow(): void {
    const old = this.#pairs;
    this.#pairs = new Uint32Array(old.length * 2);
    this.size = 0;
    for (let at = 0; at < old.length; at += 2) this.add(old[at] ?? 0, old[at + 1] ?? 0);
  }
}
