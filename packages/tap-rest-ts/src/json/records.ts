import {
  INCOMPLETE,
  malformed,
  skipName,
  skipSeparator,
  skipValue,
  skipWhitespace,
} from "./scan.ts";

/** Where the records of one page lie in its bytes. */
export interface RecordSlices {
  readonly type: "slices";
  /** Record i is `body.subarray(starts[i], ends[i])`, checked to be a whole JSON value. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** The records' array with its brackets, or the one record; what is outside it is the envelope. */
  readonly start: number;
  readonly end: number;
}

/** What cutting a page into records came to. `code` is one of scan.ts. */
export type SliceResult =
  | RecordSlices
  | { readonly type: "malformed"; readonly code: number }
  | { readonly type: "absent" }
  | { readonly type: "ambiguous" };

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const BACKSLASH = 0x5c;

/**
 * Cuts the records at `path` (member names from the root) out of a JSON body, checking the whole body on the way.
 * An array gives its elements, anything else is one record. "absent" when the path leads nowhere; "ambiguous" when a
 * name on the path is written with escapes or occurs twice, which the generic reader must decide.
 */
export function sliceRecords(body: Uint8Array, path: readonly Uint8Array[]): SliceResult {
  const start = skipWhitespace(body, 0, body.length);
  const found: Found = { start: -1, end: -1, starts: [], ends: [], isAmbiguous: false };
  const end = walk(body, start, path, 0, found);
  if (end < 0) return { type: "malformed", code: end };
  const rest = skipWhitespace(body, end, body.length);
  if (rest < body.length) return { type: "malformed", code: malformed(rest) };
  if (found.isAmbiguous) return { type: "ambiguous" };
  if (found.start < 0) return { type: "absent" };
  return {
    type: "slices",
    starts: found.starts,
    ends: found.ends,
    start: found.start,
    end: found.end,
  };
}

interface Found {
  start: number;
  end: number;
  starts: number[];
  ends: number[];
  isAmbiguous: boolean;
}

/** Skips the value at `position` and notes the records in it when `path` leads there. */
function walk(
  body: Uint8Array,
  position: number,
  path: readonly Uint8Array[],
  level: number,
  found: Found,
): number {
  const name = path[level];
  if (name === undefined) return collect(body, position, found);
  if (body[position] !== OPEN_OBJECT) return skipValue(body, position, body.length);
  const end = body.length;
  let at = skipWhitespace(body, position + 1, end);
  let isSeen = false;
  while (at < end && body[at] !== CLOSE_OBJECT) {
    const nameStart = at;
    at = skipName(body, at, end);
    if (at < 0) return at;
    const isMatch = isName(body, nameStart, name);
    if ((isMatch && isSeen) || hasEscape(body, nameStart, at)) found.isAmbiguous = true;
    at = isMatch && !isSeen ? walk(body, at, path, level + 1, found) : skipValue(body, at, end);
    isSeen ||= isMatch;
    if (at < 0) return at;
    at = skipSeparator(body, at, end, CLOSE_OBJECT);
    if (at < 0) return at;
  }
  return at < end ? at + 1 : INCOMPLETE;
}

/** Whether the string that opens at `position` is `name`, byte for byte, without its quotes. */
function isName(body: Uint8Array, position: number, name: Uint8Array): boolean {
  const start = position + 1;
  if (body[start + name.length] !== 0x22) return false;
  for (let index = 0; index < name.length; index++)
    if (body[start + index] !== name[index]) return false;
  return true;
}

function hasEscape(body: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (body[at] === BACKSLASH) return true;
  return false;
}

function collect(body: Uint8Array, position: number, found: Found): number {
  found.start = position;
  if (body[position] !== OPEN_ARRAY) {
    found.end = skipValue(body, position, body.length);
    found.starts.push(position);
    found.ends.push(found.end);
    return found.end;
  }
  const end = body.length;
  let at = skipWhitespace(body, position + 1, end);
  while (at < end && body[at] !== CLOSE_ARRAY) {
    found.starts.push(at);
    at = skipValue(body, at, end);
    if (at < 0) return at;
    found.ends.push(at);
    at = skipSeparator(body, at, end, CLOSE_ARRAY);
    if (at < 0) return at;
  }
  found.end = at + 1;
  return at < end ? at + 1 : INCOMPLETE;
}

/**
 * The bytes of the member `name` (UTF-8, as JSON writes it without quotes) of the checked record at `start`..`end`;
 * undefined when it has none. The first of repeated members wins.
 */
export function memberBytes(
  body: Uint8Array,
  start: number,
  end: number,
  name: Uint8Array,
): Uint8Array | undefined {
  if (body[start] !== OPEN_OBJECT) return undefined;
  let at = skipWhitespace(body, start + 1, end);
  while (at >= 0 && at < end && body[at] !== CLOSE_OBJECT) {
    const nameStart = at;
    at = skipName(body, at, end);
    const valueStart = at;
    at = skipValue(body, valueStart, end);
    if (isName(body, nameStart, name)) return body.subarray(valueStart, at);
    at = skipSeparator(body, at, end, CLOSE_OBJECT);
  }
  return undefined;
}

/** Turns line breaks between the tokens of checked JSON into blanks, in place: a Singer message is one line. */
export function blankLineBreaks(body: Uint8Array, start: number, end: number): void {
  for (const lineBreak of [0x0a, 0x0d]) {
    let at = body.indexOf(lineBreak, start);
    while (at >= 0 && at < end) {
      body[at] = 0x20;
      at = body.indexOf(lineBreak, at + 1);
    }
  }
}
