import { bindValue } from "./bind-expression.ts";
import type { BindContext, Bound } from "./bound.ts";
import { comparator, hashKey } from "./compare.ts";
import { SqlError } from "./error.ts";
import { doubleOf, exactOf, fromExact, rescale } from "./number.ts";
import type { Frame } from "./scope.ts";
import type { Call } from "./syntax-tree.ts";
import {
  bigintType,
  decimal,
  floatType,
  intType,
  isExact,
  isFloat,
  isNumeric,
  moneyType,
  type Type,
} from "./type.ts";
import type { Value } from "./value.ts";

/** Gathers the rows of one group. */
export interface Accumulator {
  add(frame: Frame): void;
  result(): Value;
}

/** An aggregate with its type; `start` begins a group. */
export interface Aggregate {
  readonly type: Type;
  readonly nullable: boolean;
  readonly start: () => Accumulator;
}

/** Binds COUNT, COUNT_BIG, SUM, AVG, MIN or MAX. */
export function bindAggregate(call: Call, context: BindContext): Aggregate {
  const isCount = call.name === "COUNT" || call.name === "COUNT_BIG";
  const [expression] = call.arguments;
  if (call.isStar && isCount) return countRows(call);
  if (expression === undefined || call.arguments.length !== 1)
    throw new SqlError(174, `The ${call.name.toLowerCase()} function requires 1 argument(s).`, {
      class: 15,
    });
  const operand = bindValue(expression, context);
  const reduce = isCount ? counter(call.name) : reducer(call.name, operand.type);
  return {
    type: reduce.type,
    nullable: !isCount,
    start: () => accumulate(operand, reduce.start(), call.isDistinct),
  };
}

function countRows(call: Call): Aggregate {
  const isBig = call.name === "COUNT_BIG";
  return {
    type: isBig ? bigintType : intType,
    nullable: false,
    start: () => {
      let count = 0;
      return { add: () => void (count += 1), result: () => (isBig ? BigInt(count) : count) };
    },
  };
}

interface Reducer {
  readonly type: Type;
  readonly start: () => { add: (value: Value) => void; result: () => Value };
}

function accumulate(
  operand: Bound,
  state: ReturnType<Reducer["start"]>,
  isDistinct: boolean,
): Accumulator {
  const seen = new Set<Value>();
  return {
    add: (frame) => {
      const value = operand.evaluate(frame);
      if (value === null) return;
      if (isDistinct) {
        const key = hashKey(operand.type, value);
        if (seen.has(key)) return;
        seen.add(key);
      }
      state.add(value);
    },
    result: state.result,
  };
}

function counter(name: string): Reducer {
  const isBig = name === "COUNT_BIG";
  return {
    type: isBig ? bigintType : intType,
    start: () => {
      let count = 0;
      return { add: () => void (count += 1), result: () => (isBig ? BigInt(count) : count) };
    },
  };
}

function reducer(name: string, type: Type): Reducer {
  if (name === "MIN" || name === "MAX") return extreme(name, type);
  if (!isNumeric(type) || type.name === "bit")
    throw new SqlError(
      8117,
      `Operand data type ${type.name} is invalid for ${name.toLowerCase()} operator.`,
    );
  return isFloat(type) ? floatSum(name, type) : exactSum(name, type);
}

function extreme(name: string, type: Type): Reducer {
  const compare = comparator(type);
  const sign = name === "MIN" ? 1 : -1;
  return {
    type,
    start: () => {
      let best: Value = null;
      return {
        add: (value) => {
          if (best === null || sign * compare(value, best) < 0) best = value;
        },
        result: () => best,
      };
    },
  };
}

function floatSum(name: string, type: Type): Reducer {
  return {
    type: floatType,
    start: () => {
      let [sum, count] = [0, 0];
      return {
        add: (value) => {
          sum += doubleOf(type, value);
          count += 1;
        },
        result: () => (count === 0 ? null : name === "AVG" ? sum / count : sum),
      };
    },
  };
}

function exactSum(name: string, operand: Type): Reducer {
  const type = name === "AVG" ? averageType(operand) : sumType(operand);
  return {
    type,
    start: () => {
      let [sum, count] = [0n, 0n];
      return {
        add: (value) => {
          sum += exactOf(operand, value).unscaled;
          count += 1n;
        },
        result: () => {
          if (count === 0n) return null;
          if (name === "SUM") return fromExact(type, { unscaled: sum, scale: operand.scale });
          return fromExact(type, {
            unscaled: rescale(sum, operand.scale, type.scale) / count,
            scale: type.scale,
          });
        },
      };
    },
  };
}

/** Source: T-SQL reference, SUM and AVG, "Return types". */
function sumType(operand: Type): Type {
  if (operand.name === "bigint") return bigintType;
  if (operand.name === "money" || operand.name === "smallmoney") return moneyType;
  return isExact(operand) ? decimal(38, operand.scale) : intType;
}

function averageType(operand: Type): Type {
  const type = sumType(operand);
  return type.name === "decimal" ? decimal(38, Math.max(operand.scale, 6)) : type;
}
