import type { ChangeLog } from "../change-log.ts";
import type { Cursor, ResultColumn } from "./cursor.ts";
import { SqlError, syntaxError } from "./error.ts";
import type { Relation } from "./relation.ts";
import type { Frame, Scope } from "./scope.ts";
import type { Query } from "./syntax-tree.ts";
import { bitType, type Type } from "./type.ts";
import type { Value } from "./value.ts";

/** An expression with its type, ready to be evaluated. */
export interface Bound {
  readonly type: Type;
  readonly nullable: boolean;
  /** A predicate has the values true, false and null (unknown), and is no value in SQL. */
  readonly isPredicate: boolean;
  /** Whether it depends on no row. */
  readonly isConstant: boolean;
  /** Bit n is set when it reads source n of the innermost scope. */
  readonly sourceMask: number;
  /** Set on a plain column of the innermost scope. */
  readonly column?: { readonly sourceIndex: number; readonly columnIndex: number };
  /** On a predicate: equalities that must hold for it to be true, as keys that may be hashed. */
  readonly equalities?: readonly { readonly left: Bound; readonly right: Bound }[];
  /** On a comparison with a constant: the column, as it stands, against the value. */
  readonly bounds?: KeyBounds;
  readonly evaluate: (frame: Frame) => Value;
}

/** What a predicate says about one column: rows outside of `low` to `high` do not fulfil it. */
export interface KeyBounds {
  readonly columnIndex: number;
  /** Orders the column's value at a row against a limit; both limits are inclusive. */
  readonly low: ((value: Value) => number) | undefined;
  readonly high: ((value: Value) => number) | undefined;
}

/** A query that may be run any number of times. */
export interface BoundQuery {
  readonly columns: readonly ResultColumn[];
  open(outer: Frame | undefined): Cursor;
}

/** A variable with its present value. */
export interface BoundVariable {
  readonly type: Type;
  readonly value: Value;
}

/** What names and functions mean while a statement is bound. */
export interface BindContext {
  readonly scope: Scope;
  readonly variables: ReadonlyMap<string, BoundVariable>;
  readonly facts: SessionFacts;
  /** Expressions that a grouped query has computed, by `expressionKey`. */
  readonly computed: ReadonlyMap<string, Bound> | undefined;
  bindQuery(query: Query, outer: Scope): BoundQuery;
}

/** What functions of T-SQL tell about the session, its server and its catalog. */
export interface SessionFacts {
  readonly spid: number;
  readonly user: string;
  readonly database: string;
  readonly databases: readonly string[];
  readonly transactionDepth: number;
  readonly rowCount: number;
  readonly serverName: string;
  readonly productVersion: string;
  readonly now: Date;
  readonly schemaName: (id: number) => string | undefined;
  readonly schemaId: (name: string) => number | undefined;
  readonly typeName: (id: number) => string | undefined;
  readonly typeId: (name: string) => number | undefined;
  readonly objectById: (id: number) => { name: string; schema: string } | undefined;
  readonly objectId: (name: string) => number | undefined;
  readonly objectProperty: (id: number, property: string) => number | undefined;
  readonly columnProperty: (id: number, column: string, property: string) => number | undefined;
  readonly columnName: (id: number, column: number) => string | undefined;
  /** The history as far as this session sees it; undefined where tables never change. */
  readonly history: SessionHistory | undefined;
  /** The rows of a table function; `table` is that of CHANGETABLE. */
  readonly tableFunction: (
    name: string,
    values: readonly Value[],
    table: readonly string[],
  ) => Relation | undefined;
}

/** What change functions tell. */
export interface SessionHistory {
  readonly log: ChangeLog;
  /** The last transaction that the session sees. */
  readonly version: number;
  readonly rowVersionMin: bigint;
}

/** A value that depends on what `parts` depend on. */
export function combine(
  parts: readonly Bound[],
  result: {
    type: Type;
    nullable?: boolean;
    isPredicate?: boolean;
    evaluate: (frame: Frame) => Value;
  },
): Bound {
  const isConstant = parts.every((part) => part.isConstant);
  return {
    type: result.type,
    nullable: result.nullable ?? parts.some((part) => part.nullable),
    isPredicate: result.isPredicate ?? false,
    isConstant,
    sourceMask: parts.reduce((mask, part) => mask | part.sourceMask, 0),
    evaluate: isConstant ? onlyOnce(result.evaluate) : result.evaluate,
  };
}

/** A predicate over `parts`. */
export function predicate(parts: readonly Bound[], evaluate: (frame: Frame) => Value): Bound {
  return combine(parts, { type: bitType, isPredicate: true, evaluate });
}

export function constant(type: Type, value: Value): Bound {
  return {
    type,
    nullable: value === null,
    isPredicate: false,
    isConstant: true,
    sourceMask: 0,
    evaluate: () => value,
  };
}

/** Rejects a predicate where a value must stand. */
export function asValue(bound: Bound): Bound {
  if (bound.isPredicate) throw syntaxError("=");
  return bound;
}

/** Rejects a value where a predicate must stand. */
export function asPredicate(bound: Bound, near: string): Bound {
  if (bound.isPredicate) return bound;
  throw new SqlError(
    4145,
    `An expression of non-boolean type specified in a context where a condition is expected, near '${near}'.`,
    { class: 15 },
  );
}

function onlyOnce(evaluate: (frame: Frame) => Value): (frame: Frame) => Value {
  let isKnown = false;
  let value: Value = null;
  return (frame) => {
    if (!isKnown) {
      value = evaluate(frame);
      isKnown = true;
    }
    return value;
  };
}

/** The frame of expressions that read no row. */
export const emptyFrame: Frame = { rows: [], parent: undefined };
