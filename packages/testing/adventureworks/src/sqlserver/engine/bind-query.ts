import { bindExpression, bindPredicate, bindValue } from "./bind-expression.ts";
import { bindFrom, type TableLookup } from "./bind-from.ts";
import { type BindContext, type Bound, type BoundQuery, constant, emptyFrame } from "./bound.ts";
import { commonTypeOf } from "./bound-type.ts";
import { chooseRows, type RowChoice } from "./choose-rows.ts";
import { converter } from "./convert.ts";
import type { Cursor, ResultColumn } from "./cursor.ts";
import { SqlError, syntaxError } from "./error.ts";
import { bindGroups, isGrouped } from "./group.ts";
import { distinctRows, ProjectionCursor, RelationCursor, readAll } from "./projection.ts";
import { type Relation, relationOfRows } from "./relation.ts";
import { type Frame, Scope } from "./scope.ts";
import { type SortKey, sortRows } from "./sort.ts";
import type { Expression, OrderItem, Query, Select, SelectItem, Union } from "./syntax-tree.ts";
import { numberOf, type Value } from "./value.ts";

/** What a query needs of its surroundings. */
export type QuerySurroundings = Omit<BindContext, "scope" | "computed" | "bindQuery">;

/** Gives queries their meaning; one binder serves one statement. */
export class QueryBinder {
  #surroundings: QuerySurroundings;
  #lookup: TableLookup;

  constructor(surroundings: QuerySurroundings, lookup: TableLookup) {
    this.#surroundings = surroundings;
    this.#lookup = lookup;
  }

  /** Binds a query whose outer names, if any, are those of `outer`. */
  bind(query: Query, outer: Scope | undefined): BoundQuery {
    if (query.with.length > 0) return this.#bindWith(query, outer);
    const limits = this.#limits(query);
    if (query.body.type === "select") return this.#select(query.body, query.orderBy, limits, outer);
    const union = this.#union(query.body, outer);
    const scope = new Scope(outer);
    return this.#sorted(union, query.orderBy, limits, scope);
  }

  /** A context for expressions over `scope`. */
  context(scope: Scope): BindContext {
    return {
      ...this.#surroundings,
      scope,
      computed: undefined,
      bindQuery: (query, outer) => this.bind(query, outer),
    };
  }

  #bindWith(query: Query, outer: Scope | undefined): BoundQuery {
    let lookup = this.#lookup;
    for (const { name, columns, query: inner } of query.with) {
      const bound = new QueryBinder(this.#surroundings, lookup).bind(inner, outer);
      const named = renamed(bound, columns);
      const before = lookup;
      lookup = (parts) =>
        parts.length === 1 && parts[0]?.toLowerCase() === name.toLowerCase()
          ? { query: named }
          : before(parts);
    }
    return new QueryBinder(this.#surroundings, lookup).bind({ ...query, with: [] }, outer);
  }

  #limits(query: Query): Limits {
    const context = this.context(new Scope(undefined));
    const top = query.body.type === "select" ? query.body.top : undefined;
    return {
      offset: countOf(query.offset, context) ?? 0,
      count: countOf(query.fetch, context) ?? countOf(top, context) ?? Number.POSITIVE_INFINITY,
    };
  }

