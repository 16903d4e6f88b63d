import { expressionError } from "./expression-error.ts";

/** Source: Python reference 2.4.1, the escapes of one character. */
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\n", ""],
]);

/** The text that a Python string literal stands for: quotes of any kind, raw or with escapes. */
export function stringOfLiteral(literal: string): string {
  const [, prefix = "", quotes = "", content] =
    /^([a-z]*)("""|'''|"|')([^]*)\2$/i.exec(literal) ?? [];
  if (content === undefined || !/^[ru]?$/i.test(prefix) || quotes === "")
    throw expressionError("a string is written in an unknown way");
  if (/r/i.test(prefix)) return content;
  return content.replaceAll(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|([^]))/gi,
    (whole: string, x?: string, u?: string, long?: string, short = "") => {
      const code = x ?? u ?? long;
      // An escape that Python does not know stays as it is.
      return code === undefined
        ? (shortEscapes.get(short) ?? whole)
        : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}
