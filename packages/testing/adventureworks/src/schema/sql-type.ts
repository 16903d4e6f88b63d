/** A base type of SQL Server with the facets that its declaration carries. `length` counts characters of (n)char and bytes of binary. */
export type SqlType =
  | { readonly name: PlainTypeName }
  | { readonly name: "decimal" | "numeric"; readonly precision: number; readonly scale: number }
  | { readonly name: "time" | "datetime2" | "datetimeoffset"; readonly scale: number }
  | { readonly name: "char" | "nchar" | "binary"; readonly length: number }
  | {
      readonly name: "varchar" | "nvarchar" | "varbinary";
      readonly length: number | "max";
    };

/** The base types that take no facets. */
export type PlainTypeName = (typeof plainTypeNames)[number];

const plainTypeNames = [
  "bit",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "money",
  "smallmoney",
  "float",
  "real",
  "date",
  "datetime",
  "smalldatetime",
  "text",
  "ntext",
  "image",
  "rowversion",
  "uniqueidentifier",
  "xml",
  "sql_variant",
  "hierarchyid",
  "geography",
  "geometry",
] as const;

/** Reads a declaration such as `nvarchar(max)` or `decimal(8,2)`; throws when it is none. */
export function parseSqlType(declaration: string): SqlType {
  const match = /^(\w+)(?:\((\w+)(?:,(\d+))?\))?$/.exec(declaration);
  const [, name, first, second] = match ?? [];
  const plainName = plainTypeNames.find((candidate) => candidate === name);
  if (plainName !== undefined && first === undefined) return { name: plainName };
  if (first === undefined) throw new Error(`not a SQL Server type: ${declaration}`);
  if (name === "decimal" || name === "numeric") {
    return { name, precision: Number(first), scale: Number(second ?? 0) };
  }
  if (name === "time" || name === "datetime2" || name === "datetimeoffset") {
    return { name, scale: Number(first) };
  }
  if (name === "char" || name === "nchar" || name === "binary") {
    return { name, length: Number(first) };
  }
  if (name === "varchar" || name === "nvarchar" || name === "varbinary") {
    return { name, length: first === "max" ? "max" : Number(first) };
  }
  throw new Error(`not a SQL Server type: ${declaration}`);
}

/** Writes a type as its declaration, the inverse of `parseSqlType`. */
export function formatSqlType(type: SqlType): string {
  if ("precision" in type) return `${type.name}(${type.precision},${type.scale})`;
  if ("scale" in type) return `${type.name}(${type.scale})`;
  if ("length" in type) return `${type.name}(${type.length})`;
  return type.name;
}

/** Digits after the point of an exact number; `undefined` for every other type. */
export function decimalScale(type: SqlType): number | undefined {
  if (type.name === "decimal" || type.name === "numeric") return type.scale;
  return type.name === "money" || type.name === "smallmoney" ? 4 : undefined;
}
