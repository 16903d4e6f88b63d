import { parseExpression } from "./parse-expression.ts";
import { parseQuery } from "./parse-query.ts";
import { parseType } from "./parse-type.ts";
import type { Statement } from "./syntax-tree.ts";
import { TokenStream } from "./token-stream.ts";

/** Reads a batch; throws error 102 where it leaves the subset of T-SQL that this server speaks. */
export function parseBatch(sql: string): readonly Statement[] {
  const tokens = new TokenStream(sql, parseQuery);
  const statements: Statement[] = [];
  while (tokens.take(";"));
  while (!tokens.isAtEnd) {
    statements.push(parseStatement(tokens));
    while (tokens.take(";"));
  }
  return statements;
}

function parseStatement(tokens: TokenStream): Statement {
  switch (tokens.peek().keyword) {
    case "SELECT":
    case "WITH":
      return { type: "query", query: parseQuery(tokens) };
    case "(":
      if (!tokens.isNext("(", "SELECT")) throw tokens.error();
      return { type: "query", query: parseQuery(tokens) };
    case "DECLARE":
      return parseDeclare(tokens);
    case "SET":
      return parseSet(tokens);
    case "USE":
      tokens.next();
      return { type: "use", database: tokens.name() };
    case "BEGIN":
    case "COMMIT":
    case "ROLLBACK":
      return parseTransaction(tokens);
    case "PRINT":
      tokens.next();
      return { type: "print", value: parseExpression(tokens) };
    case "WAITFOR":
      tokens.expect("WAITFOR", "DELAY");
      return { type: "wait", delay: parseExpression(tokens) };
    case "IF":
      return parseIf(tokens);
    default:
      throw tokens.error();
  }
}

function parseDeclare(tokens: TokenStream): Statement {
  tokens.expect("DECLARE");
  const variables: Extract<Statement, { type: "declare" }>["variables"][number][] = [];
  do {
    if (tokens.peek().type !== "variable") throw tokens.error();
    const name = tokens.next().text;
    tokens.take("AS");
    const of = parseType(tokens, 1);
    variables.push({ name, of, value: tokens.take("=") ? parseExpression(tokens) : undefined });
  } while (tokens.take(","));
  return { type: "declare", variables };
}

/** The options whose value is ON or OFF; several may be set at once. */
const switchOptions: ReadonlySet<string> = new Set(
  (
    "ANSI_DEFAULTS ANSI_NULLS ANSI_NULL_DFLT_ON ANSI_NULL_DFLT_OFF ANSI_PADDING ANSI_WARNINGS ARITHABORT " +
    "ARITHIGNORE CONCAT_NULL_YIELDS_NULL CURSOR_CLOSE_ON_COMMIT FMTONLY IMPLICIT_TRANSACTIONS NOCOUNT " +
    "NOEXEC NUMERIC_ROUNDABORT PARSEONLY QUOTED_IDENTIFIER REMOTE_PROC_TRANSACTIONS XACT_ABORT"
  ).split(" "),
);
/** The options that take one value. */
const valueOptions: ReadonlySet<string> = new Set(
  "DATEFIRST DATEFORMAT DEADLOCK_PRIORITY LANGUAGE LOCK_TIMEOUT ROWCOUNT TEXTSIZE".split(" "),
);

function parseSet(tokens: TokenStream): Statement {
  tokens.expect("SET");
  if (tokens.peek().type === "variable") {
    const name = tokens.next().text;
    tokens.expect("=");
    return { type: "set-variable", name, value: parseExpression(tokens) };
  }
  if (tokens.take("TRANSACTION")) {
    return { type: "set-option", isolation: parseIsolation(tokens) };
  }
  if (valueOptions.has(tokens.peek().keyword)) {
    tokens.next();
    tokens.take("-");
    tokens.next();
    return { type: "set-option" };
  }
  do {
    if (!switchOptions.has(tokens.peek().keyword)) throw tokens.error();
    tokens.next();
  } while (tokens.take(","));
  if (!tokens.take("ON") && !tokens.take("OFF")) throw tokens.error();
  return { type: "set-option" };
}

function parseIsolation(tokens: TokenStream): "snapshot" | "other" {
  tokens.expect("ISOLATION");
  tokens.expect("LEVEL");
  const isRead = tokens.take("READ");
  const level = tokens.takeAny(
    isRead ? ["UNCOMMITTED", "COMMITTED"] : ["SNAPSHOT", "SERIALIZABLE", "REPEATABLE"],
  );
  if (level === undefined) throw tokens.error();
  if (level === "REPEATABLE") tokens.expect("READ");
  return level === "SNAPSHOT" ? "snapshot" : "other";
}

function parseTransaction(tokens: TokenStream): Statement {
  const change = tokens.next().keyword.toLowerCase();
  const hasWord = tokens.take("TRANSACTION") || tokens.take("TRAN") || tokens.take("WORK");
  if (change === "begin") {
    if (!hasWord) throw tokens.error();
    if (tokens.isName) tokens.name();
    return { type: "transaction", change };
  }
  if (hasWord && tokens.isName) tokens.name();
  return { type: "transaction", change: change === "commit" ? "commit" : "rollback" };
}

function parseIf(tokens: TokenStream): Statement {
  tokens.expect("IF");
  const condition = parseExpression(tokens);
  const body = parseBlock(tokens);
  tokens.take(";");
  const otherwise = tokens.take("ELSE") ? parseBlock(tokens) : [];
  return { type: "if", condition, body, otherwise };
}

function parseBlock(tokens: TokenStream): readonly Statement[] {
  const isTransaction = tokens.isNext("BEGIN", "TRAN") || tokens.isNext("BEGIN", "TRANSACTION");
  if (isTransaction || !tokens.take("BEGIN")) return [parseStatement(tokens)];
  const statements: Statement[] = [];
  while (!tokens.take("END")) {
    statements.push(parseStatement(tokens));
    while (tokens.take(";"));
  }
  return statements;
}
