import type { TableInfo } from "./database.ts";

/** Which tables the settings ask for; names match without case, `*` and `?` are wildcards. */
export interface TableFilter {
  /** A list, or names separated by commas. */
  readonly filter_schemas?: string | readonly unknown[];
  /** `Schema.Table` patterns; one that starts with `!` excludes. */
  readonly filter_tables?: readonly string[];
}

/** The tables that the filters let through. */
export function filterTables(
  tables: readonly TableInfo[],
  filter: TableFilter,
): readonly TableInfo[] {
  const names = filter.filter_schemas ?? [];
  const schemas = (typeof names === "string" ? names.split(",") : names.map(String))
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map(patternOf);
  const patterns = filter.filter_tables ?? [];
  const includes = patterns.filter((pattern) => !pattern.startsWith("!")).map(patternOf);
  const excludes = patterns
    .filter((pattern) => pattern.startsWith("!"))
    .map((pattern) => patternOf(pattern.slice(1)));
  return tables.filter(({ schema, name }) => {
    const path = `${schema}.${name}`;
    return (
      (schemas.length === 0 || schemas.some((pattern) => pattern.test(schema))) &&
      (includes.length === 0 || includes.some((pattern) => pattern.test(path))) &&
      !excludes.some((pattern) => pattern.test(path))
    );
  });
}

function patternOf(text: string): RegExp {
  const escaped = text.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "iu");
}
