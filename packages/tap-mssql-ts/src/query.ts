import {
  type BoundValue,
  boundValue,
  parameterExpression,
  selectExpression,
} from "./type/expression.ts";
import { type SqlType, sqlTypeText } from "./type/sql-type.ts";

/** A statement with its parameters, ready to send. */
export interface Statement {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, BoundValue>>;
}

/** A column that a statement reads or compares. */
export interface QueryColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** One end of a key range: the column values as RECORD text, in key order. */
export interface KeyBound {
  readonly columns: readonly QueryColumn[];
  readonly values: readonly string[];
  readonly operator: ">" | ">=" | "<" | "<=";
  /** Lets rows through whose first column is null. */
  readonly orNull?: boolean;
  /** Moves the first value, a date or time, back by that much. */
  readonly lookbackSeconds?: number;
}

/** What to read of one table. */
export interface SelectQuery {
  readonly schema: string;
  readonly table: string;
  /** SELECT that takes the place of the table. */
  readonly query?: string;
  readonly columns: readonly QueryColumn[];
  readonly bounds?: readonly KeyBound[];
  /** Conditions in SQL, from the settings. */
  readonly conditions?: readonly string[];
  readonly orderBy?: readonly QueryColumn[];
  readonly descending?: boolean;
  readonly rowsMax?: number;
  /** Rows to pass over before the one row that is wanted. */
  readonly skipRows?: number;
  readonly hints?: QueryHints;
}

/** Hints out of the settings. */
export interface QueryHints {
  /** For the OPTION clause. */
  readonly query?: string;
  /** For the WITH clause of a table. */
  readonly table?: string;
}

/** Writes the SELECT of a query; the same query shape gives the same text, whatever its values. */
export function selectStatement(query: SelectQuery): Statement {
  const parameters: Record<string, BoundValue> = {};
  const where = [
    ...(query.bounds ?? []).map((bound) => boundCondition(bound, parameters)),
    ...(query.conditions ?? []).map((condition) => `(${condition})`),
  ];
  const direction = query.descending === true ? " DESC" : "";
  const order = (query.orderBy ?? []).map((column) => quoteName(column.name) + direction);
  const sql = [
    `SELECT ${query.rowsMax === undefined ? "" : `TOP (${query.rowsMax}) `}${selectList(query.columns, "")}`,
    ` FROM ${sourceOf(query)}`,
    where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`,
    order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`,
    query.skipRows === undefined ? "" : ` OFFSET ${query.skipRows} ROWS FETCH NEXT 1 ROWS ONLY`,
    query.hints?.query === undefined ? "" : ` OPTION (${query.hints.query})`,
  ].join("");
  return { sql, parameters };
}

/** Counts the rows of a query's table, under its conditions. */
export function countStatement(
  query: Pick<SelectQuery, "schema" | "table" | "query" | "conditions" | "hints">,
): Statement {
  const where = (query.conditions ?? []).map((condition) => `(${condition})`);
  const suffix = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
  return {
    sql: `SELECT COUNT_BIG(*) AS row_total FROM ${sourceOf(query)}${suffix}`,
    parameters: {},
  };
}

/** The columns as SELECT reads them exactly, each under its own name; `qualifier` ends with a dot. */
export function selectList(columns: readonly QueryColumn[], qualifier: string): string {
  return columns
    .map((column) => {
      const name = quoteName(column.name);
      const qualified = qualifier + name;
      const expression = selectExpression(qualified, column.type);
      return expression === qualified ? qualified : `${expression} AS ${name}`;
    })
    .join(", ");
}

/** A table, or a SELECT of the settings as a derived table. */
function sourceOf({
  schema,
  table,
  query,
  hints,
}: Pick<SelectQuery, "schema" | "table" | "query" | "hints">): string {
  // The line break ends a comment that the SELECT may close with.
  const withHints = hints?.table === undefined ? "" : ` WITH (${hints.table})`;
  return query === undefined
    ? `${quoteName(schema)}.${quoteName(table)}${withHints}`
    : `(${query}\n) AS [query]`;
}

/** A name in brackets, with closing brackets doubled. */
export function quoteName(name: string): string {
  return `[${name.replaceAll("]", "]]")}]`;
}

/**
 * Row-wise comparison of a composite key: `(a > 1 OR (a = 1 AND b > 2))`. Each parameter is used
 * in its column's own type, so that the comparison is the server's: collation, uniqueidentifier
 * order, 1/300 s and 100 ns included.
 */
function boundCondition(bound: KeyBound, parameters: Record<string, BoundValue>): string {
  const strict = bound.operator.startsWith(">") ? ">" : "<";
  const terms = bound.columns.map((column, index) => {
    const name = `@p${Object.keys(parameters).length + 1}`;
    parameters[name.slice(1)] = boundValue(bound.values[index] ?? "", column.type);
    const value = parameterExpression(name, column.type, sqlTypeText(column.type));
    return {
      name: quoteName(column.name),
      value:
        index === 0 && bound.lookbackSeconds !== undefined
          ? `DATEADD(second, -${bound.lookbackSeconds}, ${value})`
          : value,
    };
  });
  const condition = keyCondition(terms, strict, bound.operator);
  const [first] = terms;
  return bound.orNull === true && first !== undefined
    ? `(${condition} OR ${first.name} IS NULL)`
    : condition;
}

function keyCondition(
  terms: readonly { readonly name: string; readonly value: string }[],
  strict: string,
  last: string,
): string {
  const [first, ...rest] = terms;
  if (first === undefined) return "1 = 1";
  if (rest.length === 0) return `${first.name} ${last} ${first.value}`;
  const further = keyCondition(rest, strict, last);
  return `(${first.name} ${strict} ${first.value} OR (${first.name} = ${first.value} AND ${further}))`;
}