  #select(
    select: Select,
    orderBy: readonly OrderItem[],
    limits: Limits,
    outer: Scope | undefined,
  ): BoundQuery {
    const scope = new Scope(outer);
    const context = this.context(scope);
    const from = bindFrom(select.from, context, this.#lookup);
    const where =
      select.where === undefined
        ? []
        : conjuncts(select.where).map((part) => bindPredicate(part, context, "WHERE"));
    const choose: RowChoice = chooseRows(scope.sources, from, where);
    if (isGrouped(select)) {
      const groups = bindGroups(select, choose, context);
      return this.#project(select, orderBy, limits, groups.context, groups.choose);
    }
    if (select.having !== undefined) throw syntaxError("HAVING");
    return this.#project(select, orderBy, limits, context, choose);
  }

  #project(
    select: Select,
    orderBy: readonly OrderItem[],
    limits: Limits,
    context: BindContext,
    choose: RowChoice,
  ): BoundQuery {
    const outputs = select.items.flatMap((item) => bindItem(item, context));
    const columns = outputs.map(({ column }) => column);
    const evaluators = outputs.map(({ bound }) => bound.evaluate);
    if (select.isDistinct) {
      const plain: BoundQuery = {
        columns,
        open: (outer) => new ProjectionCursor(columns, evaluators, choose(outer, undefined)),
      };
      return this.#sorted(distinct(plain), orderBy, limits, context.scope);
    }
    const keys = orderBy.map((item) => orderKey(item, outputs, context));
    return {
      columns,
      open: (outer) => {
        const rows =
          keys.length === 0 ? choose(outer, undefined) : sortRows(choose(outer, keys), keys);
        return new ProjectionCursor(columns, evaluators, rows, limits);
      },
    };
  }

  #union(union: Union, outer: Scope | undefined): BoundQuery {
    const [left, right] = [union.left, union.right].map((side) =>
      side.type === "union"
        ? this.#union(side, outer)
        : this.bind(
            { with: [], body: side, orderBy: [], offset: undefined, fetch: undefined },
            outer,
          ),
    );
    if (left === undefined || right === undefined || left.columns.length !== right.columns.length)
      throw new SqlError(
        205,
        "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.",
      );
    const columns = left.columns.map((column, index) =>
      unionColumn(column, right.columns[index] ?? column),
    );
    const both: BoundQuery = {
      columns,
      open: (frame) => {
        const rows = [
          ...convertedRows(left, columns, frame),
          ...convertedRows(right, columns, frame),
        ];
        return new RelationCursor(relationOfRows(columns, rows));
      },
    };
    return union.isAll ? both : distinct(both);
  }

  /** Sorts and cuts finished rows; ORDER BY may name their columns alone. */
  #sorted(
    query: BoundQuery,
    orderBy: readonly OrderItem[],
    limits: Limits,
    outer: Scope,
  ): BoundQuery {
    if (orderBy.length === 0 && limits.offset === 0 && limits.count === Number.POSITIVE_INFINITY)
      return query;
    const scope = new Scope(undefined);
    let relation: Relation = relationOfRows(query.columns, []);
    const source = {
      alias: "",
      schema: undefined,
      columns: query.columns,
      relation,
      load: (): Relation => relation,
    };
    scope.sources.push(source);
    const outputs = query.columns.map((column) => ({
      column,
      bound: bindExpression({ type: "column", parts: [column.name] }, this.context(scope)),
    }));
    const keys = orderBy.map((item) =>
      orderKey(withoutQualifier(item, outer), outputs, this.context(scope)),
    );
    const choose = chooseRows(scope.sources, { joins: [] }, []);
    return {
      columns: query.columns,
      open: (frame) => {
        relation = readAll(query.open(frame));
        const rows = choose(undefined, keys);
        const sorted = keys.length === 0 ? rows : sortRows(rows, keys);
        return new ProjectionCursor(
          query.columns,
          outputs.map(({ bound }) => bound.evaluate),
          sorted,
          limits,
        );
      },
    };
  }
}

/** Which of the sorted rows are wanted. */
export interface Limits {
  readonly offset: number;
  readonly count: number;
}

interface Output {
  readonly column: ResultColumn;
  readonly bound: Bound;
}

function bindItem(item: SelectItem, context: BindContext): readonly Output[] {
  switch (item.type) {
    case "star":
      return context.scope
        .resolveStar(item.qualifier)
        .flatMap((index) => starOutputs(index, context));
    case "assign":
      throw new SqlError(
        141,
        "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.",
        { class: 15 },
      );
    case "expression": {
      const bound = bindValue(item.expression, context);
      return [
        { bound, column: outputColumn(bound, item.alias ?? ownName(item.expression), context) },
      ];
    }
  }
}

