import type { ByteSource } from "../byte-source.ts";
import type { Spelling } from "../spelling.ts";
import { skipWord } from "../token.ts";
import type { ColumnBuilder } from "./column-builder.ts";

/** Reads the members behind `{` in the one order and spelling it was made for; -1 on any difference. */
export type StraightScan = (source: ByteSource, position: number) => number;

/** A member as it is expected: its column and how its name is written. */
export interface ExpectedMember {
  readonly builder: ColumnBuilder;
  readonly spelling: Spelling;
}

/** V8 does not optimise functions of more than 60 KB of bytecode (speed.md §1): members in one function. */
const membersPerFunction = 48;

/**
 * Compiles a scanner for objects that always have the same members in the same spelling. Names are
 * compared as constants, and each column's `scan` has a call site of its own, so that V8 inlines it:
 * 1.3 times the speed of the loop in MemberScanner (bench/columnar).
 * Undefined where making code from text is not allowed.
 */
export function compileStraightScan(members: readonly ExpectedMember[]): StraightScan | undefined {
  const parts: StraightScan[] = [];
  for (let i = 0; i < members.length; i += membersPerFunction) {
    const part = compilePart(members.slice(i, i + membersPerFunction), i === 0);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return (source, position) => {
    let p = position;
    for (const part of parts) {
      p = part(source, p);
      if (p < 0) return -1;
    }
    return p;
  };
}

function compilePart(
  members: readonly ExpectedMember[],
  isFirst: boolean,
): StraightScan | undefined {
  const lines = members.map(({ spelling }, index) => {
    const separator = isFirst && index === 0 ? "" : "if (bytes[p++] !== 44) return -1;";
    return `${separator}
      ${compareCode(spelling)}
      p += ${spelling.length};
      p = bytes[p] === 110 ? readNull(c${index}, bytes, p) : c${index}.scan(source, p);
      if (p < 0) return -1;`;
  });
  const names = members.map((_, index) => `c${index}`);
  const code = `"use strict";
    return function scanMembers(source, position) {
      const { bytes, view } = source;
      let p = position;
      ${lines.join("\n")}
      return p;
    };`;
  try {
    // The text is made of numbers and of the names above, of nothing that comes from outside.
    // oxlint-disable-next-line typescript/no-implied-eval
    const make = new Function("readNull", ...names, code);
    // It returns a function of this type.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return make(readNull, ...members.map(({ builder }) => builder)) as StraightScan;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** Compares a name four bytes a step. */
function compareCode({ words, lastWord, lastMask, length }: Spelling): string {
  const tests = Array.from(words, (word, i) => `view.getInt32(p + ${4 * i}, true) !== ${word}`);
  if (lastMask !== 0) {
    tests.push(`(view.getInt32(p + ${4 * words.length}, true) & ${lastMask}) !== ${lastWord}`);
  }
  return `if (p + ${length + 4} > view.byteLength || ${tests.join(" || ")}) return -1;`;
}

function readNull(builder: ColumnBuilder, bytes: Uint8Array, position: number): number {
  return builder.appendNull() ? skipWord(bytes, position, "null") : -1;
}
