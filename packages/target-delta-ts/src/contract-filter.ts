import type { RecordBatch } from "apache-arrow";
import type { StructField, StructType } from "delta-lake-ts";
import type { Log } from "singer-sdk-ts";
import { conform } from "./conform.ts";
import { evolve, type Widen } from "./evolution.ts";
import { type RejectedRow, recordText } from "./rejected-row.ts";
import { hashRows } from "./row-hash.ts";
import { type ColumnDrift, isEvolving, type SchemaContract } from "./schema-contract.ts";
import type { TableColumns } from "./table-columns.ts";

const NO_DRIFT: ColumnDrift = { added: [], changed: [], missing: [] };

/** Finds the records that a contract rejects, and keeps account of how the stream's columns drift from the table's. */
export class ContractFilter {
  readonly #stream: string;
  readonly #contract: SchemaContract;
  readonly #widen: Widen | undefined;
  readonly #isReplaced: boolean;
  #table: StructType | undefined;
  #drift = NO_DRIFT;
  #columns: TableColumns | undefined;
  #targets: ReadonlyMap<string, StructField> = new Map();
  /** Why records are rejected that have a value in a column, by the stream's name. */
  readonly #reasons = new Map<string, string>();
  /** Why every record is rejected. */
  #everyReason: string | undefined;

  /**
   * `widen` is how the table's types may grow. A table that is replaced takes the stream's columns as they are, where the
   * contract lets it follow the stream.
   */
  constructor(
    stream: string,
    contract: SchemaContract,
    {
      table,
      widen,
      isReplaced,
    }: {
      readonly table: StructType | undefined;
      readonly widen: Widen | undefined;
      readonly isReplaced: boolean;
    },
  ) {
    this.#stream = stream;
    this.#isReplaced = isReplaced && isEvolving(contract);
    this.#widen = this.#isReplaced ? (_table, source) => source : widen;
    this.#contract = contract;
    this.#table = table;
  }

  /** Tells what the stream's columns were beside the table's when they differed last, whatever became of it. */
  tell(log: Log): void {
    const { added, changed, missing } = this.#drift;
    if (added.length + changed.length + missing.length === 0) return;
    const lists = Object.entries({ new: added, changed, missing })
      .filter(([, names]) => names.length > 0)
      .map(([kind, names]) => [kind, names.join(", ")]);
    log.info("schema_drift", { stream: this.#stream, ...Object.fromEntries(lists) });
  }

  /** The columns of the rows that follow. */
  use(columns: TableColumns): void {
    this.#reasons.clear();
    this.#everyReason = undefined;
    this.#columns = columns;
    if (this.#table === undefined) {
      this.#table = columns.schema;
      this.#targets = new Map(columns.schema.fields.map((field) => [field.name, field]));
      return;
    }
    const { schema, targets, drift } = evolve(
      this.#stream,
      this.#table,
      columns.schema,
      this.#contract,
      this.#widen,
    );
    this.#table = schema;
    this.#targets = this.#isReplaced
      ? new Map(columns.schema.fields.map((field) => [field.name, field]))
      : targets;
    if (drift.added.length + drift.changed.length + drift.missing.length > 0) this.#drift = drift;
    const sourceNames = new Map([...columns.names].map(([source, name]) => [name, source]));
    const reject = (names: readonly string[], reason: string): void => {
      for (const name of names) {
        const source = sourceNames.get(name);
        if (!targets.has(name) && source !== undefined)
          this.#reasons.set(source, `column ${source} ${reason}`);
      }
    };
    if (this.#contract.new_column === "reject") reject(drift.added, "is not in the table");
    if (this.#contract.type_change === "reject")
      reject(drift.changed, "has another type than the table's");
    if (this.#contract.missing_column === "reject" && drift.missing.length > 0)
      this.#everyReason = `column ${drift.missing.join(", ")} of the table is missing`;
  }

  /** The rows' hashes as `--verify` takes them: over the values that the table's columns hold, without metadata. */
  hashes(batch: RecordBatch): Int32Array {
    if (this.#columns === undefined) throw new Error(`stream ${this.#stream} has no columns yet`);
    const rows = conform(this.#columns.rename(batch), this.#targets);
    const names = rows.schema.fields.map(({ name }) => name);
    return hashRows(
      rows,
      names.filter((name) => !name.startsWith("_sdc_")),
    );
  }

  /** The records of a batch that are kept out, in order. */
  rejects(batch: RecordBatch): readonly RejectedRow[] {
    if (this.#everyReason === undefined && this.#reasons.size === 0) return [];
    const columns = [...this.#reasons].map(([name, reason]) => ({
      column: batch.getChild(name),
      reason,
    }));
    const rejects: RejectedRow[] = [];
    for (let row = 0; row < batch.numRows; row++) {
      const found = columns.find(({ column }) => column?.isValid(row) === true)?.reason;
      const reason = this.#everyReason ?? found;
      if (reason !== undefined) rejects.push({ row, reason, text: recordText(batch, row) });
    }
    return rejects;
  }
}
