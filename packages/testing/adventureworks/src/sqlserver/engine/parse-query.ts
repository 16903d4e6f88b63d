import { parseExpression, parseList } from "./parse-expression.ts";
import { parseLiteral } from "./parse-literal.ts";
import type {
  Expression,
  Join,
  OrderItem,
  Query,
  Select,
  SelectItem,
  TableReference,
  Union,
} from "./syntax-tree.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads a query: `[WITH …] SELECT … [UNION [ALL] …] [ORDER BY …] [OPTION (…)]`. */
export function parseQuery(tokens: TokenStream): Query {
  const commonTables = tokens.take("WITH") ? parseWith(tokens) : [];
  const body = parseUnion(tokens);
  const orderBy = tokens.take("ORDER", "BY") ? parseOrder(tokens) : [];
  const { offset, fetch } = parseOffset(tokens);
  if (tokens.take("OPTION")) skipParentheses(tokens);
  return { with: commonTables, body, orderBy, offset, fetch };
}

function parseWith(tokens: TokenStream): Query["with"] {
  const commonTables: { name: string; columns: readonly string[]; query: Query }[] = [];
  do {
    const name = tokens.name();
    const columns = parseColumnNames(tokens);
    tokens.expect("AS");
    tokens.expect("(");
    commonTables.push({ name, columns, query: parseQuery(tokens) });
    tokens.expect(")");
  } while (tokens.take(","));
  return commonTables;
}

function parseColumnNames(tokens: TokenStream): readonly string[] {
  if (!tokens.take("(")) return [];
  const names = [tokens.name()];
  while (tokens.take(",")) names.push(tokens.name());
  tokens.expect(")");
  return names;
}

function parseUnion(tokens: TokenStream): Select | Union {
  let left = parseUnionMember(tokens);
  while (tokens.take("UNION")) {
    const isAll = tokens.take("ALL");
    left = { type: "union", isAll, left, right: parseUnionMember(tokens) };
  }
  return left;
}

function parseUnionMember(tokens: TokenStream): Select | Union {
  if (!tokens.take("(")) return parseSelect(tokens);
  const inner = parseUnion(tokens);
  tokens.expect(")");
  return inner;
}

function parseSelect(tokens: TokenStream): Select {
  tokens.expect("SELECT");
  const isDistinct = tokens.take("DISTINCT");
  if (!isDistinct) tokens.take("ALL");
  const top = tokens.take("TOP") ? parseTop(tokens) : undefined;
  const items = [parseItem(tokens)];
  while (tokens.take(",")) items.push(parseItem(tokens));
  const from = tokens.take("FROM") ? parseFrom(tokens) : undefined;
  const where = tokens.take("WHERE") ? parseExpression(tokens) : undefined;
  const groupBy = tokens.take("GROUP", "BY") ? parseList(tokens) : [];
  const having = tokens.take("HAVING") ? parseExpression(tokens) : undefined;
  return { type: "select", isDistinct, top, items, from, where, groupBy, having };
}

function parseTop(tokens: TokenStream): Expression {
  if (tokens.isNext("(")) {
    tokens.expect("(");
    const top = parseExpression(tokens);
    tokens.expect(")");
    if (tokens.isNext("PERCENT") || tokens.isNext("WITH", "TIES")) throw tokens.error();
    return top;
  }
  const top = tokens.peek().type === "number" ? parseLiteral(tokens) : undefined;
  if (top === undefined) throw tokens.error();
  if (tokens.isNext("PERCENT") || tokens.isNext("WITH", "TIES")) throw tokens.error();
  return top;
}

function parseItem(tokens: TokenStream): SelectItem {
  if (tokens.take("*")) return { type: "star", qualifier: [] };
  const qualifier = starQualifier(tokens);
  if (qualifier !== undefined) return { type: "star", qualifier };
  if (tokens.peek().type === "variable" && tokens.peek(1).keyword === "=") {
    const variable = tokens.next().text;
    tokens.expect("=");
    return { type: "assign", variable, expression: parseExpression(tokens) };
  }
  if (tokens.isName && tokens.peek(1).keyword === "=") {
    const alias = tokens.name();
    tokens.expect("=");
    return { type: "expression", alias, expression: parseExpression(tokens) };
  }
  const expression = parseExpression(tokens);
  return { type: "expression", expression, alias: parseItemAlias(tokens) };
}

/** The names before `.*`, if that is what comes next. */
function starQualifier(tokens: TokenStream): readonly string[] | undefined {
  let ahead = 0;
  while (isNameAt(tokens, ahead) && tokens.peek(ahead + 1).keyword === ".") ahead += 2;
  if (ahead === 0 || tokens.peek(ahead).keyword !== "*") return undefined;
  const qualifier: string[] = [];
  while (!tokens.take("*")) {
    qualifier.push(tokens.name());
    tokens.expect(".");
  }
  return qualifier;
}

