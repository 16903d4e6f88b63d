import type { Database, TableData } from "../../../generate/index.ts";
import type { ColumnSchema } from "../../../schema.ts";
import type { ServedDatabase, SynonymDefinition, ViewDefinition } from "../../served-database.ts";
import { type Type, typeOfSchema } from "../type.ts";
import { systemTypes, type UserType } from "./system-type.ts";

/** A schema of the database. */
interface CatalogSchema {
  readonly id: number;
  readonly name: string;
}

/** A column with its catalog number. */
export interface CatalogColumn {
  readonly id: number;
  readonly name: string;
  readonly type: Type;
  readonly userType: UserType;
  readonly schema: ColumnSchema;
}

/** A table with its catalog numbers. */
export interface CatalogTable {
  readonly id: number;
  readonly name: string;
  readonly schema: CatalogSchema;
  readonly primaryKeyId: number;
  readonly primaryKeyName: string;
  readonly columns: readonly CatalogColumn[];
  readonly data: TableData;
}

/** A view with its catalog numbers. */
export interface CatalogView {
  readonly id: number;
  readonly name: string;
  readonly schema: CatalogSchema;
  readonly columns: readonly CatalogColumn[];
  readonly definition: ViewDefinition;
}

/** A synonym with its catalog numbers. */
interface CatalogSynonym {
  readonly id: number;
  readonly name: string;
  readonly schema: CatalogSchema;
  readonly definition: SynonymDefinition;
}

/** A foreign key with the tables at both ends. */
interface CatalogForeignKey {
  readonly id: number;
  readonly name: string;
  readonly table: CatalogTable;
  readonly referenced: CatalogTable;
  readonly columnIds: readonly number[];
  readonly referencedColumnIds: readonly number[];
}

/** What the catalog views tell of one database. */
export interface CatalogModel {
  readonly database: string;
  readonly schemas: readonly CatalogSchema[];
  readonly userTypes: readonly UserType[];
  readonly tables: readonly CatalogTable[];
  readonly foreignKeys: readonly CatalogForeignKey[];
  readonly views: readonly CatalogView[];
  readonly synonyms: readonly CatalogSynonym[];
}

const dboSchema: CatalogSchema = { id: 1, name: "dbo" };
const fixedSchemas: readonly CatalogSchema[] = [
  dboSchema,
  { id: 2, name: "guest" },
  { id: 3, name: "INFORMATION_SCHEMA" },
  { id: 4, name: "sys" },
];
const firstUserSchemaId = 5;
const firstUserTypeId = 257;
const firstObjectId = 245_575_913;
/** SQL Server spaces the ids of objects that are made one after the other by 16. */
const objectIdStep = 16;

/** Numbers the schemas, types, tables and keys of a database. */
export function catalogModel(database: ServedDatabase): CatalogModel {
  const schemas = numberSchemas(database);
  const userTypes = numberTypes(database);
  let nextId = firstObjectId;
  const takeId = (): number => {
    nextId += objectIdStep;
    return nextId;
  };
  const tables = database.tables.map((data) => {
    const { schema: source } = data;
    return {
      id: takeId(),
      name: source.name,
      schema: schemas.find(({ name }) => name === source.schema) ?? dboSchema,
      primaryKeyId: takeId(),
      primaryKeyName: `PK_${source.name}_${source.primaryKey.join("_")}`,
      columns: source.columns.map((column, index) => catalogColumn(column, index, userTypes)),
      data,
    };
  });
  const foreignKeys = tables.flatMap((table) => foreignKeysOf(table, tables, takeId));
  const schemaOf = (name: string): CatalogSchema =>
    schemas.find((schema) => schema.name === name) ?? dboSchema;
  const views = (database.views ?? []).map((definition) => ({
    id: takeId(),
    name: definition.name,
    schema: schemaOf(definition.schema),
    columns: definition.columns.map((column, index) => catalogColumn(column, index, userTypes)),
    definition,
  }));
  const synonyms = (database.synonyms ?? []).map((definition) => ({
    id: takeId(),
    name: definition.name,
    schema: schemaOf(definition.schema),
    definition,
  }));
  return { database: database.name, schemas, userTypes, tables, foreignKeys, views, synonyms };
}

function numberSchemas(database: Database): readonly CatalogSchema[] {
  const names = [...new Set(database.tables.map(({ schema }) => schema.schema))].filter(
    (name) => name !== "dbo",
  );
  return [
    ...fixedSchemas,
    ...names.toSorted().map((name, index) => ({ id: firstUserSchemaId + index, name })),
  ];
}

function numberTypes(database: Database): readonly UserType[] {
  const aliases = new Map<string, UserType>();
  for (const { schema } of database.tables) {
    for (const column of schema.columns) {
      const { aliasType } = column;
      if (aliasType === undefined || aliasType === "sysname" || aliases.has(aliasType)) continue;
      const type = typeOfSchema(column.type);
      const base = systemTypes.find(({ name }) => name === type.name);
      aliases.set(aliasType, {
        id: firstUserTypeId + aliases.size,
        systemId: base?.systemId ?? 0,
        name: aliasType,
        schemaId: 1,
        type,
        isUserDefined: true,
        isAssembly: false,
      });
    }
  }
  return [...systemTypes, ...aliases.values()];
}

function catalogColumn(
  schema: ColumnSchema,
  index: number,
  userTypes: readonly UserType[],
): CatalogColumn {
  const type = typeOfSchema(schema.type);
  const name = schema.aliasType ?? type.name;
  const userType = userTypes.find((candidate) => candidate.name === name);
  if (userType === undefined) throw new Error(`the catalog has no type ${name}`);
  return { id: index + 1, name: schema.name, type, userType, schema };
}

function foreignKeysOf(
  table: CatalogTable,
  tables: readonly CatalogTable[],
  takeId: () => number,
): readonly CatalogForeignKey[] {
  return table.data.schema.foreignKeys.map((key) => {
    const referenced = tables.find(
      ({ name, schema }) => name === key.table && schema.name === key.schema,
    );
    if (referenced === undefined)
      throw new Error(`the catalog has no table ${key.schema}.${key.table}`);
    return {
      id: takeId(),
      name: `FK_${table.name}_${referenced.name}_${key.columns.join("_")}`,
      table,
      referenced,
      columnIds: key.columns.map((name) => columnId(table, name)),
      referencedColumnIds: key.on.map((name) => columnId(referenced, name)),
    };
  });
}

/** The number of a table's column. */
export function columnId(table: CatalogTable, name: string): number {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`${table.name} has no column ${name}`);
  return column.id;
}
