import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { INCOMPLETE, malformedPosition, skipValue, skipWhitespace } from "./scan.ts";

function skip(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return skipValue(bytes, 0, bytes.length);
}

test.each([
  "{}",
  "[]",
  '""',
  "0",
  "-0",
  "-1.50e+10",
  "1E5",
  "true",
  "false",
  "null",
  '{"a":[1,{"b":"\\u00e9\\n"}]}',
  '" \\" "',
  "[ 1 , 2 ]",
])("%s is skipped to its end", (text) => {
  expect(skip(text)).toBe(text.length);
});

test.each([
  "",
  "{",
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  "[",
  "[1",
  "[1,",
  '"abc',
  '"\\',
  '"\\u12',
  "tru",
  "-",
  "1.",
  "1e",
  "1e+",
])("%s ends too early", (text) => {
  expect(skip(text)).toBe(INCOMPLETE);
});

test.each([
  ["x", 0],
  ["[1,]", 3],
  ['{"a":1,}', 7],
  ["{a:1}", 1],
  ['{"a" 1}', 5],
  ["[1 2]", 3],
  ['"a\nb"', 2],
  ['"\\x"', 2],
  ['"\\u12g4"', 5],
  ["nul1", 3],
  ["[.5]", 1],
  ["+1", 0],
])("%s is malformed at byte %d", (text, position) => {
  expect(malformedPosition(skip(text))).toBe(position);
});

test("nesting beyond the limit is refused instead of overflowing the stack", () => {
  expect(malformedPosition(skip("[".repeat(100_000)))).toBe(500);
});

test("what JSON.stringify writes is skipped whole, whatever the white space", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 2), (value, indent) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value, null, indent));
      expect(skipValue(bytes, 0, bytes.length)).toBe(bytes.length);
    }),
  );
});

test("a text that JSON.parse refuses is refused, and one that it takes is taken", () => {
  const token = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    "1",
    "-2.5",
    "01",
    "true",
    "null",
    " ",
    "\n",
    '"\\u0041"',
    "e",
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
      const text = tokens.join("");
      const bytes = new TextEncoder().encode(text);
      const end = skipValue(bytes, skipWhitespace(bytes, 0, bytes.length), bytes.length);
      const isTaken = end >= 0 && skipWhitespace(bytes, end, bytes.length) === bytes.length;
      expect(isTaken).toBe(isJson(text));
    }),
    { numRuns: 2000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
