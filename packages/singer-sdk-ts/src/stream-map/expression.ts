import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/python";
import type { JsonValue } from "../json.ts";
import { calculate, type ExactNumber, isNumber, negate, numberOfText } from "./exact-number.ts";
import { expressionError } from "./expression-error.ts";
import { type OperatorTree, operatorTree } from "./operator-tree.ts";
import { dictMethods, functions, type PythonFunction, stringMethods } from "./python-function.ts";
import { stringOfLiteral } from "./python-string.ts";
import {
  compare,
  contains,
  type Dict,
  equals,
  isDict,
  isList,
  isTrue,
  typeName,
} from "./python-value.ts";

/** What the names of an expression stand for while one record is mapped. */
interface Scope {
  readonly record: Dict;
  /** The property's own value, where it has one. */
  readonly self: JsonValue | undefined;
}

/** What is known before the first record comes. */
export interface Names {
  /** Names of the stream's properties. */
  readonly properties: ReadonlySet<string>;
  /** Whether `self` is known. */
  readonly hasSelf: boolean;
  /** `config`, `__stream_name__` and the like. */
  readonly constants: ReadonlyMap<string, JsonValue>;
}

export interface Expression {
  readonly evaluate: (this: void, scope: Scope) => JsonValue;
  /** The type of every value it gives, where that is sure. */
  readonly gives: PythonFunction["gives"];
  /** The property that it only repeats. */
  readonly property?: string;
  /** It is `None`, which fits any type. */
  readonly isNone?: boolean;
  /** A text that is put together, and may be of its property's format still; a digest is not. */
  readonly mayKeepFormat?: boolean;
}

type Evaluate = Expression["evaluate"];

/**
 * Makes a function of a Python expression, with no way out of the record: only the names, functions and methods that are
 * listed can be reached, members are own members of JSON values, and nothing is ever run as JavaScript.
 * Throws E_STREAM_MAP for what it does not know, before a record is seen.
 */
export function compileExpression(text: string, names: Names): Expression {
  const tree = parser.parse(text);
  const script = tree.topNode;
  const statement = script.firstChild;
  if (hasError(script) || statement === null || statement.nextSibling !== null)
    throw expressionError("it is not a Python expression");
  const body = statement.firstChild;
  if (statement.name !== "ExpressionStatement" || body === null || body.nextSibling !== null)
    throw expressionError("it is not one expression");
  return new Compiler(text, names).compile(body);
}

function hasError(node: SyntaxNode): boolean {
  if (node.type.isError) return true;
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (hasError(child)) return true;
  return false;
}

class Compiler {
  readonly #source: string;
  readonly #names: Names;

  constructor(source: string, names: Names) {
    this.#source = source;
    this.#names = names;
  }

  compile(node: SyntaxNode): Expression {
    return this.#operators(operatorTree(node, this.#source));
  }

