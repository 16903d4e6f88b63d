import { bindPredicate, bindValue } from "./bind-expression.ts";
import { type BindContext, type Bound, type BoundQuery, emptyFrame } from "./bound.ts";
import { syntaxError, unknownObject } from "./error.ts";
import { readAll } from "./projection.ts";
import { type Relation, relationOfRows } from "./relation.ts";
import { Scope, type Source } from "./scope.ts";
import type { TableReference } from "./syntax-tree.ts";

/** Finds what a name in FROM stands for: stored rows, or a common table expression. */
export type TableLookup = (
  parts: readonly string[],
) =>
  | { readonly relation: Relation; readonly schema: string }
  | { readonly query: BoundQuery }
  | undefined;

/** How source `sourceIndex` meets the sources before it. */
export interface BoundJoin {
  readonly sourceIndex: number;
  readonly kind: "inner" | "left" | "cross";
  readonly on: Bound | undefined;
}

/** A FROM clause: its sources stand in the scope, the first one joined to nothing. */
export interface BoundFrom {
  readonly joins: readonly BoundJoin[];
}

/** Binds FROM and adds its sources to the context's scope. */
export function bindFrom(
  from: TableReference | undefined,
  context: BindContext,
  lookup: TableLookup,
): BoundFrom {
  const joins: BoundJoin[] = [];
  if (from !== undefined) addReference(from, { context, lookup, joins });
  return { joins };
}

interface Work {
  readonly context: BindContext;
  readonly lookup: TableLookup;
  readonly joins: BoundJoin[];
}

function addReference(reference: TableReference, work: Work): void {
  if (reference.type !== "join") {
    addSource(reference, work);
    return;
  }
  addReference(reference.left, work);
  // A join on the right side would have to be formed first; no client asks for one.
  if (reference.right.type === "join") throw syntaxError("JOIN");
  const sourceIndex = addSource(reference.right, work);
  const on =
    reference.on === undefined ? undefined : bindPredicate(reference.on, work.context, "ON");
  work.joins.push({ sourceIndex, kind: reference.kind, on });
}

function addSource(reference: Exclude<TableReference, { type: "join" }>, work: Work): number {
  const { sources } = work.context.scope;
  sources.push(makeSource(reference, work));
  return sources.length - 1;
}

function makeSource(reference: Exclude<TableReference, { type: "join" }>, work: Work): Source {
  if (reference.type === "derived") {
    const query = work.context.bindQuery(
      reference.query,
      work.context.scope.parent ?? new Scope(undefined),
    );
    const names = reference.columns;
    const columns = query.columns.map((column, index) => ({
      ...column,
      name: names[index] ?? column.name,
    }));
    return querySource(reference.alias, { ...query, columns });
  }
  if (reference.type === "function") return functionSource(reference, work);
  const found = work.lookup(reference.parts);
  if (found === undefined) throw unknownObject(reference.parts.join("."));
  const name = reference.parts.at(-1) ?? "";
  if ("query" in found) return querySource(reference.alias ?? name, found.query);
  const { relation, schema } = found;
  return {
    alias: reference.alias ?? name,
    schema: reference.alias === undefined ? schema : undefined,
    columns: relation.columns,
    relation,
    load: () => relation,
  };
}

function functionSource(
  reference: Extract<TableReference, { type: "function" }>,
  { context }: Work,
): Source {
  const constants = { ...context, scope: new Scope(undefined) };
  const values = reference.arguments.map((argument) =>
    bindValue(argument, constants).evaluate(emptyFrame),
  );
  const name = reference.parts.at(-1) ?? "";
  const relation = context.facts.tableFunction(name, values, reference.table);
  if (relation === undefined) throw unknownObject(reference.parts.join("."));
  return {
    alias: reference.alias ?? name,
    schema: undefined,
    columns: relation.columns,
    relation,
    load: () => relation,
  };
}

function querySource(alias: string, query: BoundQuery): Source {
  return {
    alias,
    schema: undefined,
    columns: query.columns,
    relation: relationOfRows(query.columns, []),
    load: (outer) => readAll(query.open(outer)),
  };
}
