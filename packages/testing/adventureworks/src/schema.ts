import { dbo } from "./schema/dbo.ts";
import { parseTables } from "./schema/definition.ts";
import { humanResources } from "./schema/human-resources.ts";
import { person } from "./schema/person.ts";
import { production } from "./schema/production.ts";
import { purchasing } from "./schema/purchasing.ts";
import { sales } from "./schema/sales.ts";
import type { TableSchema } from "./schema/table-schema.ts";

export type { PlainTypeName, SqlType } from "./schema/sql-type.ts";
export { decimalScale, formatSqlType, parseSqlType } from "./schema/sql-type.ts";
export type { ColumnSchema, ForeignKey, TableSchema, UniqueIndex } from "./schema/table-schema.ts";

/** The 71 tables of AdventureWorks, by schema and then by name. */
export const tables: readonly TableSchema[] = [
  dbo,
  humanResources,
  person,
  production,
  purchasing,
  sales,
].flatMap(parseTables);

/** The schema of one table; throws when AdventureWorks has no such table. */
export function tableSchema(schema: string, name: string): TableSchema {
  const found = tables.find((table) => table.schema === schema && table.name === name);
  if (found === undefined) throw new Error(`AdventureWorks has no table ${schema}.${name}`);
  return found;
}
