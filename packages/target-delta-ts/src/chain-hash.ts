import { hashDigits } from "./row-hash.ts";

/** A streaming 128-bit hash of row hashes in order; independent of how the rows are cut into batches. */
export class ChainHash {
  readonly #state = new Int32Array(4);

  /** Adds the rows from `first` to before `end`, four lanes each. */
  add(lanes: Int32Array, first: number, end: number): void {
    let [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = this.#state;
    for (let index = 4 * first; index < 4 * end; index += 4) {
      s0 = Math.imul(s0 ^ (lanes[index] ?? 0), 0x9e3779b1);
      s1 = Math.imul(s1 ^ (lanes[index + 1] ?? 0), 0x85ebca77);
      s2 = Math.imul(s2 ^ (lanes[index + 2] ?? 0), 0xc2b2ae3d);
      s3 = Math.imul(s3 ^ (lanes[index + 3] ?? 0), 0x27d4eb2f);
      s0 = (s0 + ((s1 << 13) | (s1 >>> 19))) | 0;
      s1 = (s1 + ((s2 << 17) | (s2 >>> 15))) | 0;
      s2 = (s2 + ((s3 << 5) | (s3 >>> 27))) | 0;
      s3 = (s3 + ((s0 << 11) | (s0 >>> 21))) | 0;
    }
    this.#state.set([s0, s1, s2, s3]);
  }

  /** 32 hexadecimal digits of the rows so far. */
  digits(): string {
    return hashDigits(this.#state);
  }

  reset(): void {
    this.#state.fill(0);
  }
}
