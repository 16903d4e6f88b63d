import { parseJson } from "../json.ts";
import { type ByteSource, textOf } from "./byte-source.ts";
import {
  closeBrace,
  closeBracket,
  comma,
  skipColon,
  skipSpace,
  skipString,
  skipValue,
} from "./token.ts";

/** Where a value's text lies in a source. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The members of an object by decoded name; of a repeated name the last one counts.
 * The bytes must hold a whole, valid object at `start`.
 */
export function membersOf(source: ByteSource, start: number): Map<string, Span> {
  const { bytes } = source;
  const members = new Map<string, Span>();
  let p = skipSpace(bytes, start + 1);
  while (bytes[p] !== closeBrace) {
    const nameEnd = valid(skipString(bytes, p));
    const name = parseJson(textOf(source, p, nameEnd));
    const valueStart = valid(skipColon(bytes, nameEnd));
    const valueEnd = valid(skipValue(bytes, valueStart));
    members.set(typeof name === "string" ? name : "", { start: valueStart, end: valueEnd });
    p = skipSpace(bytes, valueEnd);
    if (bytes[p] === comma) p = skipSpace(bytes, p + 1);
  }
  return members;
}

/** The elements of an array. The bytes must hold a whole, valid array at `start`. */
export function elementsOf(source: ByteSource, start: number): Span[] {
  const { bytes } = source;
  const elements: Span[] = [];
  let p = skipSpace(bytes, start + 1);
  while (bytes[p] !== closeBracket) {
    const end = valid(skipValue(bytes, p));
    elements.push({ start: p, end });
    p = skipSpace(bytes, end);
    if (bytes[p] === comma) p = skipSpace(bytes, p + 1);
  }
  return elements;
}

function valid(position: number): number {
  if (position < 0) throw new Error("a value was read by its parts before it was checked");
  return position;
}
