import type { StructField, StructType } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import { StreamSchema } from "../load/stream-schema.ts";
import type { SchemaContract } from "../schema-contract.ts";
import { DELETED_AT } from "./merge-statement.ts";
import { parseSqlType, sqlType } from "./sql-type.ts";
import {
  addColumns,
  createTable,
  createTableAs,
  describeTable,
  type StagedFiles,
} from "./statement.ts";
import { isExisting, isMissing, type Row, type Warehouse } from "./warehouse.ts";

/** A table in the warehouse and the columns that a stream gives it. */
export class WarehouseTable {
  /** catalog.schema.table, quoted. */
  readonly name: string;
  readonly schema: StreamSchema;
  readonly #stream: string;
  readonly #warehouse: Warehouse;
  #existing: ReadonlyMap<string, StructField> | undefined;

  private constructor(
    warehouse: Warehouse,
    {
      stream,
      name,
      contract,
    }: { readonly stream: string; readonly name: string; readonly contract?: SchemaContract },
    existing: StructType | undefined,
  ) {
    this.#warehouse = warehouse;
    this.#stream = stream;
    this.name = name;
    this.schema = new StreamSchema(stream, existing, contract);
    this.#existing = existing === undefined ? undefined : byName(existing);
  }

  /** Reads the table's columns, if there is such a table; one that is `isAbsent` is not asked for. */
  static async open(
    warehouse: Warehouse,
    names: {
      readonly stream: string;
      readonly name: string;
      readonly isAbsent: boolean;
      readonly contract?: SchemaContract;
    },
  ): Promise<WarehouseTable> {
    if (names.isAbsent) return new WarehouseTable(warehouse, names, undefined);
    const rows = await warehouse.run(describeTable(names.name)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    return new WarehouseTable(
      warehouse,
      names,
      rows === undefined ? undefined : parseColumns(rows),
    );
  }

  /** Makes the table, or adds the columns that it does not have. */
  async prepare(): Promise<void> {
    const { schema } = this.schema;
    if (this.#existing === undefined) {
      await this.#warehouse.run(createTable(this.name, schema.fields, this.#comment));
    } else {
      const existing = this.#existing;
      this.#requireTypes(existing);
      const added = schema.fields.filter(({ name }) => !existing.has(name));
      if (added.length > 0) await this.#add(added);
    }
    this.#existing = byName(schema);
    this.schema.committed();
  }

  /** The table's columns of the key properties, by the source's names. */
  keyColumns(keyProperties: readonly string[]): readonly string[] {
    return keyProperties.map((key) => {
      const name = this.schema.tableName(key);
      if (name !== undefined) return name;
      throw new UserError(
        "E_KEY",
        `stream ${this.#stream}: key property ${key} is not a column of its schema`,
        { hint: "name existing columns as key properties, or set `load_method: append`" },
      );
    });
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
      await this.#warehouse.run(createTableAs(this.name, staged, this.#comment));
    } catch (error) {
      if (!isExisting(error)) throw error;
      return false;
    }
    this.#existing = byName(this.schema.schema);
    this.schema.committed();
    return true;
  }

  get isExisting(): boolean {
    return this.#existing !== undefined;
  }

  get #comment(): string {
    return `Singer stream ${this.#stream}`;
  }

  /** Another run may have added the same column a moment ago. */
  async #add(fields: readonly StructField[]): Promise<void> {
    try {
      await this.#warehouse.run(addColumns(this.name, fields));
    } catch (error) {
      if (!isExisting(error)) throw error;
    }
  }

  #requireTypes(existing: ReadonlyMap<string, StructField>): void {
    for (const { name, type } of this.schema.schema.fields) {
      const before = existing.get(name);
      if (before === undefined || sqlType(before.type) === sqlType(type)) continue;
      throw new UserError(
        "E_SCHEMA_MISMATCH",
        `stream ${this.#stream}: column ${name} is ${sqlType(type)}, and table ${this.name} has ${sqlType(before.type)}`,
        { hint: "load into a new table (`table_path`), or change the column in the warehouse" },
      );
    }
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
