import type { SqlType } from "../../schema.ts";

/** The base types that this server knows. */
export type TypeName =
  | "bit"
  | "tinyint"
  | "smallint"
  | "int"
  | "bigint"
  | "decimal"
  | "numeric"
  | "money"
  | "smallmoney"
  | "float"
  | "real"
  | "date"
  | "time"
  | "datetime"
  | "smalldatetime"
  | "datetime2"
  | "datetimeoffset"
  | "char"
  | "varchar"
  | "nchar"
  | "nvarchar"
  | "binary"
  | "varbinary"
  | "uniqueidentifier"
  | "xml"
  | "hierarchyid"
  | "geography"
  | "geometry"
  | "timestamp"
  | "text"
  | "ntext"
  | "image"
  | "sql_variant";

/**
 * A type with its facets. `length` counts characters or bytes, -1 is `max`; `precision` and `scale`
 * belong to decimals, `scale` alone to time, datetime2 and datetimeoffset; elsewhere they are 0.
 */
export interface Type {
  readonly name: TypeName;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
}

/** Makes a type; facets that are not named are 0. */
export function makeType(name: TypeName, facets: Partial<Omit<Type, "name">> = {}): Type {
  return { name, length: 0, precision: 0, scale: 0, ...facets };
}

export const bitType = makeType("bit");
export const tinyintType = makeType("tinyint");
export const smallintType = makeType("smallint");
export const intType = makeType("int");
export const bigintType = makeType("bigint");
export const floatType = makeType("float");
export const moneyType = makeType("money", { scale: 4 });
export const datetimeType = makeType("datetime");
export const uniqueidentifierType = makeType("uniqueidentifier");
/** rowversion, which the catalog calls by its old name. */
const rowversionType = makeType("timestamp", { length: 8 });
/** The type of names in the catalog: nvarchar(128). */
export const sysnameType = makeType("nvarchar", { length: 128 });

export const nvarchar = (length: number): Type => makeType("nvarchar", { length });
export const varchar = (length: number): Type => makeType("varchar", { length });
export const decimal = (precision: number, scale: number): Type =>
  makeType("decimal", { precision, scale });

/** The type of a generated column. */
export function typeOfSchema(type: SqlType): Type {
  const length = "length" in type ? (type.length === "max" ? -1 : type.length) : 0;
  const precision = "precision" in type ? type.precision : 0;
  const scale = "scale" in type ? type.scale : type.name.endsWith("money") ? 4 : 0;
  if (type.name === "rowversion") return rowversionType;
  const name = precedence.find((candidate) => candidate === type.name);
  if (name === undefined) throw new Error(`the server double does not serve the type ${type.name}`);
  return makeType(name, { length, precision, scale });
}

/** Type precedence, highest first. Source: T-SQL reference, "Data type precedence". */
const precedence: readonly TypeName[] = [
  "sql_variant",
  "hierarchyid",
  "geography",
  "geometry",
  "xml",
  "datetimeoffset",
  "datetime2",
  "datetime",
  "smalldatetime",
  "date",
  "time",
  "float",
  "real",
  "decimal",
  "numeric",
  "money",
  "smallmoney",
  "bigint",
  "int",
  "smallint",
  "tinyint",
  "bit",
  "ntext",
  "text",
  "image",
  "timestamp",
  "uniqueidentifier",
  "nvarchar",
  "nchar",
  "varchar",
  "char",
  "varbinary",
  "binary",
];

/** 0 is the highest precedence. */
export function precedenceOf(type: Type): number {
  return precedence.indexOf(type.name);
}

const stringTypes: ReadonlySet<TypeName> = new Set(["char", "varchar", "nchar", "nvarchar"]);
const integerTypes: ReadonlySet<TypeName> = new Set([
  "bit",
  "tinyint",
  "smallint",
  "int",
  "bigint",
]);
const exactTypes: ReadonlySet<TypeName> = new Set(["decimal", "numeric", "money", "smallmoney"]);
const floatTypes: ReadonlySet<TypeName> = new Set(["float", "real"]);
const binaryTypes: ReadonlySet<TypeName> = new Set(["binary", "varbinary", "timestamp"]);
const temporalTypes: ReadonlySet<TypeName> = new Set([
  "date",
  "time",
  "datetime",
  "smalldatetime",
  "datetime2",
  "datetimeoffset",
]);

export const isString = (type: Type): boolean => stringTypes.has(type.name);
export const isUnicode = (type: Type): boolean => type.name === "nchar" || type.name === "nvarchar";
export const isInteger = (type: Type): boolean => integerTypes.has(type.name);
/** Decimals and money: values are unscaled bigints. */
export const isExact = (type: Type): boolean => exactTypes.has(type.name);
export const isFloat = (type: Type): boolean => floatTypes.has(type.name);
export const isNumeric = (type: Type): boolean =>
  integerTypes.has(type.name) || exactTypes.has(type.name) || floatTypes.has(type.name);
export const isBinary = (type: Type): boolean => binaryTypes.has(type.name);
export const isTemporal = (type: Type): boolean => temporalTypes.has(type.name);

const integerDigits: Partial<Record<TypeName, number>> = {
  bit: 1,
  tinyint: 3,
  smallint: 5,
  int: 10,
  bigint: 19,
  money: 19,
  smallmoney: 10,
};

/** Precision of a number type when it meets a decimal. Source: T-SQL, "Precision, scale, and length". */
export function decimalPrecision(type: Type): number {
  return integerDigits[type.name] ?? type.precision;
}

/** `decimal(19,4)`, `nvarchar(max)`: the type as T-SQL writes it. */
export function formatType(type: Type): string {
  if (type.name === "decimal" || type.name === "numeric")
    return `${type.name}(${type.precision},${type.scale})`;
  if (type.name === "timestamp") return type.name;
  if (isString(type) || isBinary(type))
    return `${type.name}(${type.length === -1 ? "max" : type.length})`;
  if (type.name === "time" || type.name.startsWith("datetime2") || type.name === "datetimeoffset")
    return `${type.name}(${type.scale})`;
  return type.name;
}
