import { DeltaError } from "./error.ts";
import type { Comparison, Predicate, PredicateValue } from "./predicate.ts";

/** Names in backticks, texts in quotes, numbers, words, operators. */
const TOKEN =
  /\s*(?:(?<name>`(?:[^`]|``)+`)|(?<text>'(?:[^']|'')*')|(?<number>[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<sign><>|!=|<=|>=|==|[=<>(),]))/y;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "=": "=",
  "==": "=",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

interface Token {
  readonly kind: "name" | "text" | "number" | "word" | "sign";
  /** As written, quotes taken off; words in upper case beside it. */
  readonly text: string;
  readonly upper: string;
}

/**
 * Reads the part of SQL that a {@link Predicate} says: comparisons, IN, BETWEEN, IS NULL, AND, OR, NOT, parentheses; texts,
 * numbers, booleans, DATE '…' and TIMESTAMP '…'. E_INVALID_COMMIT says where the text leaves it.
 */
export function parsePredicate(sql: string): Predicate {
  const parser = new Parser(sql);
  const predicate = parser.disjunction();
  parser.end();
  return predicate;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #sql: string;
  #place = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = tokenize(sql);
  }

  disjunction(): Predicate {
    return this.#chain("OR", () => this.#chain("AND", () => this.#negation()));
  }

  end(): void {
    if (this.#place < this.#tokens.length) throw this.#unexpected();
  }

  #chain(word: "AND" | "OR", next: () => Predicate): Predicate {
    const terms = [next()];
    while (this.#takes(word)) terms.push(next());
    const [only] = terms;
    if (terms.length === 1 && only !== undefined) return only;
    return { type: word === "AND" ? "and" : "or", terms };
  }

  #negation(): Predicate {
    if (this.#takes("NOT")) return { type: "not", term: this.#negation() };
    if (!this.#takes("(")) return this.#comparison();
    const inner = this.disjunction();
    this.#expect(")");
    return inner;
  }

  #comparison(): Predicate {
    const column = this.#column();
    if (this.#takes("IS")) {
      const isNegated = this.#takes("NOT");
      this.#expect("NULL");
      return negatedIf(isNegated, { type: "isNull", column });
    }
    const isNegated = this.#takes("NOT");
    if (this.#takes("IN")) return negatedIf(isNegated, this.#list(column));
    if (this.#takes("BETWEEN")) return negatedIf(isNegated, this.#range(column));
    const operator = COMPARISONS[this.#tokens[this.#place]?.text ?? ""];
    if (operator === undefined || isNegated) throw this.#unexpected();
    this.#place += 1;
    return { type: "compare", column, operator, value: this.#value() };
  }

  #list(column: string): Predicate {
    this.#expect("(");
    const values = [this.#value()];
    while (this.#takes(",")) values.push(this.#value());
    this.#expect(")");
    return { type: "in", column, values };
  }

  #range(column: string): Predicate {
    const least = this.#value();
    this.#expect("AND");
    const most = this.#value();
    return {
      type: "and",
      terms: [
        { type: "compare", column, operator: ">=", value: least },
        { type: "compare", column, operator: "<=", value: most },
      ],
    };
  }

  #column(): string {
    const token = this.#tokens[this.#place];
    if (token?.kind !== "name" && token?.kind !== "word") throw this.#unexpected();
    this.#place += 1;
    return token.text;
  }

  #value(): PredicateValue {
    const isTyped = this.#takes("DATE") || this.#takes("TIMESTAMP");
    const token = this.#tokens[this.#place];
    if (token === undefined) throw this.#unexpected();
    this.#place += 1;
    // Digits stay text: the column's type decides what they are.
    if (token.kind === "text" || (token.kind === "number" && !isTyped)) return token.text;
    if (!isTyped && (token.upper === "TRUE" || token.upper === "FALSE")) {
      return token.upper === "TRUE";
    }
    this.#place -= 1;
    throw this.#unexpected();
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#place];
    const isThere = (token?.kind === "word" || token?.kind === "sign") && token.upper === text;
    if (isThere) this.#place += 1;
    return isThere;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) throw this.#unexpected();
  }

  #unexpected(): DeltaError {
    return refusal(this.#sql, this.#tokens[this.#place]?.text ?? "the end");
  }
}

function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < sql.trimEnd().length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(sql);
    if (match?.groups === undefined) throw refusal(sql, sql.slice(start).trim());
    const { name, text, number, word, sign } = match.groups;
    if (name !== undefined) tokens.push(tokenOf("name", name.slice(1, -1).replaceAll("``", "`")));
    else if (text !== undefined)
      tokens.push(tokenOf("text", text.slice(1, -1).replaceAll("''", "'")));
    else if (number !== undefined) tokens.push(tokenOf("number", number));
    else if (word !== undefined) tokens.push(tokenOf("word", word));
    else tokens.push(tokenOf("sign", sign ?? ""));
  }
  return tokens;
}

function tokenOf(kind: Token["kind"], text: string): Token {
  return { kind, text, upper: text.toUpperCase() };
}

function negatedIf(isNegated: boolean, predicate: Predicate): Predicate {
  return isNegated ? { type: "not", term: predicate } : predicate;
}

function refusal(sql: string, found: string): DeltaError {
  return new DeltaError("E_INVALID_COMMIT", `cannot read the predicate ${sql}: at ${found}`, {
    hint: "it may hold =, !=, <, <=, >, >=, IN, BETWEEN, IS NULL, AND, OR, NOT, texts, numbers, DATE '…', TIMESTAMP '…'",
  });
}
