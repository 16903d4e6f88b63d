import { makeType, type Type, type TypeName } from "../type.ts";

/** A row of sys.types. */
export interface UserType {
  readonly id: number;
  readonly systemId: number;
  readonly name: string;
  readonly schemaId: number;
  readonly type: Type;
  readonly isUserDefined: boolean;
  readonly isAssembly: boolean;
}

/** Type ids of sys.types; the two numbers differ on sysname and the CLR types. */
const ids: readonly (readonly [name: TypeName, systemId: number, id: number])[] = [
  ["uniqueidentifier", 36, 36],
  ["date", 40, 40],
  ["time", 41, 41],
  ["datetime2", 42, 42],
  ["datetimeoffset", 43, 43],
  ["tinyint", 48, 48],
  ["smallint", 52, 52],
  ["int", 56, 56],
  ["smalldatetime", 58, 58],
  ["real", 59, 59],
  ["money", 60, 60],
  ["datetime", 61, 61],
  ["float", 62, 62],
  ["bit", 104, 104],
  ["decimal", 106, 106],
  ["numeric", 108, 108],
  ["smallmoney", 122, 122],
  ["bigint", 127, 127],
  ["image", 34, 34],
  ["text", 35, 35],
  ["ntext", 99, 99],
  ["sql_variant", 98, 98],
  ["timestamp", 189, 189],
  ["hierarchyid", 240, 128],
  ["geometry", 240, 129],
  ["geography", 240, 130],
  ["varbinary", 165, 165],
  ["varchar", 167, 167],
  ["binary", 173, 173],
  ["char", 175, 175],
  ["nvarchar", 231, 231],
  ["nchar", 239, 239],
  ["xml", 241, 241],
];

const systemSchemaId = 4;

export const systemTypes: readonly UserType[] = [
  ...ids.map(([name, systemId, id]) => ({
    id,
    systemId,
    name,
    schemaId: systemSchemaId,
    type: largest(name),
    isUserDefined: false,
    isAssembly: systemId === 240,
  })),
  {
    id: 256,
    systemId: 231,
    name: "sysname",
    schemaId: systemSchemaId,
    type: makeType("nvarchar", { length: 128 }),
    isUserDefined: false,
    isAssembly: false,
  },
];

function largest(name: TypeName): Type {
  switch (name) {
    case "char":
    case "varchar":
    case "binary":
    case "varbinary":
      return makeType(name, { length: 8000 });
    case "nchar":
    case "nvarchar":
      return makeType(name, { length: 4000 });
    case "decimal":
    case "numeric":
      return makeType(name, { precision: 38, scale: 38 });
    case "time":
    case "datetime2":
    case "datetimeoffset":
      return makeType(name, { scale: 7 });
    default:
      return makeType(name, { scale: name.endsWith("money") ? 4 : 0 });
  }
}

/** Length in bytes, precision and scale as sys.columns tells them. */
export function catalogFacets(type: Type): { maxLength: number; precision: number; scale: number } {
  const [maxLength, precision, scale] = facets(type);
  return { maxLength, precision, scale };
}

const fixedFacets: Partial<Record<TypeName, readonly [number, number, number]>> = {
  bit: [1, 1, 0],
  tinyint: [1, 3, 0],
  smallint: [2, 5, 0],
  int: [4, 10, 0],
  bigint: [8, 19, 0],
  real: [4, 24, 0],
  float: [8, 53, 0],
  money: [8, 19, 4],
  smallmoney: [4, 10, 4],
  date: [3, 10, 0],
  datetime: [8, 23, 3],
  smalldatetime: [4, 16, 0],
  uniqueidentifier: [16, 0, 0],
  xml: [-1, 0, 0],
  hierarchyid: [892, 0, 0],
  geography: [-1, 0, 0],
  geometry: [-1, 0, 0],
  timestamp: [8, 0, 0],
  text: [16, 0, 0],
  ntext: [16, 0, 0],
  image: [16, 0, 0],
  sql_variant: [8016, 0, 0],
};

function facets(type: Type): readonly [number, number, number] {
  const fixed = fixedFacets[type.name];
  if (fixed !== undefined) return fixed;
  const { precision, scale, length } = type;
  const timeBytes = scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
  const dot = scale === 0 ? 0 : scale + 1;
  switch (type.name) {
    case "decimal":
    case "numeric":
      return [
        precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17,
        precision,
        scale,
      ];
    case "time":
      return [timeBytes, 8 + dot, scale];
    case "datetime2":
      return [timeBytes + 3, 19 + dot, scale];
    case "datetimeoffset":
      return [timeBytes + 5, 26 + dot, scale];
    case "nchar":
    case "nvarchar":
      return [length === -1 ? -1 : length * 2, 0, 0];
    default:
      return [length, 0, 0];
  }
}
