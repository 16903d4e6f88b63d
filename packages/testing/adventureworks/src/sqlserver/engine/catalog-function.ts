import type { SessionFacts } from "./bound.ts";
import type { CatalogFunction } from "./fact-function.ts";
import { historyFunctions } from "./history-function.ts";
import { intType, nvarchar, smallintType, sysnameType } from "./type.ts";
import type { Value } from "./value.ts";

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");
const id = (value: Value | undefined): number => (typeof value === "number" ? value : -1);

/** Functions that look names and numbers up in the catalog. */
export const catalogFunctions: Readonly<Record<string, CatalogFunction>> = {
  SCHEMA_NAME: {
    type: sysnameType,
    call: (facts, [schema]) => facts.schemaName(id(schema)) ?? null,
  },
  SCHEMA_ID: { type: intType, call: (facts, [name]) => facts.schemaId(text(name)) ?? null },
  OBJECT_NAME: {
    type: sysnameType,
    call: (facts, [object]) => facts.objectById(id(object))?.name ?? null,
  },
  OBJECT_SCHEMA_NAME: {
    type: sysnameType,
    call: (facts, [object]) => facts.objectById(id(object))?.schema ?? null,
  },
  OBJECT_ID: { type: intType, call: (facts, [name]) => facts.objectId(text(name)) ?? null },
  OBJECTPROPERTY: {
    type: intType,
    call: (facts, [object, property]) => facts.objectProperty(id(object), text(property)) ?? null,
  },
  OBJECTPROPERTYEX: {
    type: intType,
    call: (facts, [object, property]) => facts.objectProperty(id(object), text(property)) ?? null,
  },
  COLUMNPROPERTY: {
    type: intType,
    call: (facts, [object, column, property]) =>
      facts.columnProperty(id(object), text(column), text(property)) ?? null,
  },
  COL_NAME: {
    type: sysnameType,
    call: (facts, [object, column]) => facts.columnName(id(object), id(column)) ?? null,
  },
  TYPE_NAME: { type: sysnameType, call: (facts, [type]) => facts.typeName(id(type)) ?? null },
  TYPE_ID: { type: intType, call: (facts, [name]) => facts.typeId(text(name)) ?? null },
  DB_ID: {
    type: smallintType,
    call: (facts, [name]) => {
      const index = facts.databases.findIndex(
        (database) => database.toLowerCase() === text(name).toLowerCase(),
      );
      return index === -1 ? null : index + 1;
    },
  },
  DB_NAME: {
    type: sysnameType,
    call: (facts, [database]) => facts.databases[id(database) - 1] ?? null,
  },
  HAS_DBACCESS: {
    type: intType,
    call: (facts, [name]) =>
      facts.databases.some((database) => database.toLowerCase() === text(name).toLowerCase())
        ? 1
        : null,
  },
  /** The one login may do all that there is to do; what does not exist gives NULL. */
  HAS_PERMS_BY_NAME: {
    type: intType,
    call: (facts, [name, kind]) =>
      text(kind).toUpperCase() === "OBJECT" && facts.objectId(text(name)) === undefined ? null : 1,
  },
  DATABASEPROPERTYEX: {
    type: nvarchar(128),
    call: (_facts, [, property]) => databaseProperties[text(property).toLowerCase()] ?? null,
  },
  SERVERPROPERTY: {
    type: nvarchar(128),
    call: (facts, [property]) => serverProperty(facts, text(property).toLowerCase()),
  },
  ...historyFunctions,
  IS_SRVROLEMEMBER: { type: intType, call: () => 0 },
  IS_MEMBER: { type: intType, call: () => 1 },
};

const databaseProperties: Readonly<Record<string, string>> = {
  collation: "SQL_Latin1_General_CP1_CI_AS",
  status: "ONLINE",
  updateability: "READ_WRITE",
  useraccess: "MULTI_USER",
  recovery: "SIMPLE",
};

function serverProperty(facts: SessionFacts, property: string): Value {
  switch (property) {
    case "productversion":
      return facts.productVersion;
    case "productmajorversion":
      return facts.productVersion.split(".")[0] ?? null;
    case "productlevel":
      return "RTM";
    case "edition":
      return "Developer Edition (64-bit)";
    case "engineedition":
      return "3";
    case "collation":
      return "SQL_Latin1_General_CP1_CI_AS";
    case "servername":
    case "machinename":
      return facts.serverName;
    case "ishadrenabled":
    case "isclustered":
    case "isintegratedsecurityonly":
      return "0";
    default:
      return null;
  }
}
