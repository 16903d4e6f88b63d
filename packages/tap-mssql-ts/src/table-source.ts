import type { TableInfo } from "./database.ts";

/** A table as `selectStatement` reads it. */
export function tableSource({ schema, name, query }: TableInfo): {
  readonly schema: string;
  readonly table: string;
  readonly query?: string;
} {
  return { schema, table: name, ...(query !== undefined && { query }) };
}
