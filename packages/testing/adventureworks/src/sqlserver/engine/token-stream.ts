import { type SqlError, syntaxError } from "./error.ts";
import { type Token, tokenize } from "./lexer.ts";
import type { Query } from "./syntax-tree.ts";

/** Reads tokens in order; the parsers share one. */
export class TokenStream {
  #tokens: readonly Token[];
  #position = 0;
  #parseQuery: ((tokens: TokenStream) => Query) | undefined;

  /** `parseQuery` reads the queries inside of expressions; without it there may be none. */
  constructor(sql: string, parseQuery?: (tokens: TokenStream) => Query) {
    this.#tokens = tokenize(sql);
    this.#parseQuery = parseQuery;
  }

  /** Reads the query that comes next. */
  query(): Query {
    if (this.#parseQuery === undefined) throw this.error();
    return this.#parseQuery(this);
  }

  /** The token `ahead` places further; the end token beyond the end. */
  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#position + ahead, this.#tokens.length - 1)] ?? endToken;
  }

  get isAtEnd(): boolean {
    return this.peek().type === "end";
  }

  next(): Token {
    const token = this.peek();
    this.#position += 1;
    return token;
  }

  /** Whether these bare words or symbols come next. */
  isNext(...words: readonly string[]): boolean {
    return words.every((word, index) => this.peek(index).keyword === word);
  }

  /** Takes these words or symbols if they come next. */
  take(...words: readonly string[]): boolean {
    if (!this.isNext(...words)) return false;
    this.#position += words.length;
    return true;
  }

  /** Takes the first of these words that comes next. */
  takeAny(words: readonly string[]): string | undefined {
    return words.find((word) => this.take(word));
  }

  expect(...words: readonly string[]): void {
    if (!this.take(...words)) throw this.error();
  }

  /** Error 102, near the token that comes next. */
  error(): SqlError {
    const { type, text } = this.peek();
    return syntaxError(type === "end" ? this.peek(-1).text : text);
  }

  /** Takes a name; bare names must not be reserved. */
  name(): string {
    const token = this.peek();
    if (token.type !== "quoted" && (token.type !== "name" || reserved.has(token.keyword)))
      throw this.error();
    return this.next().text;
  }

  /** Whether a name comes next that is not reserved. */
  get isName(): boolean {
    const token = this.peek();
    return token.type === "quoted" || (token.type === "name" && !reserved.has(token.keyword));
  }
}

const endToken: Token = { type: "end", text: "", keyword: "", isUnicode: false };

/** The reserved words of T-SQL that can follow an expression or a table in this subset. */
const reserved: ReadonlySet<string> = new Set(
  (
    "ALL AND ANY AS ASC BEGIN BETWEEN BY CASE COLLATE COMMIT CONVERT CROSS DECLARE DESC DISTINCT ELSE END " +
    "ESCAPE EXCEPT EXEC EXECUTE EXISTS FETCH FOR FROM FULL GROUP HAVING IF IN INNER INTERSECT INTO IS JOIN LEFT LIKE " +
    "NOT NULL OF ON OPTION OR ORDER OUTER OVER PRINT RIGHT ROLLBACK SELECT SET THEN TOP TRAN TRANSACTION " +
    "UNION UPDATE USE VALUES WAITFOR WHEN WHERE WHILE WITH INSERT DELETE CREATE DROP ALTER MERGE TRUNCATE"
  ).split(" "),
);
