/** A SQL Server type with alias types already resolved to what they are made of. */
export interface SqlType {
  /** Name of the base type, lower case: `int`, `nvarchar`, `hierarchyid` … or a CLR type's own name. */
  readonly name: string;
  /** Length in characters or bytes, -1 for (max); 0 where the type has none. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  /** A user-defined CLR type, whose text comes from its ToString(). */
  readonly isClr: boolean;
}

const SIZED = new Set(["char", "varchar", "nchar", "nvarchar", "binary", "varbinary"]);
const SCALED = new Set(["time", "datetime2", "datetimeoffset"]);

/** The type as T-SQL writes it: `decimal(19,4)`, `nvarchar(max)`, `datetime2(7)`. */
export function sqlTypeText({ name, length, precision, scale }: SqlType): string {
  if (SIZED.has(name)) return `${name}(${length === -1 ? "max" : length})`;
  if (name === "decimal" || name === "numeric") return `${name}(${precision},${scale})`;
  return SCALED.has(name) ? `${name}(${scale})` : name;
}

/** Whether values of the type can be ordered and compared by the server. */
export function isComparable({ name, length, isClr }: SqlType): boolean {
  return !isClr && length !== -1 && !INCOMPARABLE.has(name);
}

const INCOMPARABLE = new Set([
  "text",
  "ntext",
  "image",
  "xml",
  "geometry",
  "geography",
  "sql_variant",
  "json",
  "vector",
]);
