import type { QueryHints } from "./query.ts";
import type { StreamPlan } from "./stream-plan.ts";

/** A table as `selectStatement` reads it. */
export function tableSource({ table, hints }: Pick<StreamPlan, "table" | "hints">): {
  readonly schema: string;
  readonly table: string;
  readonly query?: string;
  readonly hints: QueryHints;
} {
  const { schema, name, query } = table;
  return { schema, table: name, hints, ...(query !== undefined && { query }) };
}
