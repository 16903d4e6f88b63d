import { type Accumulator, bindAggregate } from "./aggregate.ts";
import { aggregateNames } from "./aggregate-name.ts";
import { bindPredicate, bindValue } from "./bind-expression.ts";
import type { BindContext, Bound } from "./bound.ts";
import type { RowChoice } from "./choose-rows.ts";
import { hashKey } from "./compare.ts";
import type { ResultColumn } from "./cursor.ts";
import { expressionKey } from "./expression-key.ts";
import { type Relation, relationOfRows } from "./relation.ts";
import { type RowList, toTuples } from "./row-list.ts";
import { type Frame, Scope, type Source } from "./scope.ts";
import type { Call, Expression, Select } from "./syntax-tree.ts";
import type { Value } from "./value.ts";

/** Whether a query groups: by GROUP BY, or by an aggregate alone. */
export function isGrouped(select: Select): boolean {
  return select.groupBy.length > 0 || aggregatesOf(select).length > 0;
}

/** The aggregate calls of the select list and HAVING; not those of inner queries. */
function aggregatesOf(select: Select): readonly Call[] {
  const found: Call[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
    if ("body" in value) return;
    if (isAggregate(value)) found.push(value);
    else for (const child of Object.values(value)) visit(child);
  };
  visit(select.items);
  visit(select.having);
  return found;
}

function isAggregate(value: object): value is Call {
  return (
    "type" in value &&
    value.type === "call" &&
    "name" in value &&
    typeof value.name === "string" &&
    aggregateNames.has(value.name)
  );
}

/** A grouped query's rows, one per group, and the context in which its select list is bound. */
export function bindGroups(
  select: Select,
  choose: RowChoice,
  context: BindContext,
): { context: BindContext; choose: RowChoice } {
  const keys = select.groupBy.map((expression) => ({
    expression,
    bound: bindValue(expression, context),
  }));
  const calls = aggregatesOf(select).map((call) => ({
    call,
    aggregate: bindAggregate(call, context),
  }));
  const columns: ResultColumn[] = [
    ...keys.map(({ expression, bound }) => ({
      name: nameOf(expression),
      type: bound.type,
      nullable: bound.nullable,
    })),
    ...calls.map(({ aggregate }) => ({
      name: "",
      type: aggregate.type,
      nullable: aggregate.nullable,
    })),
  ];
  const source: Source = groupSource(columns);
  const scope = new Scope(context.scope.parent);
  scope.sources.push(source);
  const computed = new Map<string, Bound>();
  const expressions = [
    ...keys.map(({ expression }) => expression),
    ...calls.map(({ call }) => call),
  ];
  expressions.forEach((expression, index) => {
    computed.set(expressionKey(expression, context.scope), groupColumn(source, index));
  });
  const grouped: BindContext = { ...context, computed };
  const having =
    select.having === undefined ? undefined : bindPredicate(select.having, grouped, "HAVING");
  return {
    context: grouped,
    choose: (outer) => {
      const relation = formGroups(choose(outer, undefined), {
        columns,
        keys: keys.map(({ bound }) => bound),
        start: () => calls.map(({ aggregate }) => aggregate.start()),
        isAlwaysOne: keys.length === 0,
      });
      source.relation = relation;
      const filter =
        having === undefined
          ? undefined
          : (frame: Frame): boolean => having.evaluate(frame) === true;
      return toTuples({ type: "range", first: 0, end: relation.rowCount, filter, outer });
    },
  };
}

function nameOf(expression: Expression): string {
  return expression.type === "column" ? (expression.parts.at(-1) ?? "") : "";
}

function groupSource(columns: readonly ResultColumn[]): Source {
  const relation = relationOfRows(columns, []);
  return { alias: "", schema: undefined, columns, relation, load: () => relation };
}

function groupColumn(source: Source, columnIndex: number): Bound {
  const column = source.columns[columnIndex];
  if (column === undefined) throw new RangeError("no such group column");
  return {
    type: column.type,
    nullable: column.nullable,
    isPredicate: false,
    isConstant: false,
    sourceMask: 1,
    evaluate: (frame) => source.relation.data[columnIndex]?.[frame.rows[0] ?? -1] ?? null,
  };
}

interface Grouping {
  readonly columns: readonly ResultColumn[];
  readonly keys: readonly Bound[];
  readonly start: () => readonly Accumulator[];
  /** Without GROUP BY there is one group, also of no rows. */
  readonly isAlwaysOne: boolean;
}

function formGroups(list: RowList, grouping: Grouping): Relation {
  const tuples = toTuples(list);
  const groups = new Map<
    string,
    { values: readonly Value[]; accumulators: readonly Accumulator[] }
  >();
  if (grouping.isAlwaysOne) groups.set("[]", { values: [], accumulators: grouping.start() });
  const frame: Frame = { rows: [], parent: tuples.outer };
  for (let index = 0; index < tuples.count; index += 1) {
    for (let source = 0; source < tuples.rows.length; source += 1)
      frame.rows[source] = tuples.rows[source]?.[index] ?? -1;
    const values = grouping.keys.map((key) => key.evaluate(frame));
    const key = JSON.stringify(
      values.map((value, column) => keyText(grouping.keys[column], value)),
    );
    let group = groups.get(key);
    if (group === undefined) {
      group = { values, accumulators: grouping.start() };
      groups.set(key, group);
    }
    for (const accumulator of group.accumulators) accumulator.add(frame);
  }
  const rows = [...groups.values()].map(({ values, accumulators }) => [
    ...values,
    ...accumulators.map((accumulator) => accumulator.result()),
  ]);
  return relationOfRows(grouping.columns, rows);
}

function keyText(bound: Bound | undefined, value: Value): string | number | boolean | null {
  if (bound === undefined || value === null) return null;
  const key = hashKey(bound.type, value);
  return typeof key === "bigint" ? key.toString() : key;
}
