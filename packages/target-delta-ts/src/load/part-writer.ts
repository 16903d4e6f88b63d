import type { RecordBatch } from "apache-arrow";
import {
  type AddFile,
  DataFileWriter,
  DeltaTable,
  type EncodeWorker,
  mapColumns,
  type ObjectStore,
  type StructType,
} from "delta-lake-ts";
import type { Widen } from "../evolution.ts";
import { widened } from "../widening.ts";

export interface PartOptions {
  readonly compression: "snappy" | "zstd" | "none";
  readonly fileSizeBytes: number;
  readonly partitionColumns: readonly string[];
  /** The table's properties. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly encodeWorker?: EncodeWorker;
}

/** How files of a table are written: one that is there says itself how it is partitioned. */
export function partsOf(table: DeltaTable | undefined, parts: PartOptions): PartOptions {
  if (table === undefined) return parts;
  const { partitionColumns, configuration } = table.metadata;
  return {
    ...parts,
    partitionColumns,
    configuration: { ...configuration, ...parts.configuration },
  };
}

/** The table after a commit that changed its columns, where it maps them: their names in files are known only now. */
export async function mappedTable(
  store: ObjectStore,
  { configuration }: PartOptions,
): Promise<DeltaTable | undefined> {
  if (configuration["delta.columnMapping.mode"] !== "name") return undefined;
  return await DeltaTable.open(store);
}

/** How a table's types may grow: not at all, unless its properties allow it. */
export function widenOf({ configuration }: PartOptions): Widen | undefined {
  return configuration["delta.enableTypeWidening"] === "true" ? widened : undefined;
}

/** Writes batches to data files; a change of columns starts a new file. */
export class PartWriter {
  readonly #store: ObjectStore;
  readonly #options: PartOptions & { folder?: string; tags?: Record<string, string> };
  #writer: DataFileWriter | undefined;
  #columns = "";
  #rowCount = 0;
  readonly #files: AddFile[] = [];

  constructor(
    store: ObjectStore,
    options: PartOptions & { folder?: string; tags?: Record<string, string> },
  ) {
    this.#store = store;
    this.#options = options;
  }

  /** Count of rows written since the last `close`. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** About how many bytes of memory the unfinished row groups hold. */
  get heldBytes(): number {
    return this.#writer?.heldBytes ?? 0;
  }

  /** Writes the rows of `batch`, whose columns are in `schema`. */
  async write(batch: RecordBatch, schema: StructType): Promise<void> {
    if (batch.numRows === 0) return;
    const columns = batch.schema.fields
      .map((field) => `${field.name}:${String(field.type)}`)
      .join();
    if (this.#writer !== undefined && columns !== this.#columns) await this.#roll();
    this.#writer ??= new DataFileWriter(this.#store, {
      ...this.#options,
      // Where names are mapped, those in the files follow from the whole schema.
      schema: fileSchema(batch, mapColumns(schema, this.#options.configuration).schema),
    });
    this.#columns = columns;
    await this.#writer.write(batch);
    this.#rowCount += batch.numRows;
  }

  /** The files written since the last time; they are durable. */
  async close(): Promise<readonly AddFile[]> {
    await this.#roll();
    this.#rowCount = 0;
    return this.#files.splice(0);
  }

  async #roll(): Promise<void> {
    if (this.#writer !== undefined) this.#files.push(...(await this.#writer.close()));
    this.#writer = undefined;
  }
}

/** The table's columns that the batch has, in the batch's order. */
function fileSchema(batch: RecordBatch, schema: StructType): StructType {
  const fields = batch.schema.fields.map(({ name }) => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`column ${name} is not in the table's schema`);
    return field;
  });
  return { type: "struct", fields };
}
