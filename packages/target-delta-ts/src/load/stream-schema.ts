import type { RecordBatch } from "apache-arrow";
import type { StructField, StructType } from "delta-lake-ts";
import { conform } from "../conform.ts";
import { evolve, type Widen } from "../evolution.ts";
import { EVOLVE, type SchemaContract } from "../schema-contract.ts";
import type { TableColumns } from "../table-columns.ts";

/** The schema of a table while a stream is loaded: what is committed, and what the stream adds. */
export class StreamSchema {
  readonly #stream: string;
  readonly #contract: SchemaContract;
  readonly #widen: Widen | undefined;
  #table: StructType | undefined;
  #columns: TableColumns | undefined;
  #targets: ReadonlyMap<string, StructField> = new Map();
  #isChanged = false;
  #missing: readonly string[] = [];

  constructor(
    stream: string,
    table: StructType | undefined,
    contract: SchemaContract = EVOLVE,
    widen?: Widen,
  ) {
    this.#stream = stream;
    this.#contract = contract;
    this.#widen = widen;
    this.#table = table;
  }

  /** The schema with all columns so far. */
  get schema(): StructType {
    return this.#table ?? { type: "struct", fields: [] };
  }

  /** Set when `schema` has columns that no commit has written yet. */
  get changed(): StructType | undefined {
    return this.#isChanged ? this.#table : undefined;
  }

  /** The table's columns that the stream does not have. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** Whether `use` with these columns would change what `conform` gives. */
  isCurrent(columns: TableColumns): boolean {
    return this.#columns === columns;
  }

  use(columns: TableColumns): void {
    this.#columns = columns;
    if (this.#table === undefined) {
      this.#table = columns.schema;
      this.#targets = new Map(columns.schema.fields.map((field) => [field.name, field]));
      return;
    }
    const { schema } = columns;
    const evolution = evolve(this.#stream, this.#table, schema, this.#contract, this.#widen);
    this.#table = evolution.schema;
    this.#targets = evolution.targets;
    this.#missing = evolution.drift.missing;
    this.#isChanged ||= evolution.isChanged;
  }

  /** Takes in the columns of rows that have names of tables already, and gives what conforms such rows. */
  take(columns: StructType): (batch: RecordBatch) => RecordBatch {
    const { schema, targets, isChanged } = evolve(this.#stream, this.schema, columns);
    this.#table = schema;
    this.#isChanged ||= isChanged;
    return (batch) => conform(batch, targets);
  }

  /** The rows in the table's names and types. */
  conform(batch: RecordBatch): RecordBatch {
    if (this.#columns === undefined) throw new Error(`stream ${this.#stream} has no columns yet`);
    return conform(this.#columns.rename(batch), this.#targets);
  }

  /** The table's name of a source column. */
  tableName(column: string): string | undefined {
    const name = this.#columns?.names.get(column);
    return name === undefined ? undefined : this.#targets.get(name)?.name;
  }

  /** `table` is the schema as the commit left it, where that says more. */
  committed(table?: StructType): void {
    this.#isChanged = false;
    if (table === undefined) return;
    this.#table = table;
    if (this.#columns !== undefined) this.use(this.#columns);
  }
}
