/** Numbers 128-bit hashes from 0 on, in the order in which they first come; flat arrays, no object per entry. */
export class KeyNumbers {
  #lanes = new Int32Array(4 * 8);
  #slots = new Int32Array(16).fill(-1);
  #count = 0;

  /** Count of different hashes. */
  get size(): number {
    return this.#count;
  }

  /** The number of the four lanes at `offset`; -1 when they never came. */
  find(lanes: Int32Array, offset: number): number {
    return this.#slots[this.#slotOf(lanes, offset)] ?? -1;
  }

  /** The same, with the next number for lanes that come for the first time. */
  add(lanes: Int32Array, offset: number): number {
    const slot = this.#slotOf(lanes, offset);
    const known = this.#slots[slot] ?? -1;
    if (known !== -1) return known;
    const number = this.#count;
    this.#count += 1;
    if (4 * this.#count > this.#lanes.length) {
      const longer = new Int32Array(2 * this.#lanes.length);
      longer.set(this.#lanes);
      this.#lanes = longer;
    }
    for (let lane = 0; lane < 4; lane++) this.#lanes[4 * number + lane] = lanes[offset + lane] ?? 0;
    this.#slots[slot] = number;
    if (2 * this.#count > this.#slots.length) this.#spread();
    return number;
  }

  /** Where the lanes are, or the free place for them. */
  #slotOf(lanes: Int32Array, offset: number): number {
    const mask = this.#slots.length - 1;
    let slot = (lanes[offset] ?? 0) & mask;
    for (;;) {
      const number = this.#slots[slot] ?? -1;
      if (number === -1 || this.#equals(number, lanes, offset)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(number: number, lanes: Int32Array, offset: number): boolean {
    const own = this.#lanes;
    const first = 4 * number;
    return (
      own[first] === lanes[offset] &&
      own[first + 1] === lanes[offset + 1] &&
      own[first + 2] === lanes[offset + 2] &&
      own[first + 3] === lanes[offset + 3]
    );
  }

  /** Twice as many slots. */
  #spread(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(-1);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = (this.#lanes[4 * number] ?? 0) & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }
}
