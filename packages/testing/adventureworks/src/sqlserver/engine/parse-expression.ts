import { parseLiteral } from "./parse-literal.ts";
import { parseType } from "./parse-type.ts";
import type {
  ArithmeticOperator,
  Call,
  CompareOperator,
  Expression,
  Query,
} from "./syntax-tree.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads an expression or a predicate: OR binds loosest. */
export function parseExpression(tokens: TokenStream): Expression {
  let left = parseAnd(tokens);
  while (tokens.take("OR")) left = { type: "logic", operator: "or", left, right: parseAnd(tokens) };
  return left;
}

function parseAnd(tokens: TokenStream): Expression {
  let left = parseNot(tokens);
  while (tokens.take("AND"))
    left = { type: "logic", operator: "and", left, right: parseNot(tokens) };
  return left;
}

function parseNot(tokens: TokenStream): Expression {
  if (tokens.take("NOT")) return { type: "not", operand: parseNot(tokens) };
  if (tokens.take("EXISTS")) return { type: "exists", query: parenthesizedQuery(tokens) };
  return parsePredicate(tokens);
}

const compareOperators: Readonly<Record<string, CompareOperator>> = {
  "=": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  "!>": "<=",
  ">": ">",
  ">=": ">=",
  "!<": ">=",
};

function parsePredicate(tokens: TokenStream): Expression {
  const operand = parseSum(tokens);
  const operator = compareOperators[tokens.peek().keyword];
  if (operator !== undefined) {
    tokens.next();
    return { type: "compare", operator, left: operand, right: parseSum(tokens) };
  }
  if (tokens.take("IS")) {
    const isNegated = tokens.take("NOT");
    tokens.expect("NULL");
    return { type: "is-null", operand, isNegated };
  }
  const isNegated = tokens.isNext("NOT") && tokens.take("NOT");
  if (tokens.take("LIKE")) {
    const pattern = parseSum(tokens);
    const escape = tokens.take("ESCAPE") ? parseSum(tokens) : undefined;
    return { type: "like", operand, pattern, escape, isNegated };
  }
  if (tokens.take("BETWEEN")) return parseBetween(tokens, operand, isNegated);
  if (tokens.take("IN")) return parseIn(tokens, operand, isNegated);
  if (isNegated) throw tokens.error();
  return operand;
}

function parseBetween(tokens: TokenStream, operand: Expression, isNegated: boolean): Expression {
  const low = parseSum(tokens);
  tokens.expect("AND");
  const high = parseSum(tokens);
  const between: Expression = {
    type: "logic",
    operator: "and",
    left: { type: "compare", operator: ">=", left: operand, right: low },
    right: { type: "compare", operator: "<=", left: operand, right: high },
  };
  return isNegated ? { type: "not", operand: between } : between;
}

function parseIn(tokens: TokenStream, operand: Expression, isNegated: boolean): Expression {
  tokens.expect("(");
  if (tokens.isNext("SELECT") || tokens.isNext("WITH")) {
    const query = tokens.query();
    tokens.expect(")");
    return { type: "in-query", operand, query, isNegated };
  }
  const list = parseList(tokens);
  tokens.expect(")");
  return { type: "in", operand, list, isNegated };
}

/** Reads expressions parted by commas. */
export function parseList(tokens: TokenStream): readonly Expression[] {
  const list = [parseExpression(tokens)];
  while (tokens.take(",")) list.push(parseExpression(tokens));
  return list;
}

const sumOperators: Readonly<Record<string, ArithmeticOperator>> = {
  "+": "+",
  "-": "-",
  "&": "&",
  "|": "|",
  "^": "^",
};
const productOperators: Readonly<Record<string, ArithmeticOperator>> = {
  "*": "*",
  "/": "/",
  "%": "%",
};

function parseSum(tokens: TokenStream): Expression {
  let left = parseProduct(tokens);
  for (;;) {
    const operator = sumOperators[tokens.peek().keyword];
    if (operator === undefined) return left;
    tokens.next();
    left = { type: "arithmetic", operator, left, right: parseProduct(tokens) };
  }
}

function parseProduct(tokens: TokenStream): Expression {
  let left = parseUnary(tokens);
  for (;;) {
    const operator = productOperators[tokens.peek().keyword];
    if (operator === undefined) return left;
    tokens.next();
    left = { type: "arithmetic", operator, left, right: parseUnary(tokens) };
  }
}

function parseUnary(tokens: TokenStream): Expression {
  if (tokens.take("-")) return { type: "negate", operand: parseUnary(tokens) };
  if (tokens.take("+")) return parseUnary(tokens);
  if (tokens.take("~")) return { type: "complement", operand: parseUnary(tokens) };
  return parsePostfix(tokens, parsePrimary(tokens));
}

