import { backslash } from "../token.ts";

/** `find` for a name that no column has. */
const unknownName = -1;
/** `find` for what may be a name only after its escapes are decoded. */
export const notAName = -2;

/** Finds names by their UTF-8 bytes, without making a string. */
export class NameTable {
  readonly #names: readonly Uint8Array[];
  /** Open addressing: 1 + the index of a name, 0 for an empty slot. */
  readonly #slots: Uint16Array;
  readonly #mask: number;

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name, "utf8"));
    let size = 8;
    while (size < names.length * 2) size *= 2;
    this.#slots = new Uint16Array(size);
    this.#mask = size - 1;
    this.#names.forEach((name, index) => {
      let slot = hash(name, 0, name.length) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = index + 1;
    });
  }

  /** The index of the name in `start..end`, `unknownName`, or `notAName` when it has an escape. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let slot = hash(bytes, start, end) & this.#mask;
    for (;;) {
      const index = (this.#slots[slot] ?? 0) - 1;
      if (index < 0) return bytes.subarray(start, end).includes(backslash) ? notAName : unknownName;
      const name = this.#names[index];
      if (name !== undefined && isSame(name, bytes, start, end)) return index;
      slot = (slot + 1) & this.#mask;
    }
  }
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let p = start; p < end; p++) value = Math.imul(value ^ (bytes[p] ?? 0), 0x01000193);
  return value >>> 0;
}

function isSame(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) {
    if (name[i] !== bytes[start + i]) return false;
  }
  return true;
}
