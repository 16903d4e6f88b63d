import { at } from "./value.ts";

/**
 * A small deterministic generator: xoshiro128** on 32-bit integers, so that every machine draws the same numbers.
 * Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
 */
export class Random {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  /** Two generators with the same seed and name draw the same numbers. */
  constructor(seed: number, name: string) {
    // FNV-1a over the name and the seed, then one splitmix32 step per word of the state.
    let hash = 0x811c9dc5 ^ seed;
    for (let index = 0; index < name.length; index++) {
      hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
    }
    this.#s0 = mixed(hash + 0x9e3779b9);
    this.#s1 = mixed(hash + 0x3c6ef372);
    this.#s2 = mixed(hash + 0xdaa66d2b);
    this.#s3 = mixed(hash + 0x78dde6e4);
  }

  /** An unsigned 32-bit integer. */
  next(): number {
    const product = Math.imul(this.#s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const s2 = this.#s2 ^ this.#s0;
    const s3 = this.#s3 ^ this.#s1;
    const shifted = this.#s1 << 9;
    this.#s1 ^= s2;
    this.#s0 ^= s3;
    this.#s2 = s2 ^ shifted;
    this.#s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /** An integer from 0 up to and without `limit`, which is at most 2^21 (the product stays exact). */
  below(limit: number): number {
    return Math.floor((this.next() * limit) / 0x1_0000_0000);
  }

  /** An integer from `first` to `last`, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True in `percent` of 100 draws. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** One of the values; there must be at least one. */
  pick<T>(values: readonly T[]): T {
    return at(values, this.below(values.length));
  }
}

/** One step of splitmix32. */
function mixed(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  const second = Math.imul(first ^ (first >>> 15), 0x735a2d97);
  return second ^ (second >>> 15);
}
