import type { SqlValue, TableData } from "../generate/index.ts";
import { type ColumnSchema, parseSqlType, type TableSchema, type UniqueIndex } from "../schema.ts";
import { ChangeLog } from "./change-log.ts";
import { converter } from "./engine/convert.ts";
import { isString, nvarchar, typeOfSchema } from "./engine/type.ts";
import type { Value } from "./engine/value.ts";
import type { ServedDatabase, SynonymDefinition, ViewDefinition } from "./served-database.ts";

/** Values by column; text stands for any type and is converted as T-SQL converts it. */
type Row = Readonly<Record<string, SqlValue>>;

/** A small table as a test writes it. */
export interface TableDefinition {
  /** `schema.name`. */
  readonly name: string;
  /** Declarations by column: `int not null`, `decimal(9,2)`, `int computed`, `xml column_set`. */
  readonly columns: Readonly<Record<string, string>>;
  readonly primaryKey?: readonly string[];
  readonly rows?: readonly Row[];
  readonly changeTracking?: boolean;
  readonly uniqueIndexes?: readonly UniqueIndex[];
  /** MS_Description of the table, and of columns by name. */
  readonly description?: string;
  readonly descriptions?: Readonly<Record<string, string>>;
}

/** One change of a transaction; `key` holds the primary key's values, `sequence` its place in the log when that is not its place in the transaction. */
export type Change =
  | { readonly insert: string; readonly row: Row; readonly sequence?: number }
  | {
      readonly update: string;
      readonly key: readonly SqlValue[];
      readonly set: Row;
      readonly sequence?: number;
    }
  | { readonly delete: string; readonly key: readonly SqlValue[]; readonly sequence?: number };

/** A database of small tables that transactions change while it is served. */
export class ChangingDatabase implements ServedDatabase {
  readonly name: string;
  readonly tables: readonly ChangingTable[];
  readonly views: readonly ViewDefinition[];
  readonly synonyms: readonly SynonymDefinition[];
  readonly changes: ChangeLog;
  readonly isSnapshotAllowed: boolean;
  readonly #rowVersions = new RowVersions();