  #operators(tree: OperatorTree): Expression {
    switch (tree.type) {
      case "operand":
        return this.#operand(tree.node);
      case "unary":
        return unary(tree.operator, this.#operators(tree.operand));
      case "conditional":
        return conditional(
          this.#operators(tree.condition),
          this.#operators(tree.chosen),
          this.#operators(tree.otherwise),
        );
      case "binary":
        return binary(tree.operator, this.#operators(tree.left), this.#operators(tree.right));
    }
  }

  #operand(node: SyntaxNode): Expression {
    switch (node.name) {
      case "None":
        return { ...constant(null, undefined), isNone: true };
      case "Boolean":
        return constant(this.#text(node) === "True", "boolean");
      case "Number":
        return literalNumber(this.#text(node));
      case "String":
        return constant(stringOfLiteral(this.#text(node)), "string");
      case "ContinuedString":
        return constant(
          childrenOf(node)
            .map((part) => stringOfLiteral(this.#text(part)))
            .join(""),
          "string",
        );
      case "VariableName":
        return this.#name(this.#text(node));
      case "ParenthesizedExpression":
        return this.compile(only(childrenOf(node).filter(({ name }) => !"()".includes(name))));
      case "ArrayExpression":
      case "TupleExpression":
        return this.#list(node);
      case "MemberExpression":
        return this.#member(node);
      case "CallExpression":
        return this.#call(node);
      default:
        throw expressionError(`\`${this.#text(node)}\` is not supported`);
    }
  }

  #name(name: string): Expression {
    const { properties, hasSelf, constants } = this.#names;
    const fixed = constants.get(name);
    if (fixed !== undefined) return constant(fixed, undefined);
    if (name === "_" || name === "record")
      return { evaluate: ({ record }) => record, gives: undefined };
    if (name === "self" && hasSelf)
      return { evaluate: ({ self }) => self ?? null, gives: undefined };
    if (!properties.has(name)) throw expressionError(`the name \`${name}\` is unknown`);
    return {
      evaluate: ({ record }) => (Object.hasOwn(record, name) ? record[name] : null) ?? null,
      gives: undefined,
      property: name,
    };
  }

  #list(node: SyntaxNode): Expression {
    const items = childrenOf(node)
      .filter(({ name }) => !"()[],".includes(name))
      .map((item) => this.compile(item).evaluate);
    return { evaluate: (scope) => items.map((item) => item(scope)), gives: undefined };
  }

  #member(node: SyntaxNode): Expression {
    const [object, open, ...rest] = childrenOf(node);
    if (object === undefined || open === undefined) throw expressionError("a member has no name");
    const container = this.compile(object).evaluate;
    if (open.name === ".") {
      const name = this.#text(only(rest));
      return { evaluate: (scope) => memberNamed(container(scope), name), gives: undefined };
    }
    const inside = rest.slice(0, -1);
    const colon = inside.findIndex(({ name }) => name === ":");
    if (colon < 0) {
      const index = this.compile(only(inside)).evaluate;
      return { evaluate: (scope) => itemAt(container(scope), index(scope)), gives: undefined };
    }
    const [from, to] = [inside.slice(0, colon), inside.slice(colon + 1)].map((part) =>
      part.length === 0 ? undefined : this.compile(only(part)).evaluate,
    );
    return {
      evaluate: (scope) => slice(container(scope), from?.(scope) ?? null, to?.(scope) ?? null),
      gives: undefined,
    };
  }

  #call(node: SyntaxNode): Expression {
    const [callee, list] = childrenOf(node);
    if (callee === undefined || list === undefined) throw expressionError("a call has no function");
    const items = childrenOf(list).filter(({ name }) => !"(),".includes(name));
    if (items.some(({ name }) => name === "AssignOp" || name.startsWith("*")))
      throw expressionError("arguments can't be named");
    const values = items.map((item) => this.compile(item).evaluate);
    const known = functions.get(this.#text(callee));
    if (known !== undefined) {
      checkArity(this.#text(callee), known, values.length);
      const { call, gives } = known;
      return { evaluate: (scope) => call(...values.map((value) => value(scope))), gives };
    }
    if (callee.name !== "MemberExpression")
      throw expressionError(`the function \`${this.#text(callee)}\` is unknown`);
    return this.#method(callee, values);
  }

  #method(callee: SyntaxNode, values: readonly Evaluate[]): Expression {
    const [object, dot, property] = childrenOf(callee);
    if (object === undefined || property === undefined || dot?.name !== ".")
      throw expressionError("only functions and methods can be called");
    const name = this.#text(property);
    const [ofString, ofDict] = [stringMethods.get(name), dictMethods.get(name)];
    const method = ofString ?? ofDict;
    if (method === undefined) throw expressionError(`the method \`${name}\` is unknown`);
    checkArity(name, method, values.length);
    const target = this.compile(object).evaluate;
    return {
      evaluate: (scope) => {
        const value = target(scope);
        const isFit = ofString === undefined ? isDict(value) : typeof value === "string";
        if (!isFit) throw expressionError(`${typeName(value)} has no method \`${name}\``);
        return method.call(value, ...values.map((argument) => argument(scope)));
      },
      gives: method.gives,
      mayKeepFormat: true,
    };
  }

  #text({ from, to }: SyntaxNode): string {
    return this.#source.slice(from, to);
  }
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function only(nodes: readonly SyntaxNode[]): SyntaxNode {
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) throw expressionError("it is not one expression");
  return node;
}

function constant(value: JsonValue, gives: Expression["gives"]): Expression {
  return { evaluate: () => value, gives };
}

function literalNumber(text: string): Expression {
  const value = numberOfText(text.replaceAll("_", ""));
  if (value === undefined) throw expressionError("a number is written in an unknown way");
  return constant(value, /^[\d_]+$/.test(text) ? "integer" : "number");
}

function checkArity(name: string, { arity: [least, most] }: PythonFunction, count: number): void {
  if (count < least || count > most)
    throw expressionError(`\`${name}\` does not take ${count} arguments`);
}

function unary(operator: string, { evaluate, gives }: Expression): Expression {
  if (operator === "not")
    return { evaluate: (scope) => !isTrue(evaluate(scope)), gives: "boolean" };
  return {
    evaluate: (scope) => {
      const value = numberIn(evaluate(scope), operator);
      return operator === "-" ? negate(value) : value;
    },
    gives: gives === "integer" ? "integer" : "number",
  };
}

function conditional(condition: Expression, chosen: Expression, otherwise: Expression): Expression {
  return {
    evaluate: (scope) =>
      isTrue(condition.evaluate(scope)) ? chosen.evaluate(scope) : otherwise.evaluate(scope),
    gives: commonType(chosen, otherwise),
    mayKeepFormat: [chosen, otherwise].some(({ mayKeepFormat }) => mayKeepFormat === true),
  };
}

function commonType(left: Expression, right: Expression): Expression["gives"] {
  if (left.isNone === true) return right.gives;
  return right.isNone === true || left.gives === right.gives ? left.gives : undefined;
}

function binary(operator: string, left: Expression, right: Expression): Expression {
  const [a, b] = [left.evaluate, right.evaluate];
  switch (operator) {
    case "and":
      return { evaluate: (scope) => (isTrue(a(scope)) ? b(scope) : a(scope)), gives: undefined };
    case "or":
      return {
        evaluate: (scope) => {
          const first = a(scope);
          return isTrue(first) ? first : b(scope);
        },
        gives: left.gives === right.gives ? left.gives : undefined,
      };
    default:
  }
  const test = tests.get(operator);
  if (test !== undefined)
    return { evaluate: (scope) => test(a(scope), b(scope)), gives: "boolean" };
  return {
    evaluate: (scope) => combine(operator, a(scope), b(scope)),
    gives: typeOfResult(operator, left, right),
    mayKeepFormat: true,
  };
}

const tests: ReadonlyMap<string, (left: JsonValue, right: JsonValue) => boolean> = new Map([
  ["==", equals],
  ["!=", (left, right) => !equals(left, right)],
  ["is", equals],
  ["is not", (left, right) => !equals(left, right)],
  ["<", (left, right) => compare(left, right) < 0],
  ["<=", (left, right) => compare(left, right) <= 0],
  [">", (left, right) => compare(left, right) > 0],
  [">=", (left, right) => compare(left, right) >= 0],
  ["in", (left, right) => contains(right, left)],
  ["not in", (left, right) => !contains(right, left)],
]);

function combine(operator: string, left: JsonValue, right: JsonValue): JsonValue {
  if (operator === "+" && typeof left === "string" && typeof right === "string")
    return left + right;
  if (operator === "+" && isList(left) && isList(right)) return [...left, ...right];
  return calculate(operator, numberIn(left, operator), numberIn(right, operator));
}

function typeOfResult(operator: string, left: Expression, right: Expression): Expression["gives"] {
  if (left.gives === "string" || right.gives === "string")
    return operator === "+" ? "string" : undefined;
  if (operator === "/") return "number";
  if (left.gives === "integer" && right.gives === "integer" && operator !== "**") return "integer";
  return left.gives === "number" || right.gives === "number" ? "number" : undefined;
}

function numberIn(value: JsonValue, operator: string): ExactNumber {
  if (isNumber(value)) return value;
  if (typeof value === "boolean") return Number(value);
  throw expressionError(`\`${operator}\` does not take ${typeName(value)}`);
}

function memberNamed(value: JsonValue, name: string): JsonValue {
  if (isDict(value) && Object.hasOwn(value, name)) return value[name] ?? null;
  throw expressionError(`${typeName(value)} has no member \`${name}\``);
}

function itemAt(value: JsonValue, index: JsonValue): JsonValue {
  if (isDict(value) && typeof index === "string") return memberNamed(value, index);
  if ((isList(value) || typeof value === "string") && isNumber(index)) {
    const found = (typeof value === "string" ? Array.from(value) : value).at(Number(index));
    if (found !== undefined) return found;
    throw expressionError(`${typeName(value)} is shorter than the index asks`);
  }
  throw expressionError(`${typeName(value)} can't be indexed with ${typeName(index)}`);
}

function slice(value: JsonValue, from: JsonValue, to: JsonValue): JsonValue {
  const start = from === null ? 0 : Number(numberIn(from, "[:]"));
  const end = to === null ? undefined : Number(numberIn(to, "[:]"));
  if (typeof value === "string") return Array.from(value).slice(start, end).join("");
  if (isList(value)) return value.slice(start, end);
  throw expressionError(`${typeName(value)} can't be sliced`);
}
