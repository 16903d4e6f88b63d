/**
 * Validating skips over JSON bytes: each takes a position and returns the position after what it skipped, or a negative
 * code. They allocate nothing and throw nothing, so that a page is checked and cut into records in one pass.
 * Every `as number` reads an index that the line before has compared with `end`, which is at most `bytes.length`.
 * Source: RFC 8259.
 */

/** The bytes ended inside a value. */
export const INCOMPLETE = -1;

/** Deeper nesting than this is refused: the skips recurse. */
const DEPTH_MAX = 500;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d;

const trueBytes = new TextEncoder().encode("true");
const falseBytes = new TextEncoder().encode("false");
const nullBytes = new TextEncoder().encode("null");

/** The negative code for a byte at `position` that JSON does not allow there. */
export function malformed(position: number): number {
  return -2 - position;
}

/** The position of the byte that made a skip return `code`, or undefined when the bytes ended too early. */
export function malformedPosition(code: number): number | undefined {
  return code <= -2 ? -2 - code : undefined;
}

/** The first position at or after `position` that holds no JSON whitespace; `end` when there is none. */
export function skipWhitespace(bytes: Uint8Array, position: number, end: number): number {
  let at = position;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

/** Skips one value that starts exactly at `position`. */
export function skipValue(bytes: Uint8Array, position: number, end: number, depth = 0): number {
  if (position >= end) return INCOMPLETE;
  switch (bytes[position]) {
    case QUOTE:
      return skipString(bytes, position, end);
    case OPEN_OBJECT:
      return depth < DEPTH_MAX ? skipObject(bytes, position, end, depth + 1) : malformed(position);
    case OPEN_ARRAY:
      return depth < DEPTH_MAX ? skipArray(bytes, position, end, depth + 1) : malformed(position);
    case 0x74:
      return skipLiteral(bytes, position, end, trueBytes);
    case 0x66:
      return skipLiteral(bytes, position, end, falseBytes);
    case 0x6e:
      return skipLiteral(bytes, position, end, nullBytes);
    default:
      return skipNumber(bytes, position, end);
  }
}

/** Skips a string whose opening quote is at `position`. */
function skipString(bytes: Uint8Array, position: number, end: number): number {
  if (position >= end) return INCOMPLETE;
  if (bytes[position] !== QUOTE) return malformed(position);
  for (let at = position + 1; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return malformed(at);
    if (byte === BACKSLASH) {
      const last = escapeEnd(bytes, at + 1, end);
      if (last < 0) return last;
      at = last;
    }
  }
  return INCOMPLETE;
}

/** The position of the last byte of the escape whose letter is at `position`. */
function escapeEnd(bytes: Uint8Array, position: number, end: number): number {
  if (position >= end) return INCOMPLETE;
  const letter = bytes[position] as number;
  if (letter !== 0x75) return isEscapeLetter(letter) ? position : malformed(position);
  for (let at = position + 1; at <= position + 4; at++) {
    if (at >= end) return INCOMPLETE;
    if (!isHexDigit(bytes[at] as number)) return malformed(at);
  }
  return position + 4;
}

function isEscapeLetter(byte: number): boolean {
  return (
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 0x2f ||
    byte === 0x62 ||
    byte === 0x66 ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74
  );
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Skips the name of a member and its colon; returns where the member's value starts. */
export function skipName(bytes: Uint8Array, position: number, end: number): number {
  const nameEnd = skipString(bytes, position, end);
  if (nameEnd < 0) return nameEnd;
  const colon = skipWhitespace(bytes, nameEnd, end);
  if (colon >= end) return INCOMPLETE;
  return bytes[colon] === COLON ? skipWhitespace(bytes, colon + 1, end) : malformed(colon);
}

/** After a member or element: the position of the next one, or of the closing byte, which the caller compares. */
export function skipSeparator(
  bytes: Uint8Array,
  position: number,
  end: number,
  close: number,
): number {
  const at = skipWhitespace(bytes, position, end);
  if (at >= end) return INCOMPLETE;
  if (bytes[at] === close) return at;
  if (bytes[at] !== COMMA) return malformed(at);
  const next = skipWhitespace(bytes, at + 1, end);
  if (next >= end) return INCOMPLETE;
  return bytes[next] === close ? malformed(next) : next;
}

function skipObject(bytes: Uint8Array, position: number, end: number, depth: number): number {
  let at = skipWhitespace(bytes, position + 1, end);
  while (at < end && bytes[at] !== CLOSE_OBJECT) {
    at = skipName(bytes, at, end);
    if (at < 0) return at;
    at = skipValue(bytes, at, end, depth);
    if (at < 0) return at;
    at = skipSeparator(bytes, at, end, CLOSE_OBJECT);
    if (at < 0) return at;
  }
  return at < end ? at + 1 : INCOMPLETE;
}

function skipArray(bytes: Uint8Array, position: number, end: number, depth: number): number {
  let at = skipWhitespace(bytes, position + 1, end);
  while (at < end && bytes[at] !== CLOSE_ARRAY) {
    at = skipValue(bytes, at, end, depth);
    if (at < 0) return at;
    at = skipSeparator(bytes, at, end, CLOSE_ARRAY);
    if (at < 0) return at;
  }
  return at < end ? at + 1 : INCOMPLETE;
}

function skipLiteral(
  bytes: Uint8Array,
  position: number,
  end: number,
  literal: Uint8Array,
): number {
  for (let index = 1; index < literal.length; index++) {
    if (position + index >= end) return INCOMPLETE;
    if (bytes[position + index] !== literal[index]) return malformed(position + index);
  }
  return position + literal.length;
}

function skipNumber(bytes: Uint8Array, position: number, end: number): number {
  let at = bytes[position] === MINUS ? position + 1 : position;
  if (at >= end) return INCOMPLETE;
  const isZero = bytes[at] === 0x30;
  at = isZero ? at + 1 : skipDigits(bytes, at, end);
  if (at >= 0 && at < end && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1, end);
  if (at >= 0 && at < end && ((bytes[at] as number) | 0x20) === 0x65) {
    const sign = bytes[at + 1];
    at = skipDigits(bytes, sign === 0x2b || sign === MINUS ? at + 2 : at + 1, end);
  }
  return at;
}

/** Skips one or more digits. */
function skipDigits(bytes: Uint8Array, position: number, end: number): number {
  if (position >= end) return INCOMPLETE;
  let at = position;
  while (at < end && isDigit(bytes[at] as number)) at++;
  return at > position ? at : malformed(position);
}
