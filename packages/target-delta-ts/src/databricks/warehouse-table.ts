import type { StructField, StructType } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import { tableKeys } from "../load/key-columns.ts";
import { StreamSchema } from "../load/stream-schema.ts";
import type { SchemaContract } from "../schema-contract.ts";
import { widened } from "../widening.ts";
import { DELETED_AT } from "./merge-statement.ts";
import type { NewTables } from "./new-tables.ts";
import { parseSqlType, sqlType } from "./sql-type.ts";
import {
  addColumns,
  alterColumnType,
  createTable,
  createTableAs,
  describeTable,
  type StagedFiles,
} from "./statement.ts";
import { requireLayoutColumns, type TableLayout } from "./table-layout.ts";
import { isExisting, isMissing, isUnalterable, type Row, type Warehouse } from "./warehouse.ts";

/** A column that another run adds at the same time makes the statement fail, and there may be another one after it. */
const ADDING_TRIES_MAX = 3;

/** How a table is made. */
export interface TableCreation {
  readonly layout: TableLayout;
  readonly newTables: NewTables;
}

interface TableNames {
  readonly stream: string;
  readonly name: string;
  readonly isAbsent: boolean;
  readonly contract?: SchemaContract;
  /** Without it the table is only read. */
  readonly creation?: TableCreation;
}

/** A table in the warehouse and the columns that a stream gives it. */
export class WarehouseTable {
  /** catalog.schema.table, quoted. */
  readonly name: string;
  readonly schema: StreamSchema;
  readonly #stream: string;
  readonly #warehouse: Warehouse;
  readonly #creation: TableCreation | undefined;
  #existing: ReadonlyMap<string, StructField> | undefined;

  private constructor(warehouse: Warehouse, names: TableNames, existing: StructType | undefined) {
    const { stream, name, contract, creation } = names;
    this.#warehouse = warehouse;
    this.#stream = stream;
    this.#creation = creation;
    this.name = name;
    const widen = creation === undefined ? undefined : widened;
    this.schema = new StreamSchema(stream, existing, contract, widen);
    this.#existing = existing === undefined ? undefined : byName(existing);
  }

  /** Reads the table's columns, if there is such a table; one that is `isAbsent` is not asked for. */
  static async open(warehouse: Warehouse, names: TableNames): Promise<WarehouseTable> {
    if (names.isAbsent) return new WarehouseTable(warehouse, names, undefined);
    return new WarehouseTable(warehouse, names, await readColumns(warehouse, names.name));
  }

  /** Makes the table, or adds the columns that it does not have. */
  async prepare(): Promise<void> {
    const { schema } = this.schema;
    if (this.#existing === undefined) {
      await this.#warehouse.run(createTable(this.name, schema.fields, this.#layout()));
      await this.#creation?.newTables.made(this.name);
    } else {
      await this.#followTypes(this.#existing);
      await this.#addMissing(this.#existing);
    }
    this.#existing = byName(schema);
    this.schema.committed();
  }

  /** The table's columns of the key properties, by the source's names. */
  keyColumns(keyProperties: readonly string[]): readonly string[] {
    return tableKeys(this.#stream, keyProperties, this.schema);
  }

  /** Gives the table the column that marks deleted rows, with the next statement that prepares it. */
  addMark(): void {
    const mark = { name: DELETED_AT, type: "timestamp", nullable: true, metadata: {} } as const;
    this.schema.take({ type: "struct", fields: [mark] });
  }

  /** Whether rows of these columns have to lose the mark that the table may have for their key. */
  clearsMark(fields: readonly StructField[]): boolean {
    const isMark = ({ name }: StructField) => name === DELETED_AT;
    return this.schema.schema.fields.some(isMark) && !fields.some(isMark);
  }

  /**
   * Makes a missing table of the staged rows, in one statement in place of two. `false` when there is a table, also one
   * that an earlier try has made: the rows still have to be brought in then, by a statement that may be repeated.
   */
  async createFrom(staged: StagedFiles): Promise<boolean> {
    const { fields } = this.schema.schema;
    // CREATE TABLE … AS takes no comments of columns.
    const isWhole = fields.length === staged.fields.length;
    if (this.#existing !== undefined || !isWhole || fields.some(hasComment)) return false;
    try {
      await this.#warehouse.run(createTableAs(this.name, staged, this.#layout()));
    } catch (error) {
      if (!isExisting(error)) throw error;
      return false;
    }
    await this.#creation?.newTables.made(this.name);
    this.#existing = byName(this.schema.schema);
    this.schema.committed();
    return true;
  }

  get isExisting(): boolean {
    return this.#existing !== undefined;
  }

  #layout(): TableLayout {
    if (this.#creation === undefined) throw new Error("a table that is only read is not made");
    const { layout } = this.#creation;
    const names = this.schema.schema.fields.map(({ name }) => name);
    requireLayoutColumns(this.#stream, layout, names);
    return layout;
  }

  /** Another run may have added some of the columns a moment ago: what is still missing then is added. */
  async #addMissing(known: ReadonlyMap<string, StructField>): Promise<void> {
    let existing = known;
    for (let attempt = 1; ; attempt++) {
      const added = this.schema.schema.fields.filter(({ name }) => !existing.has(name));
      if (added.length === 0) return;
      try {
        return void (await this.#warehouse.run(addColumns(this.name, added)));
      } catch (error) {
        if (!isExisting(error) || attempt === ADDING_TRIES_MAX) throw error;
        const found = await readColumns(this.#warehouse, this.name);
        existing = found === undefined ? existing : byName(found);
      }
    }
  }

  /** Widens the columns that have become wider; any other change of a type ends the stream. */
  async #followTypes(existing: ReadonlyMap<string, StructField>): Promise<void> {
    for (const field of this.schema.schema.fields) {
      const before = existing.get(field.name);
      if (before === undefined || sqlType(before.type) === sqlType(field.type)) continue;
      const from = sqlType(before.type);
      const mismatch = `stream ${this.#stream}: column ${field.name} is ${sqlType(field.type)}, and table ${this.name} has ${from}`;
      if (widened(before.type, field.type) === undefined) {
        throw new UserError("E_SCHEMA_MISMATCH", mismatch, {
          hint: "load into a new table (`table_path`), or change the column in the warehouse",
        });
      }
      await this.#warehouse.run(alterColumnType(this.name, field)).catch((error: unknown) => {
        if (!isUnalterable(error)) throw error;
        throw new UserError("E_COLUMN_TYPE", mismatch, {
          hint: "let the table widen its columns (ALTER TABLE … SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')), or load into another `table_path`",
          cause: error,
        });
      });
    }
  }
}

async function readColumns(warehouse: Warehouse, table: string): Promise<StructType | undefined> {
  try {
    return parseColumns(await warehouse.run(describeTable(table)));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function hasComment({ metadata }: StructField): boolean {
  return metadata["comment"] !== undefined;
}

function byName(schema: StructType): ReadonlyMap<string, StructField> {
  return new Map(schema.fields.map((field) => [field.name, field]));
}

/** The columns end where DESCRIBE goes on with partitions or clustering. */
function parseColumns(rows: readonly Row[]): StructType {
  const fields: StructField[] = [];
  for (const row of rows) {
    const { col_name: name, data_type: type } = row;
    if (typeof name !== "string" || typeof type !== "string") break;
    if (name === "" || name.startsWith("#")) break;
    fields.push({ name, type: parseSqlType(type), nullable: true, metadata: {} });
  }
  return { type: "struct", fields };
}
