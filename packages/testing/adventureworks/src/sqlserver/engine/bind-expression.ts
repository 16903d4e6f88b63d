import { bindArithmetic, bindNegate } from "./arithmetic.ts";
import {
  asPredicate,
  asValue,
  type BindContext,
  type Bound,
  combine,
  constant,
  emptyFrame,
  predicate,
} from "./bound.ts";
import { commonTypeOf, convertBound, isBareNull } from "./bound-type.ts";
import { commonType, hashKey, mixedComparator } from "./compare.ts";
import { converter } from "./convert.ts";
import { SqlError, syntaxError, undeclaredVariable, unknownFunction } from "./error.ts";
import { expressionKey } from "./expression-key.ts";
import { bindFunction } from "./function.ts";
import { globalVariable } from "./global-variable.ts";
import { comparisonBounds, hull } from "./key-range.ts";
import { likePattern } from "./like.ts";
import { bindMethod } from "./method.ts";
import { columnReader, type Frame } from "./scope.ts";
import type { Case, Cast, CompareOperator, Expression, Like } from "./syntax-tree.ts";
import { isString, nvarchar } from "./type.ts";
import { numberOf, textOf, type Value } from "./value.ts";

/** Gives an expression its meaning in a context; throws SqlError where it has none. */
export function bindExpression(expression: Expression, context: BindContext): Bound {
  const computed = context.computed?.get(expressionKey(expression, context.scope));
  if (computed !== undefined) return computed;
  switch (expression.type) {
    case "literal":
      return constant(expression.of, expression.value);
    case "variable":
      return bindVariable(expression.name, context);
    case "column":
      return bindColumn(expression.parts, context);
    case "negate":
    case "complement":
      return bindNegate(expression.type, bindValue(expression.operand, context));
    case "not": {
      const operand = asPredicate(bindExpression(expression.operand, context), "NOT");
      return predicate([operand], (frame) => negate(operand.evaluate(frame)));
    }
    case "arithmetic":
      return bindArithmetic(
        expression.operator,
        bindValue(expression.left, context),
        bindValue(expression.right, context),
      );
    case "compare":
      return bindCompare(
        expression.operator,
        bindValue(expression.left, context),
        bindValue(expression.right, context),
      );
    case "logic":
      return bindLogic(
        expression.operator,
        asPredicate(bindExpression(expression.left, context), expression.operator),
        asPredicate(bindExpression(expression.right, context), expression.operator),
      );
    case "is-null": {
      const operand = bindValue(expression.operand, context);
      const { isNegated } = expression;
      return predicate([operand], (frame) => (operand.evaluate(frame) === null) !== isNegated);
    }
    case "like":
      return bindLike(expression, context);
    case "in":
      return bindIn(expression, context);
    case "in-query":
    case "exists":
    case "subquery":
      return bindSubquery(expression, context);
    case "case":
      return bindCase(expression, context);
    case "cast":
      return bindCast(expression, context);
    case "method":
      return bindMethod(expression.name, bindValue(expression.operand, context));
    case "call":
      return (
        bindFunction(expression, context, (argument) => bindValue(argument, context)) ??
        failUnknown(expression.name)
      );
  }
}

/** Binds an expression that must be a value. */
export function bindValue(expression: Expression, context: BindContext): Bound {
  return asValue(bindExpression(expression, context));
}

/** Binds an expression that must be a predicate. */
export function bindPredicate(expression: Expression, context: BindContext, near: string): Bound {
  return asPredicate(bindExpression(expression, context), near);
}

function failUnknown(name: string): never {
  throw unknownFunction(name.toLowerCase());
}

function bindVariable(name: string, context: BindContext): Bound {
  if (name.startsWith("@@")) return globalVariable(name, context.facts);
  const variable = context.variables.get(name.toLowerCase());
  if (variable === undefined) throw undeclaredVariable(name);
  return { ...constant(variable.type, variable.value), nullable: true };
}

