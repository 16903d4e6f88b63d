export { type Database, generate, type SqlValue, type TableData } from "./generate/index.ts";
export {
  type ColumnSchema,
  decimalScale,
  type ForeignKey,
  formatSqlType,
  type PlainTypeName,
  parseSqlType,
  type SqlType,
  type TableSchema,
  tableSchema,
  tables,
} from "./schema.ts";
