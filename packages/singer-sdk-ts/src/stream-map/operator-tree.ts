import type { SyntaxNode } from "@lezer/common";
import { expressionError } from "./expression-error.ts";

/** An expression's operators and operands, nested as Python nests them. */
export type OperatorTree =
  | { readonly type: "operand"; readonly node: SyntaxNode }
  | { readonly type: "unary"; readonly operator: string; readonly operand: OperatorTree }
  | {
      readonly type: "binary";
      readonly operator: string;
      readonly left: OperatorTree;
      readonly right: OperatorTree;
    }
  | {
      readonly type: "conditional";
      readonly condition: OperatorTree;
      readonly chosen: OperatorTree;
      readonly otherwise: OperatorTree;
    };

type Item = SyntaxNode | string;

const operatorNodes = new Set(["BinaryExpression", "UnaryExpression", "ConditionalExpression"]);
const operatorWords = new Set(["not", "and", "or", "in", "is", "if", "else"]);

/** Binary operators, the weakest first. Source: Python reference 6.17, Operator precedence. */
const levels: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"],
  ["+", "-"],
  ["*", "/", "//", "%"],
];
const comparisonLevel = 2;

/**
 * Nests operators by Python's precedence. The grammar that reads the text is made for editors and gives `not` and others
 * a precedence of its own (`not a and b` is `not (a and b)` to it), so only its operands and their order are taken.
 */
export function operatorTree(node: SyntaxNode, source: string): OperatorTree {
  const parser = new PrecedenceParser(mergeWords(itemsOf(node, source)));
  return parser.parseAll();
}

function itemsOf(node: SyntaxNode, source: string): readonly Item[] {
  if (!operatorNodes.has(node.name)) {
    const isOperator =
      operatorWords.has(node.name) || node.name === "CompareOp" || node.name.startsWith("ArithOp");
    return [isOperator ? source.slice(node.from, node.to) : node];
  }
  const items: Item[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    items.push(...itemsOf(child, source));
  return items;
}

/** `not in` and `is not` are one operator each. */
function mergeWords(items: readonly Item[]): Item[] {
  const merged: Item[] = [];
  for (const item of items) {
    const last = merged.at(-1);
    if ((last === "not" && item === "in") || (last === "is" && item === "not"))
      merged[merged.length - 1] = `${last} ${item}`;
    else merged.push(item);
  }
  return merged;
}

class PrecedenceParser {
  readonly #items: readonly Item[];
  #index = 0;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  parseAll(): OperatorTree {
    const tree = this.#conditional();
    if (this.#index < this.#items.length) throw expressionError("it is not one expression");
    return tree;
  }

  #conditional(): OperatorTree {
    const chosen = this.#binary(0);
    if (!this.#take("if")) return chosen;
    const condition = this.#binary(0);
    if (!this.#take("else")) throw expressionError("an `if` has no `else`");
    return { type: "conditional", condition, chosen, otherwise: this.#conditional() };
  }

  #binary(level: number): OperatorTree {
    const operators = levels[level];
    if (operators === undefined) return this.#signed();
    if (level === comparisonLevel && this.#take("not"))
      return { type: "unary", operator: "not", operand: this.#binary(level) };
    let left = this.#binary(level + 1);
    for (let count = 0; ; count++) {
      const operator = this.#items[this.#index];
      if (typeof operator !== "string" || !operators.includes(operator)) return left;
      if (level === comparisonLevel && count > 0)
        throw expressionError("comparisons in a row need an `and` between them");
      this.#index++;
      left = { type: "binary", operator, left, right: this.#binary(level + 1) };
    }
  }

  /** A sign binds weaker than a power to its right, and stronger than all else. */
  #signed(): OperatorTree {
    for (const operator of ["-", "+"])
      if (this.#take(operator)) return { type: "unary", operator, operand: this.#signed() };
    const node = this.#items[this.#index++];
    if (node === undefined || typeof node === "string")
      throw expressionError(`the operator \`${node ?? ""}\` is not supported here`);
    const left: OperatorTree = { type: "operand", node };
    if (!this.#take("**")) return left;
    return { type: "binary", operator: "**", left, right: this.#signed() };
  }

  #take(word: string): boolean {
    if (this.#items[this.#index] !== word) return false;
    this.#index++;
    return true;
  }
}
