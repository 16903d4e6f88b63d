import { createHash } from "node:crypto";
import type { Database, SqlValue } from "./index.ts";

/**
 * SHA-256, as hexadecimal text, over the canonical bytes of every table: its name, then column by column the column's name
 * and each value as its type's first letter, its text (binary as hexadecimal) and a NUL.
 */
export function digest(database: Database): string {
  const hash = createHash("sha256");
  for (const { schema, columns } of database.tables) {
    hash.update(`${schema.schema}.${schema.name}\0`);
    for (const [index, values] of columns.entries()) {
      hash.update(`${schema.columns[index]?.name}\0`);
      for (let row = 0; row < values.length; row += 4096) {
        hash.update(
          values
            .slice(row, row + 4096)
            .map(canonicalText)
            .join(""),
        );
      }
    }
  }
  return hash.digest("hex");
}

function canonicalText(value: SqlValue): string {
  if (value === null) return "-\0";
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")}\0`;
  if (typeof value === "boolean") return value ? "t\0" : "f\0";
  if (typeof value === "number") return `n${value}\0`;
  return typeof value === "bigint" ? `b${value}\0` : `s${value}\0`;
}
