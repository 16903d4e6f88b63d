/** A set of 128-bit hashes in one flat array: no object per entry. */
export class KeySet {
  #slots: Int32Array;
  #used: Uint8Array;
  #mask: number;
  #count = 0;

  constructor(expectedCount: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(16, expectedCount * 2)));
    this.#slots = new Int32Array(4 * capacity);
    this.#used = new Uint8Array(capacity);
    this.#mask = capacity - 1;
  }

  get size(): number {
    return this.#count;
  }

  /** Adds the four lanes at `offset`; false when they were in the set already. */
  add(lanes: Int32Array, offset: number): boolean {
    if (2 * this.#count > this.#mask) this.#grow();
    let slot = (lanes[offset] ?? 0) & this.#mask;
    while (this.#used[slot] === 1) {
      if (this.#equals(slot, lanes, offset)) return false;
      slot = (slot + 1) & this.#mask;
    }
    this.#used[slot] = 1;
    for (let lane = 0; lane < 4; lane++) this.#slots[4 * slot + lane] = lanes[offset + lane] ?? 0;
    this.#count += 1;
    return true;
  }

  #equals(slot: number, lanes: Int32Array, offset: number): boolean {
    const slots = this.#slots;
    return (
      slots[4 * slot] === lanes[offset] &&
      slots[4 * slot + 1] === lanes[offset + 1] &&
      slots[4 * slot + 2] === lanes[offset + 2] &&
      slots[4 * slot + 3] === lanes[offset + 3]
    );
  }

  #grow(): void {
    const slots = this.#slots;
    const used = this.#used;
    this.#mask = 2 * (this.#mask + 1) - 1;
    this.#slots = new Int32Array(4 * (this.#mask + 1));
    this.#used = new Uint8Array(this.#mask + 1);
    this.#count = 0;
    for (let slot = 0; slot < used.length; slot++) if (used[slot] === 1) this.add(slots, 4 * slot);
  }
}
