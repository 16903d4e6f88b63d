import { rm } from "node:fs/promises";
import { join } from "node:path";
import { append, buildBatch, DataFileWriter, deltaToArrow, LocalStore } from "delta-lake-ts";
import { canonicalRow } from "./canonical.mjs";

/** A schema of nullable columns; `!` after a type makes the column required. */
export function schemaOf(columns) {
  return {
    type: "struct",
    fields: Object.entries(columns).map(([name, type]) => ({
      name,
      type: typeof type === "string" ? type.replace("!", "") : type,
      nullable: typeof type !== "string" || !type.endsWith("!"),
      metadata: {},
    })),
  };
}

export function array(elementType) {
  return { type: "array", elementType, containsNull: true };
}

export function map(valueType) {
  return { type: "map", keyType: "string", valueType, valueContainsNull: true };
}

export function batchOf(schema, rows) {
  return buildBatch(deltaToArrow(schema), rows);
}

/** Deletes a commit's JSON, as a log cleanup does: what it said must come from a checkpoint. */
export async function removeCommit(table, version) {
  const name = `${String(version).padStart(20, "0")}.json`;
  await rm(join(table.folder, "_delta_log", name));
  await rm(join(table.folder, "_delta_log", `.${name}.crc`), { force: true });
}

/** One table under test: where it is, and the helper that writes to it. */
export class TestTable {
  constructor(folder, name, columns, partitionColumns = []) {
    this.folder = join(folder, name);
    this.name = name;
    this.schema = schemaOf(columns);
    this.partitionColumns = partitionColumns;
    this.store = new LocalStore(this.folder);
  }

  async files(rows) {
    const { schema, partitionColumns } = this;
    const writer = new DataFileWriter(this.store, { schema, partitionColumns });
    await writer.write(batchOf(schema, rows));
    return writer.close();
  }

  /** Appends the rows in one commit; the first one makes the table. */
  async append(rows, options = {}) {
    const { schema, partitionColumns } = this;
    const createIfMissing = { schema, partitionColumns };
    return append(this.store, await this.files(rows), { createIfMissing, ...options });
  }

  /** What every reader must see, now or at a version. */
  expect(rows, more = {}) {
    return {
      name: this.name,
      path: this.folder,
      columns: this.schema.fields.map(({ name, type }) => ({ name, type })),
      rows: rows.map((row) => canonicalRow(this.schema, row)),
      ...more,
    };
  }

  /** A condition on one column, the rows that fulfil it, and the readers that see it another way. */
  filter(column, operator, value, rows, without = []) {
    const { type } = this.schema.fields.find(({ name }) => name === column);
    const wanted = rows.map((row) => canonicalRow(this.schema, row));
    return { column, operator, value, type, rows: wanted, without };
  }
}
