/**
 * JSON tokens in bytes. Every function takes the position where a token starts and returns the
 * position after it, or -1 when there is no such token: callers then leave the line to the generic
 * path, which knows the reason. Lines end with a newline, which no token contains.
 */

export const quote = 0x22;
export const comma = 0x2c;
const colon = 0x3a;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const newline = 0x0a;
export const letterN = 0x6e;

/** Deepest nesting that is scanned; deeper values are malformed (a stack has an end). */
const depthMax = 512;

/** Skips spaces, tabs and carriage returns; a newline is the end of the line, never white space. */
export function skipSpace(bytes: Uint8Array, position: number): number {
  let p = position;
  let byte = bytes[p];
  while (byte === 0x20 || byte === 0x09 || byte === 0x0d) byte = bytes[++p];
  return p;
}

/** Skips one value of any type, checking its syntax. */
export function skipValue(bytes: Uint8Array, position: number, depth = 0): number {
  switch (bytes[position] ?? 0) {
    case quote:
      return skipString(bytes, position);
    case openBrace:
      return depth < depthMax ? skipObject(bytes, position, depth + 1) : -1;
    case openBracket:
      return depth < depthMax ? skipArray(bytes, position, depth + 1) : -1;
    case 0x74:
      return skipWord(bytes, position, "true");
    case 0x66:
      return skipWord(bytes, position, "false");
    case letterN:
      return skipWord(bytes, position, "null");
    default:
      return skipNumber(bytes, position);
  }
}

/** Skips `word`, which must be ASCII. */
export function skipWord(bytes: Uint8Array, position: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (bytes[position + i] !== word.charCodeAt(i)) return -1;
  }
  return position + word.length;
}

/** Skips a string, quotes included; control characters and unknown escapes are refused. */
export function skipString(bytes: Uint8Array, position: number): number {
  if (bytes[position] !== quote) return -1;
  let p = position + 1;
  for (;;) {
    const byte = bytes[p] ?? 0;
    if (byte === quote) return p + 1;
    if (byte < 0x20) return -1;
    if (byte === backslash) {
      p = skipEscape(bytes, p);
      if (p < 0) return -1;
    } else p++;
  }
}

/** Skips a backslash and what it escapes. */
function skipEscape(bytes: Uint8Array, position: number): number {
  switch (bytes[position + 1] ?? 0) {
    case quote:
    case backslash:
    case 0x2f: // "/"
    case 0x62: // "b"
    case 0x66: // "f"
    case letterN:
    case 0x72: // "r"
    case 0x74: // "t"
      return position + 2;
    case 0x75: // "u"
      return hexCode(bytes, position + 2) < 0 ? -1 : position + 6;
    default:
      return -1;
  }
}

/** The value of four hex digits, or -1. */
export function hexCode(bytes: Uint8Array, position: number): number {
  let code = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(bytes[position + i] ?? 0);
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

/** The value of one hex digit, or -1. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Skips a number as RFC 8259 §6 spells it: no leading zeros, digits around the point. */
export function skipNumber(bytes: Uint8Array, position: number): number {
  let p = position;
  if (bytes[p] === 0x2d) p++;
  const first = p;
  p = skipDigits(bytes, p);
  if (p === first || (bytes[first] === 0x30 && p > first + 1)) return -1;
  if (bytes[p] === 0x2e) {
    const fraction = p + 1;
    p = skipDigits(bytes, fraction);
    if (p === fraction) return -1;
  }
  if (((bytes[p] ?? 0) | 0x20) === 0x65) {
    p++;
    if (bytes[p] === 0x2b || bytes[p] === 0x2d) p++;
    const exponent = p;
    p = skipDigits(bytes, exponent);
    if (p === exponent) return -1;
  }
  return p;
}

function skipDigits(bytes: Uint8Array, position: number): number {
  let p = position;
  let byte = bytes[p] ?? 0;
  while (byte >= 0x30 && byte <= 0x39) byte = bytes[++p] ?? 0;
  return p;
}

function skipObject(bytes: Uint8Array, position: number, depth: number): number {
  let p = skipSpace(bytes, position + 1);
  if (bytes[p] === closeBrace) return p + 1;
  for (;;) {
    p = skipKey(bytes, p);
    if (p < 0) return -1;
    p = skipValue(bytes, p, depth);
    if (p < 0) return -1;
    p = skipSpace(bytes, p);
    if (bytes[p] === closeBrace) return p + 1;
    if (bytes[p] !== comma) return -1;
    p = skipSpace(bytes, p + 1);
  }
}

/** Skips a member's name, its colon and the space around it: returns where the value starts. */
function skipKey(bytes: Uint8Array, position: number): number {
  const end = skipString(bytes, position);
  return end < 0 ? -1 : skipColon(bytes, end);
}

/** Skips the colon after a name and the space around it. */
export function skipColon(bytes: Uint8Array, position: number): number {
  const p = skipSpace(bytes, position);
  return bytes[p] === colon ? skipSpace(bytes, p + 1) : -1;
}

function skipArray(bytes: Uint8Array, position: number, depth: number): number {
  let p = skipSpace(bytes, position + 1);
  if (bytes[p] === closeBracket) return p + 1;
  for (;;) {
    p = skipValue(bytes, p, depth);
    if (p < 0) return -1;
    p = skipSpace(bytes, p);
    if (bytes[p] === closeBracket) return p + 1;
    if (bytes[p] !== comma) return -1;
    p = skipSpace(bytes, p + 1);
  }
}
