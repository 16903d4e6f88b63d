export { type Api, type ApiOptions, type Fault, type Shape, startApi } from "./api/index.ts";
export { type ColumnFacts, type Kind, type TableFacts, tableFacts } from "./column-facts.ts";
export { datetimeMilliseconds, formatDatetime, formatDecimal } from "./format.ts";
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