/** Reads what may follow a value: `.Method()` and COLLATE (there is one collation: it changes nothing). */
function parsePostfix(tokens: TokenStream, primary: Expression): Expression {
  let operand = primary;
  for (;;) {
    if (tokens.take("COLLATE")) {
      const collation = tokens.name();
      if (
        !/^(database_default|sql_latin1_general_cp1_ci_as|latin1_general_ci_as)$/i.test(collation)
      )
        throw tokens.error();
    } else if (tokens.isNext(".")) {
      tokens.next();
      const name = tokens.name();
      if (tokens.take("(")) tokens.expect(")");
      operand = { type: "method", operand, name };
    } else return operand;
  }
}

function parsePrimary(tokens: TokenStream): Expression {
  const literal = parseLiteral(tokens);
  if (literal !== undefined) return literal;
  if (tokens.peek().type === "variable") return { type: "variable", name: tokens.next().text };
  if (tokens.take("(")) {
    if (tokens.isNext("SELECT") || tokens.isNext("WITH")) {
      const query = tokens.query();
      tokens.expect(")");
      return { type: "subquery", query };
    }
    const inner = parseExpression(tokens);
    tokens.expect(")");
    return inner;
  }
  if (tokens.take("CASE")) return parseCase(tokens);
  if (tokens.isNext("CONVERT") || tokens.isNext("TRY_CONVERT")) return parseConvert(tokens);
  if (tokens.isNext("CAST", "(") || tokens.isNext("TRY_CAST", "(")) return parseCast(tokens);
  if (tokens.isNext("LEFT", "(") || tokens.isNext("RIGHT", "("))
    return parseCall(tokens, tokens.next().keyword);
  return parseNamed(tokens);
}

function parenthesizedQuery(tokens: TokenStream): Query {
  tokens.expect("(");
  const query = tokens.query();
  tokens.expect(")");
  return query;
}

function parseCase(tokens: TokenStream): Expression {
  const subject = tokens.isNext("WHEN") ? undefined : parseExpression(tokens);
  const branches: { when: Expression; result: Expression }[] = [];
  while (tokens.take("WHEN")) {
    const tested = parseExpression(tokens);
    tokens.expect("THEN");
    const when: Expression =
      subject === undefined
        ? tested
        : { type: "compare", operator: "=", left: subject, right: tested };
    branches.push({ when, result: parseExpression(tokens) });
  }
  if (branches.length === 0) throw tokens.error();
  const otherwise = tokens.take("ELSE") ? parseExpression(tokens) : undefined;
  tokens.expect("END");
  return { type: "case", branches, otherwise };
}

function parseConvert(tokens: TokenStream): Expression {
  const isTry = tokens.next().keyword === "TRY_CONVERT";
  tokens.expect("(");
  const to = parseType(tokens, 30);
  tokens.expect(",");
  const operand = parseExpression(tokens);
  const style = tokens.take(",") ? parseExpression(tokens) : undefined;
  tokens.expect(")");
  return { type: "cast", operand, to, style, isTry };
}

function parseCast(tokens: TokenStream): Expression {
  const isTry = tokens.next().keyword === "TRY_CAST";
  tokens.expect("(");
  const operand = parseExpression(tokens);
  tokens.expect("AS");
  const to = parseType(tokens, 30);
  tokens.expect(")");
  return { type: "cast", operand, to, style: undefined, isTry };
}

/** Reads a column, a function call, or a method call on a column. */
function parseNamed(tokens: TokenStream): Expression {
  const parts = [tokens.name()];
  while (tokens.isNext(".")) {
    tokens.next();
    parts.push(tokens.name());
  }
  if (!tokens.isNext("(")) return { type: "column", parts };
  const name = parts.at(-1) ?? "";
  const isMethod = parts.length > 1 && !/^(sys|dbo)$/i.test(parts[0] ?? "");
  if (!isMethod) return parseCall(tokens, name.toUpperCase());
  tokens.expect("(");
  tokens.expect(")");
  return { type: "method", operand: { type: "column", parts: parts.slice(0, -1) }, name };
}

function parseCall(tokens: TokenStream, name: string): Call {
  tokens.expect("(");
  const isStar = tokens.take("*");
  const isDistinct = !isStar && tokens.take("DISTINCT");
  const list = isStar || tokens.isNext(")") ? [] : parseList(tokens);
  tokens.expect(")");
  // Window functions are outside the subset.
  if (tokens.isNext("OVER")) throw tokens.error();
  return { type: "call", name, arguments: list, isStar, isDistinct };
}
