import { type Bound, combine } from "./bound.ts";
import { commonType } from "./compare.ts";
import { converter } from "./convert.ts";
import { SqlError } from "./error.ts";
import { exactOf, fromExact, overflow, rescale } from "./number.ts";
import type { ArithmeticOperator } from "./syntax-tree.ts";
import {
  decimalPrecision,
  isBinary,
  isExact,
  isFloat,
  isInteger,
  isNumeric,
  isString,
  makeType,
  type Type,
} from "./type.ts";
import { bytesOf, numberOf, textOf, type Value } from "./value.ts";

type Operation = (left: Value, right: Value) => Value;

/** Binds an operator between two values by the rules of T-SQL's types. */
export function bindArithmetic(operator: ArithmeticOperator, left: Bound, right: Bound): Bound {
  const common = commonType(left.type, right.type);
  if (operator === "+" && isString(common)) return bindConcatenation(left, right, common);
  if (operator === "+" && isBinary(common))
    return strict(left, right, common, (a, b) => Buffer.concat([bytesOf(a), bytesOf(b)]));
  if (!isNumeric(common)) {
    throw new SqlError(
      402,
      `The data types ${left.type.name} and ${right.type.name} are incompatible in the ${operatorNames[operator]} operator.`,
    );
  }
  const type = resultType(
    operator,
    asNumber(left.type, common),
    asNumber(right.type, common),
    common,
  );
  const fromLeft = converter(left.type, isExact(type) ? asNumber(left.type, common) : type);
  const fromRight = converter(right.type, isExact(type) ? asNumber(right.type, common) : type);
  const leftType = isExact(type) ? asNumber(left.type, common) : type;
  const rightType = isExact(type) ? asNumber(right.type, common) : type;
  const operate = isFloat(type)
    ? floatOperation(operator)
    : exactOperation(operator, { left: leftType, right: rightType, result: type });
  return strict(left, right, type, (a, b) => operate(fromLeft(a), fromRight(b)));
}

const operatorNames: Readonly<Record<ArithmeticOperator, string>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "modulo",
  "&": "'&'",
  "|": "'|'",
  "^": "'^'",
};

function strict(left: Bound, right: Bound, type: Type, operate: Operation): Bound {
  return combine([left, right], {
    type,
    evaluate: (frame) => {
      const a = left.evaluate(frame);
      if (a === null) return null;
      const b = right.evaluate(frame);
      return b === null ? null : operate(a, b);
    },
  });
}

function bindConcatenation(left: Bound, right: Bound, common: Type): Bound {
  const isLong = left.type.length === -1 || right.type.length === -1;
  const limit = common.name.startsWith("n") ? 4000 : 8000;
  const length = isLong ? -1 : Math.min(limit, left.type.length + right.type.length);
  const type = makeType(common.name.startsWith("n") ? "nvarchar" : "varchar", { length });
  const wide = { ...type, length: -1 };
  const fromLeft = converter(left.type, wide);
  const fromRight = converter(right.type, wide);
  return strict(left, right, type, (a, b) => {
    const text = textOf(fromLeft(a)) + textOf(fromRight(b));
    return length === -1 ? text : text.slice(0, length);
  });
}

/** Text beside a number counts as that number's type; bits count as themselves. */
function asNumber(type: Type, common: Type): Type {
  return isNumeric(type) ? type : common;
}

/** Source: T-SQL reference, "Precision, scale, and length". */
function resultType(operator: ArithmeticOperator, left: Type, right: Type, common: Type): Type {
  if (!isExact(common) || common.scale === 4) {
    if (common.name !== "decimal" && common.name !== "numeric") return common;
  }
  const [p1, s1, p2, s2] = [
    decimalPrecision(left),
    left.scale,
    decimalPrecision(right),
    right.scale,
  ];
  switch (operator) {
    case "*":
      return limited(p1 + p2 + 1, s1 + s2);
    case "/": {
      const scale = Math.max(6, s1 + p2 + 1);
      return limited(p1 - s1 + s2 + scale, scale);
    }
    case "%":
      return limited(Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2), Math.max(s1, s2));
    default:
      return limited(Math.max(s1, s2) + Math.max(p1 - s1, p2 - s2) + 1, Math.max(s1, s2));
  }
}

