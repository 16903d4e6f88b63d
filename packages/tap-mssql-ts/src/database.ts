import type { CatalogRow, CatalogRows } from "./catalog-rows.ts";
import type { SqlType } from "./type/sql-type.ts";
import { unsupportedReason } from "./type/support.ts";

/** A column as the database has it. */
export interface ColumnInfo {
  readonly name: string;
  /** Undefined when the type is one that the server does not describe. */
  readonly type: SqlType | undefined;
  readonly isNullable: boolean;
  readonly isComputed: boolean;
  readonly description?: string;
  /** Why the column cannot be read. */
  readonly unsupported?: string;
}

/** A table or view as the database has it, columns in ordinal order. */
export interface TableInfo {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly isView: boolean;
  readonly columns: readonly ColumnInfo[];
  /** Columns of the primary key in key order, else of a unique index without nulls or filter, else none. */
  readonly keyColumns: readonly string[];
  /** The server's estimate; undefined for views. */
  readonly rowCount?: number;
  readonly description?: string;
  /** Change Tracking is on. */
  readonly isTracked?: boolean;
  /** CDC is on. */
  readonly isCaptured?: boolean;
  /** Names of its capture instances, as far as the login may see them. */
  readonly captureInstances?: readonly string[];
  /** The run reads several databases, so that the stream's name says which. */
  readonly isOfSeveral?: boolean;
  /** The object that this synonym stands for, as it was written. */
  readonly synonymOf?: string;
  /** SELECT of the settings that takes the place of a table. */
  readonly query?: string;
}

/** Joins the answers of the catalog views into tables, ordered by schema and name. */
export function tablesOfDatabase(rows: CatalogRows): readonly TableInfo[] {
  const schemaNames = new Map(
    rows.schemas.map((row) => [number(row, "schema_id"), text(row, "name")]),
  );
  const columnRows = groupByObject(rows.columns);
  const indexRows = groupByObject(rows.indexes);
  const indexColumnRows = groupByObject(rows.indexColumns);
  const rowCounts = new Map(
    rows.rowCounts.map((row) => [number(row, "object_id"), Number(row["row_count"])]),
  );
  const descriptions = new Map(
    rows.descriptions.map((row) => [
      `${number(row, "major_id")}.${number(row, "minor_id")}`,
      text(row, "value"),
    ]),
  );
  const typeOf = typeResolver(rows.types);
  const [databaseRow] = rows.database;
  const database = databaseRow === undefined ? "" : text(databaseRow, "database_name");
  const tracked = new Set(rows.tracked.map((row) => number(row, "object_id")));
  const captured = new Set(rows.captured.map((row) => number(row, "object_id")));

  const instancesOf = (objectId: number): readonly string[] =>
    rows.instances
      .filter((row) => row["source_object_id"] === objectId)
      .map((row) => text(row, "capture_instance"));

  const tables = rows.objects.map((row): TableInfo => {
    const objectId = number(row, "object_id");
    const columns = (columnRows.get(objectId) ?? [])
      .filter((column) => !flag(column, "is_hidden"))
      .map((column) =>
        columnInfo(column, {
          type: typeOf(column),
          description: descriptions.get(`${objectId}.${number(column, "column_id")}`),
        }),
      );
    const rowCount = rowCounts.get(objectId);
    const description = descriptions.get(`${objectId}.0`);
    return {
      database,
      schema: schemaNames.get(number(row, "schema_id")) ?? "",
      name: text(row, "name"),
      isView: text(row, "type").trim() === "V",
      columns,
      keyColumns: keyColumnsOf({
        columnRows: columnRows.get(objectId) ?? [],
        indexRows: indexRows.get(objectId) ?? [],
        indexColumnRows: indexColumnRows.get(objectId) ?? [],
      }),
      ...(rowCount !== undefined && { rowCount }),
      ...(description !== undefined && { description }),
      ...(tracked.has(objectId) && { isTracked: true }),
      ...(captured.has(objectId) && {
        isCaptured: true,
        captureInstances: instancesOf(objectId),
      }),
    };
  });
  return [...tables, ...synonymsOf(rows.synonyms, { tables, schemaNames, database })].toSorted(
    (left, right) => compare(left.schema, right.schema) || compare(left.name, right.name),
  );
}

/** Synonyms of tables and views in the same database, with the columns and keys of what they stand for. */
function synonymsOf(
  rows: readonly CatalogRow[],
  options: {
    readonly tables: readonly TableInfo[];
    readonly schemaNames: ReadonlyMap<number, string>;
    readonly database: string;
  },
): readonly TableInfo[] {
  return rows.flatMap((row) => {
    const base = text(row, "base_object_name");
    const [name, schema = "dbo", database = options.database] = namesOf(base).toReversed();
    const table = options.tables.find((one) => one.schema === schema && one.name === name);
    if (table === undefined || database.toLowerCase() !== options.database.toLowerCase()) return [];
    // A synonym has no history of its own: LOG_BASED is for the table itself.
    const {
      isTracked: _tracked,
      isCaptured: _captured,
      captureInstances: _instances,
      ...readable
    } = table;
    return [
      {
        ...readable,
        schema: options.schemaNames.get(number(row, "schema_id")) ?? "",
        name: text(row, "name"),
        synonymOf: base,
      },
    ];
  });
}

