import type { ServedDatabase } from "../served-database.ts";
import type { SessionFacts } from "./bound.ts";
import { Catalog } from "./catalog/catalog.ts";
import type { CatalogTable, CatalogView } from "./catalog/model.ts";
import { SqlError } from "./error.ts";
import type { Relation } from "./relation.ts";
import { Snapshot } from "./snapshot.ts";
import { TokenStream } from "./token-stream.ts";

/** SQL Server's row versions start behind 2000. */
const firstRowVersion = 2001n;
export const productVersion = "16.0.1000.6";
const systemDatabases = ["master", "tempdb", "model", "msdb"] as const;

/** The server's data: one user database, and the names that SQL Server always has. */
export class Engine {
  readonly database: string;
  readonly databases: readonly string[];
  readonly catalog: Catalog;
  readonly #served: ServedDatabase;
  /** What sessions outside of a snapshot see. */
  readonly now: Snapshot;
  #sessionCount = 50;

  constructor(database: ServedDatabase) {
    this.#served = database;
    this.now = new Snapshot(database.changes);
    this.database = database.name;
    this.databases = [...systemDatabases, database.name];
    this.catalog = new Catalog(database, this.databases);
  }

  /** A new session id; SQL Server's users start at 51. */
  takeSessionId(): number {
    this.#sessionCount += 1;
    return this.#sessionCount % 32_767;
  }

  /** The true spelling of a database's name. */
  findDatabase(name: string): string | undefined {
    return this.databases.find((database) => database.toLowerCase() === name.toLowerCase());
  }

  /** Finds a table or catalog view by the parts of its name, seen from a database. */
  find(
    parts: readonly string[],
    current: string,
    snapshot: Snapshot,
  ): { relation: Relation; schema: string } | { view: CatalogView } | undefined {
    const [name = "", schemaPart = "", databasePart = current] = parts.toReversed();
    const schema = schemaPart === "" ? "dbo" : schemaPart;
    if (this.findDatabase(databasePart) === undefined) return undefined;
    const view = this.catalog.view(schema, name);
    if (view !== undefined) return { relation: view, schema };
    if (databasePart.toLowerCase() !== this.database.toLowerCase()) return undefined;
    const table = this.#table(schema, name);
    if (table !== undefined) return { relation: snapshot.relation(table), schema };
    const { views, synonyms } = this.catalog.model;
    const isNamed = (one: CatalogView | (typeof synonyms)[number]): boolean =>
      `${one.schema.name}.${one.name}`.toLowerCase() === `${schema}.${name}`.toLowerCase();
    const userView = views.find(isNamed);
    if (userView !== undefined) return { view: userView };
    const synonym = synonyms.find(isNamed);
    if (synonym === undefined) return undefined;
    return this.find(nameParts(synonym.definition.base), current, snapshot);
  }

  /** The rows as they are now, for a transaction under SNAPSHOT; throws 3952 where that is not allowed. */
  takeSnapshot(): Snapshot {
    if (this.#served.isSnapshotAllowed !== true)
      throw new SqlError(
        3952,
        `Snapshot isolation transaction failed accessing database '${this.database}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.`,
      );
    const snapshot = new Snapshot(this.#served.changes);
    snapshot.freeze(this.catalog.model.tables);
    return snapshot;
  }

  get rowVersionMin(): bigint {
    return this.#served.rowVersionMin ?? firstRowVersion;
  }

  /** A table as CHANGETABLE names it. */
  trackedTable(parts: readonly string[]): CatalogTable | undefined {
    const [name = "", schema = "dbo"] = parts.toReversed();
    return this.#table(schema, name);
  }

  /** Names of `schema.table` as the history has them. */
  tableNamed(name: string): CatalogTable | undefined {
    return this.trackedTable(name.split("."));
  }

  #table(schema: string, name: string): CatalogTable | undefined {
    const key = `${schema}.${name}`.toLowerCase();
    return this.catalog.model.tables.find(
      (table) => `${table.schema.name}.${table.name}`.toLowerCase() === key,
    );
  }

  /** The part of a session's facts that comes from the catalog. */
  catalogFacts(): Pick<
    SessionFacts,
    | "schemaName"
    | "schemaId"
    | "typeName"
    | "typeId"
    | "objectById"
    | "objectId"
    | "objectProperty"
    | "columnProperty"
    | "columnName"
  > {
    const { model } = this.catalog;
    const sameName = (left: string, right: string): boolean =>
      left.toLowerCase() === right.toLowerCase();
    const tableById = (id: number): CatalogTable | undefined =>
      model.tables.find((table) => table.id === id);
    return {
      schemaName: (id) => model.schemas.find((schema) => schema.id === id)?.name,
      schemaId: (name) => model.schemas.find((schema) => sameName(schema.name, name))?.id,
      typeName: (id) => model.userTypes.find((type) => type.id === id)?.name,
      typeId: (name) => model.userTypes.find((type) => sameName(type.name, name))?.id,
      objectById: (id) => {
        const table = tableById(id) ?? model.tables.find(({ primaryKeyId }) => primaryKeyId === id);
        if (table === undefined) {
          const found = model.views.find((one) => one.id === id);
          return found && { name: found.name, schema: found.schema.name };
        }
        return {
          name: table.id === id ? table.name : table.primaryKeyName,
          schema: table.schema.name,
        };
      },
      objectId: (name) => {
        const [object = "", schema = "dbo"] = nameParts(name).toReversed();
        const key = `${schema}.${object}`.toLowerCase();
        return (
          this.#table(schema, object) ??
          model.views.find((one) => `${one.schema.name}.${one.name}`.toLowerCase() === key)
        )?.id;
      },
      objectProperty: (id, property) =>
        tableById(id) === undefined ? undefined : tableProperties[property.toLowerCase()],
      columnProperty: (id, column, property) => {
        const found = tableById(id)?.columns.find(({ name }) => sameName(name, column));
        if (found === undefined) return undefined;
        switch (property.toLowerCase()) {
          case "isidentity":
            return found.schema.identity ? 1 : 0;
          case "iscomputed":
            return found.schema.computed === undefined ? 0 : 1;
          case "allowsnull":
            return found.schema.nullable ? 1 : 0;
          case "columnid":
            return found.id;
          default:
            return undefined;
        }
      },
      columnName: (id, column) => tableById(id)?.columns[column - 1]?.name,
    };
  }
}

const tableProperties: Readonly<Record<string, number>> = {
  istable: 1,
  isusertable: 1,
  isview: 0,
  ismsshipped: 0,
  tablehasprimarykey: 1,
  tablehasclustindex: 1,
};

/** The parts of a name that is given as text, such as `[Sales].[SalesOrderHeader]`. */
function nameParts(name: string): readonly string[] {
  const tokens = new TokenStream(name);
  const parts: string[] = [];
  while (!tokens.isAtEnd) {
    const { type, text } = tokens.next();
    if (type === "name" || type === "quoted") parts.push(text);
  }
  return parts;
}
