import type { StructField, StructType } from "delta-lake-ts";
import { UserError } from "singer-sdk-ts";
import { StreamSchema } from "../load/stream-schema.ts";
import { parseSqlType, sqlType } from "./sql-type.ts";
import { addColumns, createTable, describeTable } from "./statement.ts";
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
    { stream, name }: { readonly stream: string; readonly name: string },
    existing: StructType | undefined,
  ) {
    this.#warehouse = warehouse;
    this.#stream = stream;
    this.name = name;
    this.schema = new StreamSchema(stream, existing);
    this.#existing = existing === undefined ? undefined : byName(existing);
  }

  /** Reads the table's columns, if there is such a table. */
  static async open(
    warehouse: Warehouse,
    names: { readonly stream: string; readonly name: string },
  ): Promise<WarehouseTable> {
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
      const comment = `Singer stream ${this.#stream}`;
      await this.#warehouse.run(createTable(this.name, schema.fields, comment));
    } else {
      const existing = this.#existing;
      this.#requireTypes(existing);
      const added = schema.fields.filter(({ name }) => !existing.has(name));
      if (added.length > 0) await this.#add(added);
    }
    this.#existing = byName(schema);
    this.schema.committed();
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
