import type { Scope } from "./scope.ts";
import type { Expression } from "./syntax-tree.ts";

/**
 * A text that is equal for expressions that mean the same: columns count by where they are found,
 * not by how they are written.
 */
export function expressionKey(expression: Expression, scope: Scope): string {
  return JSON.stringify(expression, (_key, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    if (isColumn(value)) return placeOf(value.parts, scope);
    return value;
  });
}

function isColumn(value: unknown): value is { parts: readonly string[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    value.type === "column" &&
    "parts" in value
  );
}

function placeOf(parts: readonly string[], scope: Scope): string {
  try {
    const { depth, sourceIndex, columnIndex } = scope.resolve(parts);
    return `#${depth}.${sourceIndex}.${columnIndex}`;
  } catch {
    // A name of an inner query: it is resolved there.
    return parts.join(".").toLowerCase();
  }
}
