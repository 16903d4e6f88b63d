import type { ByteSource } from "../byte-source.ts";
import { matchSpelling, type Spelling, spell } from "../spelling.ts";
import {
  closeBrace,
  comma,
  letterN,
  skipColon,
  skipSpace,
  skipString,
  skipValue,
  skipWord,
} from "../token.ts";
import type { ColumnBuilder } from "./column-builder.ts";
import { NameTable, notAName } from "./name-table.ts";
import { compileStraightScan, type ExpectedMember, type StraightScan } from "./straight-scan.ts";

/** Objects read before their order is taken for the usual one, and compiled. */
const objectsBeforeCompiling = 500;
/**
 * Objects of more members are read by the loop: their compiled code was no faster, and V8's compilers took 75 MB more
 * for 500 members (bench/target/memory).
 */
const compiledMembersMax = 64;
/** The compiled order is given up when more than one object in this many differs. */
const surpriseShare = 8;

/** Most times that the spelling of one member's name is learned anew; beyond it the name is looked up. */
const lessonsMax = 64;

/**
 * Reads the members of an object into their columns. It expects each member to follow the one it
 * followed last time, spelled as last time (`"name": ` with its spaces), and compares four bytes a
 * step; on surprise it looks the name up by its bytes.
 */
export class MemberScanner {
  readonly #builders: readonly ColumnBuilder[];
  readonly #names: NameTable;
  /** For each column, and at the end for the start of the object: the column that came next. */
  readonly #next: Uint16Array;
  readonly #spellings: (Spelling | undefined)[];
  /** For each column: the stamp of the object that filled it last. */
  readonly #filled: Float64Array;
  #stamp = 0;
  #straight: StraightScan | undefined;
  #objects = 0;
  #surprises = 0;

  constructor(columns: readonly { readonly name: string; readonly builder: ColumnBuilder }[]) {
    this.#builders = columns.map((column) => column.builder);
    this.#names = new NameTable(columns.map((column) => column.name));
    this.#next = new Uint16Array(columns.length + 1);
    for (let i = 0; i < columns.length; i++) this.#next[i] = i + 1;
    this.#spellings = columns.map(() => undefined);
    this.#filled = new Float64Array(columns.length);
  }

  /** Reads the object at `position` as row `row`; returns the position after it, or -1 with the row half read. */
  scan(source: ByteSource, position: number, row: number): number {
    if (this.#straight !== undefined) {
      this.#objects++;
      const end = this.#straight(source, position + 1);
      if (end >= 0 && source.bytes[end] === closeBrace) return end + 1;
      for (const builder of this.#builders) builder.truncate(row);
      this.#surprises += surpriseShare;
      if (this.#surprises > this.#objects) this.#straight = undefined;
    } else if (++this.#objects === objectsBeforeCompiling) this.#compile();
    return this.#scanMembers(source, position, row);
  }

  /** Compiles the order and the spellings met so far, when they lead through every column. */
  #compile(): void {
    const expected: ExpectedMember[] = [];
    const count = this.#builders.length;
    let index = this.#next[count] ?? count;
    while (expected.length < count) {
      const builder = this.#builders[index];
      const spelling = this.#spellings[index];
      if (builder === undefined || spelling === undefined) return;
      if (expected.some((member) => member.builder === builder)) return;
      expected.push({ builder, spelling });
      index = this.#next[index] ?? count;
    }
    if (count > 0 && count <= compiledMembersMax) this.#straight = compileStraightScan(expected);
  }

  /** Reads any object, member by member. */
  #scanMembers(source: ByteSource, position: number, row: number): number {
    const { bytes } = source;
    const builders = this.#builders;
    const filled = this.#filled;
    const stamp = ++this.#stamp;
    let previous = builders.length;
    let filledCount = 0;
    let p = position + 1;
    if (bytes[skipSpace(bytes, p)] === closeBrace) {
      return this.#fillMissing(row) ? skipSpace(bytes, p) + 1 : -1;
    }
    for (;;) {
      let index = this.#next[previous] ?? 0;
      const spelling = this.#spellings[index];
      let start = spelling === undefined ? -1 : matchSpelling(spelling, source, p);
      if (start < 0) {
        index = this.#findName(source, p, previous);
        if (index === notAName) return -1;
        start = this.#valueStart;
      } else start = skipSpace(bytes, start);
      const builder = builders[index];
      if (builder === undefined) p = skipValue(bytes, start);
      else if (filled[index] === stamp) return -1;
      else {
        filled[index] = stamp;
        if (bytes[start] !== letterN) p = builder.scan(source, start);
        else p = builder.appendNull() ? skipWord(bytes, start, "null") : -1;
        filledCount++;
        previous = index;
      }
      if (p < 0) return -1;
      let byte = bytes[p];
      if (byte !== comma && byte !== closeBrace) {
        p = skipSpace(bytes, p);
        byte = bytes[p];
      }
      p++;
      if (byte === comma) continue;
      if (byte !== closeBrace) return -1;
      return filledCount === builders.length || this.#fillMissing(row) ? p : -1;
    }
  }

  /** Where the value of the name found last starts. */
  #valueStart = 0;

  /** The column whose name stands at `position`, learned as the follower of `previous`; `unknownName` or `notAName`. */
  #findName(source: ByteSource, position: number, previous: number): number {
    const { bytes } = source;
    const nameStart = skipSpace(bytes, position);
    const nameEnd = skipString(bytes, nameStart);
    const start = nameEnd < 0 ? -1 : skipColon(bytes, nameEnd);
    if (start < 0) return notAName;
    this.#valueStart = start;
    const index = this.#names.find(bytes, nameStart + 1, nameEnd - 1);
    if (index < 0) return index;
    this.#next[previous] = index;
    const lessons = this.#spellings[index]?.lessons ?? 0;
    if (lessons < lessonsMax && start - position <= spellingBytesMax) {
      this.#spellings[index] = spell(bytes.subarray(position, start), lessons + 1);
    }
    return index;
  }

  /** Ends the row in every column that has none yet. */
  #fillMissing(row: number): boolean {
    for (const builder of this.#builders) {
      if (builder.length === row && !builder.appendNull()) return false;
    }
    return true;
  }
}

/** Longest spelling worth remembering. */
const spellingBytesMax = 512;