/** The parts of a name such as `[Sales].[Order Lines]` or `dbo.Orders`. */
function namesOf(name: string): readonly string[] {
  return [...name.matchAll(/\[((?:[^\]]|\]\])*)\]|[^.[\]]+/g)].map(
    ([bare, quoted]) => quoted?.replaceAll("]]", "]") ?? bare,
  );
}

function columnInfo(
  row: CatalogRow,
  found: { readonly type: SqlType | undefined; readonly description: string | undefined },
): ColumnInfo {
  const unsupported = unsupportedReason({
    type: found.type,
    isColumnSet: flag(row, "is_column_set"),
    isEncrypted: row["encryption_type"] !== null && row["encryption_type"] !== undefined,
  });
  return {
    name: text(row, "name"),
    type: found.type,
    isNullable: flag(row, "is_nullable"),
    isComputed: flag(row, "is_computed"),
    ...(found.description !== undefined && { description: found.description }),
    ...(unsupported !== undefined && { unsupported }),
  };
}

/** Resolves alias types to their system type; CLR types keep their own name. */
export function typeResolver(
  typeRows: readonly CatalogRow[],
): (column: CatalogRow) => SqlType | undefined {
  const byUserType = new Map(typeRows.map((row) => [number(row, "user_type_id"), row]));
  return (column) => {
    const own = byUserType.get(number(column, "user_type_id"));
    if (own === undefined) return undefined;
    const isAssembly = flag(own, "is_assembly_type");
    // A system type's two ids are equal, so an alias leads to its base through the system type id.
    const base = isAssembly ? own : byUserType.get(number(column, "system_type_id"));
    if (base === undefined) return undefined;
    const name = text(base, "name");
    return {
      name,
      length: lengthOf(name, number(column, "max_length")),
      precision: number(column, "precision"),
      scale: number(column, "scale"),
      isClr: isAssembly && flag(own, "is_user_defined"),
    };
  };
}

/** max_length counts bytes, also of two-byte characters, and is -1 for (max). */
function lengthOf(name: string, maxLength: number): number {
  if (name === "nchar" || name === "nvarchar") return maxLength === -1 ? -1 : maxLength / 2;
  return ["char", "varchar", "binary", "varbinary"].includes(name) ? maxLength : 0;
}

/** The primary key, else the first usable unique index: enabled, unfiltered, without nullable columns. */
function keyColumnsOf(rows: {
  readonly columnRows: readonly CatalogRow[];
  readonly indexRows: readonly CatalogRow[];
  readonly indexColumnRows: readonly CatalogRow[];
}): readonly string[] {
  const columnsById = new Map(rows.columnRows.map((row) => [number(row, "column_id"), row]));
  const candidates = rows.indexRows
    .filter((row) => !flag(row, "has_filter") && !flag(row, "is_disabled"))
    .toSorted(
      (left, right) =>
        Number(flag(right, "is_primary_key")) - Number(flag(left, "is_primary_key")) ||
        number(left, "index_id") - number(right, "index_id"),
    );
  for (const index of candidates) {
    const columns = rows.indexColumnRows
      .filter((row) => row["index_id"] === index["index_id"])
      .toSorted((left, right) => number(left, "key_ordinal") - number(right, "key_ordinal"))
      .map((row) => columnsById.get(number(row, "column_id")));
    if (
      columns.length > 0 &&
      columns.every((row) => row !== undefined && !flag(row, "is_nullable"))
    )
      return columns.map((row) => (row === undefined ? "" : text(row, "name")));
  }
  return [];
}

function groupByObject(rows: readonly CatalogRow[]): Map<number, CatalogRow[]> {
  const groups = new Map<number, CatalogRow[]>();
  for (const row of rows) {
    const objectId = number(row, "object_id");
    const group = groups.get(objectId);
    if (group === undefined) groups.set(objectId, [row]);
    else group.push(row);
  }
  return groups;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function number(row: CatalogRow, name: string): number {
  const value = row[name];
  if (typeof value !== "number") throw new Error(`catalog column ${name} is no number`);
  return value;
}

function text(row: CatalogRow, name: string): string {
  const value = row[name];
  if (typeof value !== "string") throw new Error(`catalog column ${name} is no text`);
  return value;
}

function flag(row: CatalogRow, name: string): boolean {
  return row[name] === true || row[name] === 1;
}