function starOutputs(sourceIndex: number, context: BindContext): readonly Output[] {
  const source = context.scope.sources[sourceIndex];
  const columns = source?.columns ?? [];
  return columns.map((column, columnIndex) => {
    const evaluate = (frame: Frame): Value => {
      const row = frame.rows[sourceIndex] ?? -1;
      return row < 0 ? null : (source?.relation.data[columnIndex]?.[row] ?? null);
    };
    const bound: Bound = {
      ...constant(column.type, null),
      isConstant: false,
      sourceMask: 1 << sourceIndex,
      column: { sourceIndex, columnIndex },
      nullable: column.nullable,
      evaluate,
    };
    return { column, bound };
  });
}

function outputColumn(bound: Bound, name: string, context: BindContext): ResultColumn {
  const { column } = bound;
  const stored =
    column === undefined
      ? undefined
      : context.scope.sources[column.sourceIndex]?.columns[column.columnIndex];
  return { ...stored, name, type: bound.type, nullable: bound.nullable };
}

function ownName(expression: Expression): string {
  return expression.type === "column" ? (expression.parts.at(-1) ?? "") : "";
}

function orderKey(item: OrderItem, outputs: readonly Output[], context: BindContext): SortKey {
  return { bound: orderBound(item.expression, outputs, context), isDescending: item.isDescending };
}

/** A position or an alias of the select list, or any expression. */
function orderBound(
  expression: Expression,
  outputs: readonly Output[],
  context: BindContext,
): Bound {
  if (expression.type === "literal" && typeof expression.value === "number") {
    const output = outputs[expression.value - 1];
    if (output === undefined)
      throw new SqlError(
        108,
        `The ORDER BY position number ${expression.value} is out of range of the number of items in the select list.`,
        { class: 15 },
      );
    return output.bound;
  }
  if (expression.type === "column" && expression.parts.length === 1) {
    const name = expression.parts[0]?.toLowerCase();
    const output = outputs.find(({ column }) => column.name.toLowerCase() === name);
    if (output !== undefined) return output.bound;
  }
  return bindValue(expression, context);
}

function withoutQualifier(item: OrderItem, _outer: Scope): OrderItem {
  const { expression } = item;
  if (expression.type !== "column") return item;
  return { ...item, expression: { type: "column", parts: expression.parts.slice(-1) } };
}

function countOf(expression: Expression | undefined, context: BindContext): number | undefined {
  if (expression === undefined) return undefined;
  const bound = bindValue(expression, context);
  const value = bound.evaluate(emptyFrame);
  return typeof value === "bigint" ? Number(value) : numberOf(value);
}

/** The parts of a condition that must all hold. */
function conjuncts(expression: Expression): readonly Expression[] {
  if (expression.type !== "logic" || expression.operator !== "and") return [expression];
  return [...conjuncts(expression.left), ...conjuncts(expression.right)];
}

/** The same query under other column names. */
function renamed(query: BoundQuery, names: readonly string[]): BoundQuery {
  if (names.length === 0) return query;
  if (names.length !== query.columns.length)
    throw new SqlError(
      8158,
      "The table expression has more or fewer columns than were specified in the column list.",
    );
  return {
    ...query,
    columns: query.columns.map((column, index) => ({
      ...column,
      name: names[index] ?? column.name,
    })),
  };
}

function distinct(query: BoundQuery): BoundQuery {
  return {
    columns: query.columns,
    open: (frame) => new RelationCursor(distinctRows(query.open(frame))),
  };
}

function unionColumn(left: ResultColumn, right: ResultColumn): ResultColumn {
  const asBound = (column: ResultColumn): Bound => ({
    ...constant(column.type, null),
    isConstant: false,
  });
  const type = commonTypeOf([asBound(left), asBound(right)]);
  return { name: left.name, type, nullable: left.nullable || right.nullable };
}

function convertedRows(
  query: BoundQuery,
  columns: readonly ResultColumn[],
  frame: Frame | undefined,
): Value[][] {
  const converters = query.columns.map((column, index) =>
    converter(column.type, columns[index]?.type ?? column.type),
  );
  const cursor: Cursor = query.open(frame);
  const rows: Value[][] = [];
  while (cursor.next())
    rows.push(
      cursor.values.map((value, index) =>
        value === null ? null : (converters[index]?.(value) ?? null),
      ),
    );
  return rows;
}
