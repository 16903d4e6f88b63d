import { SqlError } from "./error.ts";
import type { TokenStream } from "./token-stream.ts";
import { makeType, type Type, type TypeName } from "./type.ts";

const plainTypes: Readonly<Record<string, TypeName>> = {
  bit: "bit",
  tinyint: "tinyint",
  smallint: "smallint",
  int: "int",
  integer: "int",
  bigint: "bigint",
  real: "real",
  date: "date",
  datetime: "datetime",
  smalldatetime: "smalldatetime",
  uniqueidentifier: "uniqueidentifier",
  xml: "xml",
  hierarchyid: "hierarchyid",
  geography: "geography",
};
const moneyTypes: Readonly<Record<string, TypeName>> = { money: "money", smallmoney: "smallmoney" };
const decimalTypes: Readonly<Record<string, TypeName>> = {
  decimal: "decimal",
  dec: "decimal",
  numeric: "numeric",
};
const scaledTypes: Readonly<Record<string, TypeName>> = {
  time: "time",
  datetime2: "datetime2",
  datetimeoffset: "datetimeoffset",
};
const sizedTypes: Readonly<Record<string, TypeName>> = {
  char: "char",
  character: "char",
  varchar: "varchar",
  nchar: "nchar",
  nvarchar: "nvarchar",
  binary: "binary",
  varbinary: "varbinary",
};

/** Reads a type. `defaultLength` is 30 in CAST and CONVERT, 1 elsewhere. */
export function parseType(tokens: TokenStream, defaultLength: number): Type {
  let name = tokens.name();
  if (name.toLowerCase() === "sys" && tokens.take(".")) name = tokens.name();
  const key = name.toLowerCase();
  if (key === "sysname") return makeType("nvarchar", { length: 128 });
  const facets = parseFacets(tokens);
  const [first, second] = facets;
  const sized = sizedTypes[key];
  if (sized !== undefined) return makeType(sized, { length: first ?? defaultLength });
  const decimal = decimalTypes[key];
  if (decimal !== undefined)
    return makeType(decimal, { precision: first ?? 18, scale: second ?? 0 });
  const scaled = scaledTypes[key];
  if (scaled !== undefined) return makeType(scaled, { scale: first ?? 7 });
  if (key === "float") return makeType((first ?? 53) <= 24 ? "real" : "float");
  const money = moneyTypes[key];
  if (money !== undefined) return makeType(money, { scale: 4 });
  const plain = plainTypes[key];
  if (plain !== undefined) return makeType(plain);
  throw new SqlError(243, `Type ${name} is not a defined system type.`);
}

function parseFacets(tokens: TokenStream): readonly number[] {
  if (!tokens.take("(")) return [];
  if (tokens.take("MAX")) {
    tokens.expect(")");
    return [-1];
  }
  const facets: number[] = [];
  do {
    if (tokens.peek().type !== "number") throw tokens.error();
    facets.push(Number(tokens.next().text));
  } while (tokens.take(","));
  tokens.expect(")");
  return facets;
}