  constructor(options: {
    readonly name: string;
    readonly tables: readonly TableDefinition[];
    readonly views?: readonly {
      readonly name: string;
      readonly columns: Readonly<Record<string, string>>;
      readonly sql: string;
    }[];
    /** Base objects by `schema.name`. */
    readonly synonyms?: Readonly<Record<string, string>>;
    readonly isSnapshotAllowed?: boolean;
  }) {
    this.name = options.name;
    this.tables = options.tables.map((table) => new ChangingTable(table, this.#rowVersions));
    this.views = (options.views ?? []).map(({ name, columns, sql }) => ({
      ...nameParts(name),
      columns: columnsOf(columns),
      sql,
    }));
    this.synonyms = Object.entries(options.synonyms ?? {}).map(([name, base]) => ({
      ...nameParts(name),
      base,
    }));
    this.isSnapshotAllowed = options.isSnapshotAllowed ?? false;
    this.changes = new ChangeLog({
      tracked: options.tables.flatMap(({ name, changeTracking }) =>
        changeTracking === true ? [name] : [],
      ),
    });
  }

  /** MIN_ACTIVE_ROWVERSION: all lower row versions are committed. */
  get rowVersionMin(): bigint {
    return this.#rowVersions.activeMin;
  }

  table(schema: string, name: string): ChangingTable {
    const found = this.tables.find(
      (table) => table.schema.schema === schema && table.schema.name === name,
    );
    if (found === undefined) throw new Error(`${this.name} has no table ${schema}.${name}`);
    return found;
  }

  /** Runs one transaction. */
  commit(...changes: readonly Change[]): void {
    this.begin(...changes)();
  }

  /** Starts a transaction, which takes its row versions now; the result commits it. */
  begin(...changes: readonly Change[]): () => void {
    const { versions, release } = this.#rowVersions.reserve(changes.length);
    return () => {
      const committedAt = new Date();
      this.changes.append(
        changes.map((change, index) => {
          const name = nameOf(change);
          const { schema, name: table } = nameParts(name);
          const made = this.table(schema, table).apply(change, versions[index] ?? 0n);
          const { sequence = index } = change;
          return { table: name, committedAt, sequence, ...made };
        }),
      );
      release();
    };
  }
}

/** A table whose rows are replaced as a whole when they change, so that what was read stays as it was. */
class ChangingTable implements TableData {
  readonly schema: TableSchema;
  #columns: readonly (readonly Value[])[];

  constructor(definition: TableDefinition, rowVersions: RowVersions) {
    this.schema = {
      ...nameParts(definition.name),
      primaryKey: definition.primaryKey ?? [],
      columns: columnsOf(definition.columns, definition.descriptions),
      ...(definition.uniqueIndexes !== undefined && { uniqueIndexes: definition.uniqueIndexes }),
      ...(definition.description !== undefined && { description: definition.description }),
      foreignKeys: [],
      rowCount: definition.rows?.length ?? 0,
    };
    const rows = (definition.rows ?? []).map((row) => this.#stored(row, rowVersions.next()));
    this.#columns = this.schema.columns.map(({ name }) => rows.map((row) => row[name] ?? null));
  }

  get rowCount(): number {
    return this.#columns[0]?.length ?? 0;
  }

  get columns(): readonly (readonly SqlValue[])[] {
    // The server reads these as its own values, to which datetimeoffset adds an object.
    return this.#columns as readonly (readonly SqlValue[])[];
  }

  /** Applies a change; throws when its row is not there. */
  apply(
    change: Change,
    rowVersion: bigint,
  ): {
    readonly operation: "insert" | "update" | "delete";
    readonly row: Readonly<Record<string, Value>>;
    readonly key: readonly Value[];
  } {
    const { columns } = this.schema;
    if ("insert" in change) {
      const row = this.#stored(change.row, rowVersion);
      this.#columns = this.#columns.map((values, index) => [
        ...values,
        row[columns[index]?.name ?? ""] ?? null,
      ]);
      return { operation: "insert", row, key: this.#keyOf(row) };
    }
    const at = this.#find(change.key);
    const before = Object.fromEntries(
      columns.map(({ name }, index) => [name, this.#columns[index]?.[at] ?? null]),
    );
    if ("delete" in change) {
      this.#columns = this.#columns.map((values) => values.toSpliced(at, 1));
      return { operation: "delete", row: before, key: this.#keyOf(before) };
    }
    const row = { ...before, ...this.#stored(change.set, rowVersion) };
    this.#columns = this.#columns.map((values, index) =>
      values.with(at, row[columns[index]?.name ?? ""] ?? null),
    );
    return { operation: "update", row, key: this.#keyOf(row) };
  }

  #keyOf(row: Readonly<Record<string, Value>>): readonly Value[] {
    return this.schema.primaryKey.map((name) => row[name] ?? null);
  }

  #find(key: readonly SqlValue[]): number {
    const indexes = this.schema.primaryKey.map((name) =>
      this.schema.columns.findIndex((column) => column.name === name),
    );
    for (let row = 0; row < this.rowCount; row += 1)
      if (indexes.every((column, part) => this.#columns[column]?.[row] === key[part])) return row;
    throw new Error(`${this.schema.name} has no row ${key.map(String).join(", ")}`);
  }

  #stored(row: Row, rowVersion: bigint): Record<string, Value> {
    const stored: Record<string, Value> = {};
    for (const { name, type } of this.schema.columns) {
      if (type.name === "rowversion") stored[name] = bytesOfVersion(rowVersion);
      const value = row[name];
      if (value !== undefined) stored[name] = storedValue(value, type);
    }
    return stored;
  }
}

/** Types whose values are text in memory, so that nothing is to be converted. */
const textTypes = new Set(["xml", "hierarchyid", "geography", "geometry", "text", "ntext"]);

function storedValue(value: SqlValue, schemaType: ColumnSchema["type"]): Value {
  const type = typeOfSchema(schemaType);
  if (typeof value !== "string" || isString(type) || textTypes.has(type.name)) return value;
  if (type.name === "image") return Buffer.from(value.replace(/^0x/, ""), "hex");
  return type.name === "sql_variant" ? value : converter(nvarchar(-1), type, 1)(value);
}

const kinds = ["column_set", "encrypted", "hidden"] as const;

function columnsOf(
  declarations: Readonly<Record<string, string>>,
  descriptions: Readonly<Record<string, string>> = {},
): readonly ColumnSchema[] {
  return Object.entries(declarations).map(([name, declaration]) => {
    const [type = "", ...words] = declaration.split(" ");
    const kind = kinds.find((one) => words.includes(one));
    const description = descriptions[name];
    return {
      name,
      type: parseSqlType(type),
      nullable: !words.includes("not"),
      identity: words.includes("identity"),
      ...(kind !== undefined && { kind }),
      ...(description !== undefined && { description }),
      ...(words.includes("computed") && { computed: { expression: name, persisted: false } }),
    };
  });
}

function nameParts(name: string): { readonly schema: string; readonly name: string } {
  const [schema = "", table = ""] = name.split(".");
  return { schema, name: table };
}

function nameOf(change: Change): string {
  if ("insert" in change) return change.insert;
  return "update" in change ? change.update : change.delete;
}

function bytesOfVersion(version: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(version);
  return bytes;
}

/** The counter behind rowversion columns; SQL Server's starts at 2001. */
class RowVersions {
  #last = 2000n;
  readonly #active = new Set<bigint>();

  next(): bigint {
    this.#last += 1n;
    return this.#last;
  }

  get activeMin(): bigint {
    return [...this.#active].reduce((least, one) => (one < least ? one : least), this.#last + 1n);
  }

  reserve(count: number): { readonly versions: readonly bigint[]; readonly release: () => void } {
    const versions = Array.from({ length: count }, () => this.next());
    for (const version of versions) this.#active.add(version);
    return {
      versions,
      release: () => {
        for (const version of versions) this.#active.delete(version);
      },
    };
  }
}