function isNameAt(tokens: TokenStream, ahead: number): boolean {
  const { type } = tokens.peek(ahead);
  return type === "name" || type === "quoted";
}

function parseItemAlias(tokens: TokenStream): string | undefined {
  const hasAs = tokens.take("AS");
  if (tokens.peek().type === "string") return tokens.next().text;
  return hasAs || tokens.isName ? tokens.name() : undefined;
}

function parseFrom(tokens: TokenStream): TableReference {
  let left = parseJoins(tokens);
  while (tokens.take(","))
    left = { type: "join", kind: "cross", left, right: parseJoins(tokens), on: undefined };
  return left;
}

function parseJoins(tokens: TokenStream): TableReference {
  let left = parseTable(tokens);
  for (let kind = parseJoinKind(tokens); kind !== undefined; kind = parseJoinKind(tokens)) {
    const right = parseTable(tokens);
    const hasCondition = kind === "inner" || kind === "left";
    if (hasCondition) tokens.expect("ON");
    left = {
      type: "join",
      kind,
      left,
      right,
      on: hasCondition ? parseExpression(tokens) : undefined,
    };
  }
  return left;
}

function parseJoinKind(tokens: TokenStream): Join["kind"] | undefined {
  if (tokens.take("INNER", "JOIN") || tokens.take("JOIN")) return "inner";
  if (tokens.take("LEFT", "OUTER", "JOIN") || tokens.take("LEFT", "JOIN")) return "left";
  return tokens.take("CROSS", "JOIN") ? "cross" : undefined;
}

function parseTable(tokens: TokenStream): TableReference {
  if (tokens.take("(")) return parseParenthesized(tokens);
  const parts = [tokens.name()];
  while (tokens.take(".")) parts.push(tokens.isNext(".") ? "" : tokens.name());
  if (tokens.isNext("(")) return parseTableFunction(tokens, parts);
  const alias = parseTableAlias(tokens);
  if (tokens.isNext("WITH", "(")) {
    tokens.expect("WITH");
    skipParentheses(tokens);
  }
  return { type: "table", parts, alias };
}

/** Reads the arguments of a table function; CHANGETABLE has a table in front of them. */
function parseTableFunction(tokens: TokenStream, parts: readonly string[]): TableReference {
  tokens.expect("(");
  const table: string[] = [];
  if (tokens.take("CHANGES")) {
    do table.push(tokens.name());
    while (tokens.take("."));
    tokens.expect(",");
  }
  const list = tokens.isNext(")") ? [] : parseList(tokens);
  tokens.expect(")");
  return { type: "function", parts, table, arguments: list, alias: parseTableAlias(tokens) };
}

function parseParenthesized(tokens: TokenStream): TableReference {
  if (!tokens.isNext("SELECT") && !tokens.isNext("WITH")) {
    const inner = parseJoins(tokens);
    tokens.expect(")");
    return inner;
  }
  const query = parseQuery(tokens);
  tokens.expect(")");
  tokens.take("AS");
  const alias = tokens.name();
  return { type: "derived", query, alias, columns: parseColumnNames(tokens) };
}

function parseTableAlias(tokens: TokenStream): string | undefined {
  return tokens.take("AS") || tokens.isName ? tokens.name() : undefined;
}

/** Reads past hints: they change how SQL Server works, not what it answers here. */
function skipParentheses(tokens: TokenStream): void {
  tokens.expect("(");
  let depth = 1;
  while (depth > 0) {
    if (tokens.isAtEnd) throw tokens.error();
    const { keyword } = tokens.next();
    if (keyword === "(") depth += 1;
    else if (keyword === ")") depth -= 1;
  }
}

function parseOrder(tokens: TokenStream): readonly OrderItem[] {
  const items: OrderItem[] = [];
  do {
    const expression = parseExpression(tokens);
    const isDescending = tokens.take("DESC");
    if (!isDescending) tokens.take("ASC");
    items.push({ expression, isDescending });
  } while (tokens.take(","));
  return items;
}

function parseOffset(tokens: TokenStream): {
  offset: Expression | undefined;
  fetch: Expression | undefined;
} {
  if (!tokens.take("OFFSET")) return { offset: undefined, fetch: undefined };
  const offset = parseExpression(tokens);
  if (!tokens.take("ROWS")) tokens.expect("ROW");
  if (!tokens.take("FETCH")) return { offset, fetch: undefined };
  if (!tokens.take("NEXT")) tokens.expect("FIRST");
  const fetch = parseExpression(tokens);
  if (!tokens.take("ROWS")) tokens.expect("ROW");
  tokens.expect("ONLY");
  return { offset, fetch };
}