function limited(precision: number, scale: number): Type {
  if (precision <= 38) return makeType("decimal", { precision, scale });
  const whole = precision - scale;
  const kept =
    whole < 32 ? Math.max(Math.min(scale, 38 - whole), Math.min(scale, 6)) : Math.min(scale, 6);
  return makeType("decimal", { precision: 38, scale: kept });
}

function floatOperation(operator: ArithmeticOperator): Operation {
  return (a, b) => {
    const [left, right] = [numberOf(a), numberOf(b)];
    switch (operator) {
      case "+":
        return left + right;
      case "-":
        return left - right;
      case "*":
        return left * right;
      case "/":
        if (right === 0) throw divideByZero();
        return left / right;
      default:
        throw new SqlError(
          402,
          `The data types float and float are incompatible in the ${operatorNames[operator]} operator.`,
        );
    }
  };
}

function exactOperation(
  operator: ArithmeticOperator,
  types: { left: Type; right: Type; result: Type },
): Operation {
  const { result } = types;
  return (a, b) => {
    const left = exactOf(types.left, a);
    const right = exactOf(types.right, b);
    const scale = Math.max(left.scale, right.scale);
    const [x, y] = [
      rescale(left.unscaled, left.scale, scale),
      rescale(right.unscaled, right.scale, scale),
    ];
    switch (operator) {
      case "+":
        return fromExact(result, { unscaled: x + y, scale });
      case "-":
        return fromExact(result, { unscaled: x - y, scale });
      case "*":
        return fromExact(result, {
          unscaled: left.unscaled * right.unscaled,
          scale: left.scale + right.scale,
        });
      case "/": {
        if (y === 0n) throw divideByZero();
        const digits = isInteger(result) ? 0 : result.scale + 1;
        // One digit more than the type keeps, cut off: T-SQL does not round a quotient.
        const quotient = (x * 10n ** BigInt(digits)) / y;
        return isInteger(result)
          ? fromExact(result, { unscaled: quotient, scale: 0 })
          : fitted(result, quotient / 10n);
      }
      case "%":
        if (y === 0n) throw divideByZero();
        return fromExact(result, { unscaled: x % y, scale });
      case "&":
        return fromExact(result, { unscaled: x & y, scale: 0 });
      case "|":
        return fromExact(result, { unscaled: x | y, scale: 0 });
      case "^":
        return fromExact(result, { unscaled: x ^ y, scale: 0 });
    }
  };
}

function fitted(type: Type, unscaled: bigint): Value {
  return fromExact(type, { unscaled, scale: type.scale });
}

function divideByZero(): SqlError {
  return new SqlError(8134, "Divide by zero error encountered.");
}

/** Binds `-value` or `~value`. */
export function bindNegate(kind: "negate" | "complement", operand: Bound): Bound {
  const { type } = operand;
  if (!isNumeric(type) || (kind === "complement" && !isInteger(type)))
    throw new SqlError(
      8117,
      `Operand data type ${type.name} is invalid for ${kind === "negate" ? "minus" : "'~'"} operator.`,
    );
  return combine([operand], {
    type,
    evaluate: (frame) => {
      const value = operand.evaluate(frame);
      if (value === null) return null;
      if (isFloat(type)) return -numberOf(value);
      const { unscaled, scale } = exactOf(type, value);
      if (type.name === "tinyint" && kind === "negate" && unscaled !== 0n) throw overflow(type);
      return fromExact(type, { unscaled: kind === "negate" ? -unscaled : ~unscaled, scale });
    },
  });
}