function bindColumn(parts: readonly string[], context: BindContext): Bound {
  const place = context.scope.resolve(parts);
  if (context.computed !== undefined && place.depth === 0) {
    throw new SqlError(
      8120,
      `Column '${place.source.alias}.${place.column.name}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
    );
  }
  const isHere = place.depth === 0;
  return {
    type: place.column.type,
    nullable: place.column.nullable,
    isPredicate: false,
    isConstant: false,
    sourceMask: isHere ? 1 << place.sourceIndex : 0,
    ...(isHere
      ? { column: { sourceIndex: place.sourceIndex, columnIndex: place.columnIndex } }
      : {}),
    evaluate: columnReader(place),
  };
}

function negate(value: Value): Value {
  return value === null ? null : value !== true;
}

function bindLogic(operator: "and" | "or", left: Bound, right: Bound): Bound {
  const decisive = operator === "or";
  const equalities =
    operator === "and" ? [...(left.equalities ?? []), ...(right.equalities ?? [])] : [];
  const logic = predicate([left, right], (frame) => {
    const first = left.evaluate(frame);
    if (first === decisive) return decisive;
    const second = right.evaluate(frame);
    if (second === decisive) return decisive;
    return first === null || second === null ? null : !decisive;
  });
  const bounds =
    operator === "or" ? hull(left.bounds, right.bounds) : (left.bounds ?? right.bounds);
  return { ...logic, equalities, ...(bounds === undefined ? {} : { bounds }) };
}

const holds: Readonly<Record<CompareOperator, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** A comparison; a constant side is converted to the common type only once. */
function bindCompare(operator: CompareOperator, left: Bound, right: Bound): Bound {
  const common = commonTypeOf([left, right]);
  const first = convertBound(left, common);
  const second = convertBound(right, common);
  const compare = mixedComparator(common, common);
  const isHeld = holds[operator];
  const comparison = predicate([left, right], (frame) => {
    const a = first.evaluate(frame);
    const b = second.evaluate(frame);
    return a === null || b === null ? null : isHeld(compare(a, b));
  });
  const bounds = comparisonBounds(operator, { left, right, first, second, common });
  const equalities = operator === "=" ? [{ left: hashed(first), right: hashed(second) }] : [];
  return { ...comparison, equalities, ...(bounds === undefined ? {} : { bounds }) };
}

/** The value as a key for hashing. */
function hashed(bound: Bound): Bound {
  return {
    ...bound,
    evaluate: (frame) => {
      const value = bound.evaluate(frame);
      return value === null ? null : hashKey(bound.type, value);
    },
  };
}

function bindLike(like: Like, context: BindContext): Bound {
  const operand = toText(bindValue(like.operand, context));
  const pattern = toText(bindValue(like.pattern, context));
  const escape = like.escape === undefined ? undefined : bindValue(like.escape, context);
  const parts = escape === undefined ? [operand, pattern] : [operand, pattern, escape];
  let known: { text: string; expression: RegExp } | undefined;
  return predicate(parts, (frame) => {
    const value = operand.evaluate(frame);
    const text = pattern.evaluate(frame);
    if (value === null || text === null) return null;
    if (known?.text !== text) {
      const escapeText = escape?.evaluate(frame);
      known = {
        text: textOf(text),
        expression: likePattern(
          textOf(text),
          typeof escapeText === "string" ? escapeText : undefined,
        ),
      };
    }
    return known.expression.test(textOf(value)) !== like.isNegated;
  });
}

function toText(bound: Bound): Bound {
  return isString(bound.type) ? bound : convertBound(bound, nvarchar(-1));
}

function bindIn(expression: Extract<Expression, { type: "in" }>, context: BindContext): Bound {
  const operand = bindValue(expression.operand, context);
  const tests = expression.list.map((item) => bindCompare("=", operand, bindValue(item, context)));
  return predicate(tests, (frame) => {
    let isUnknown = false;
    for (const test of tests) {
      const result = test.evaluate(frame);
      if (result === true) return !expression.isNegated;
      isUnknown ||= result === null;
    }
    return isUnknown ? null : expression.isNegated;
  });
}

function bindSubquery(
  expression: Extract<Expression, { type: "in-query" | "exists" | "subquery" }>,
  context: BindContext,
): Bound {
  const query = context.bindQuery(expression.query, context.scope);
  // What the query reads of this scope is not tracked: it may need any source.
  const outer: Bound = {
    ...constant(query.columns[0]?.type ?? failEmpty(), null),
    isConstant: false,
    sourceMask: -1,
  };
  if (expression.type === "exists") return predicate([outer], (frame) => query.open(frame).next());
  if (query.columns.length !== 1)
    throw new SqlError(
      116,
      "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.",
    );
  if (expression.type === "subquery") {
    return combine([outer], {
      type: outer.type,
      nullable: true,
      evaluate: (frame) => {
        const cursor = query.open(frame);
        if (!cursor.next()) return null;
        const value = cursor.values[0] ?? null;
        if (cursor.next())
          throw new SqlError(
            512,
            "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.",
          );
        return value;
      },
    });
  }
  return bindInQuery(expression, bindValue(expression.operand, context), query);
}

function failEmpty(): never {
  throw syntaxError(")");
}

function bindInQuery(
  expression: Extract<Expression, { type: "in-query" }>,
  operand: Bound,
  query: ReturnType<BindContext["bindQuery"]>,
): Bound {
  const found = query.columns[0]?.type ?? operand.type;
  const common = commonType(operand.type, found);
  const fromOperand = converter(operand.type, common);
  const fromQuery = converter(found, common);
  const marker: Bound = { ...constant(found, null), isConstant: false, sourceMask: -1 };
  return predicate([operand, marker], (frame) => {
    const value = operand.evaluate(frame);
    const cursor = query.open(frame);
    let isUnknown = false;
    const key = value === null ? null : hashKey(common, fromOperand(value));
    while (cursor.next()) {
      const candidate = cursor.values[0] ?? null;
      if (candidate === null || key === null) isUnknown = true;
      else if (hashKey(common, fromQuery(candidate)) === key) return !expression.isNegated;
    }
    return isUnknown ? null : expression.isNegated;
  });
}

function bindCase(expression: Case, context: BindContext): Bound {
  const branches = expression.branches.map(({ when, result }) => ({
    when: bindPredicate(when, context, "WHEN"),
    result: bindValue(result, context),
  }));
  const otherwise =
    expression.otherwise === undefined ? undefined : bindValue(expression.otherwise, context);
  const results = [
    ...branches.map(({ result }) => result),
    ...(otherwise === undefined ? [] : [otherwise]),
  ];
  const type = commonTypeOf(results);
  const converted = branches.map(({ when, result }) => ({
    when,
    result: convertBound(result, type),
  }));
  const last = otherwise === undefined ? undefined : convertBound(otherwise, type);
  return combine([...branches.map(({ when }) => when), ...results], {
    type,
    nullable: otherwise === undefined || results.some((result) => result.nullable),
    evaluate: (frame) => {
      for (const { when, result } of converted)
        if (when.evaluate(frame) === true) return result.evaluate(frame);
      return last === undefined ? null : last.evaluate(frame);
    },
  });
}

function bindCast(expression: Cast, context: BindContext): Bound {
  const operand = bindValue(expression.operand, context);
  const style = expression.style === undefined ? undefined : bindValue(expression.style, context);
  const styleValue = style?.evaluate(emptyFrame);
  const styleNumber =
    styleValue === undefined || styleValue === null ? undefined : numberOf(styleValue);
  const convert = isBareNull(operand)
    ? (value: Value): Value => value
    : converter(operand.type, expression.to, styleNumber);
  const plain = (frame: Frame): Value => {
    const value = operand.evaluate(frame);
    return value === null ? null : convert(value);
  };
  const evaluate = expression.isTry ? (frame: Frame): Value => tryOr(plain, frame) : plain;
  return combine([operand], {
    type: expression.to,
    nullable: operand.nullable || expression.isTry,
    evaluate,
  });
}

function tryOr(evaluate: (frame: Frame) => Value, frame: Frame): Value {
  try {
    return evaluate(frame);
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}
