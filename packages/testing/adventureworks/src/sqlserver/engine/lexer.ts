import { SqlError, syntaxError } from "./error.ts";

/** A token; `text` is the name without quotes, the string's content, or the characters as written. */
export interface Token {
  readonly type: "name" | "quoted" | "variable" | "number" | "string" | "binary" | "symbol" | "end";
  readonly text: string;
  /** Upper-case `text` of a bare name: what keywords are compared with. */
  readonly keyword: string;
  /** On a string that was written with N. */
  readonly isUnicode: boolean;
}

const pattern = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<binary>0x[0-9a-fA-F]*)`,
    String.raw`(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<string>[nN]?'(?:[^']|'')*')`,
    String.raw`(?<bracketed>\[(?:[^\]]|\]\])+\])`,
    String.raw`(?<doubled>"(?:[^"]|"")+")`,
    String.raw`(?<variable>@@?[\p{L}\p{N}_@#$]+)`,
    String.raw`(?<name>[\p{L}_#][\p{L}\p{N}_@#$]*)`,
    String.raw`(?<symbol><>|!=|<=|>=|!<|!>|::|[-+*/%=<>(),.;&|^~])`,
  ].join("|"),
  "uy",
);

/** Cuts a batch into tokens; the last one has the type `end`. Throws error 102 or 105. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < sql.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(sql)?.groups;
    if (groups === undefined) throw unreadable(sql.slice(start));
    if (groups["space"] !== undefined) continue;
    tokens.push(makeToken(groups));
  }
  tokens.push({ type: "end", text: "", keyword: "", isUnicode: false });
  return tokens;
}

function makeToken(groups: Partial<Record<string, string>>): Token {
  const { string, bracketed, doubled, variable, name, number, binary, symbol = "" } = groups;
  if (string !== undefined) {
    const isUnicode = !string.startsWith("'");
    const text = string.slice(isUnicode ? 2 : 1, -1).replaceAll("''", "'");
    return { type: "string", text, keyword: "", isUnicode };
  }
  if (bracketed !== undefined) return plain("quoted", bracketed.slice(1, -1).replaceAll("]]", "]"));
  if (doubled !== undefined) return plain("quoted", doubled.slice(1, -1).replaceAll('""', '"'));
  if (variable !== undefined) return plain("variable", variable);
  if (number !== undefined) return plain("number", number);
  if (binary !== undefined) return plain("binary", binary);
  if (name !== undefined)
    return { type: "name", text: name, keyword: name.toUpperCase(), isUnicode: false };
  return { type: "symbol", text: symbol, keyword: symbol, isUnicode: false };
}

function plain(type: Token["type"], text: string): Token {
  return { type, text, keyword: "", isUnicode: false };
}

function unreadable(rest: string): SqlError {
  if (/^[nN]?'/.test(rest)) {
    const text = rest.slice(rest.indexOf("'") + 1, 128);
    return new SqlError(105, `Unclosed quotation mark after the character string '${text}'.`, {
      class: 15,
    });
  }
  return syntaxError(rest.slice(0, 1));
}
