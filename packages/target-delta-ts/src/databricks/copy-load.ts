import type { BatchLink } from "../batch-link.ts";
import type { CommitMoment, Load, StreamRows } from "../load/load.ts";
import { RowFilter } from "../load/row-filter.ts";
import type { TableColumns } from "../table-columns.ts";
import type { WarehouseContext } from "./load-context.ts";
import { copyInto, type StagedFiles } from "./statement.ts";

/** Appends rows by COPY INTO; rows that an earlier run has brought in are recognised and left out. */
export class CopyLoad implements Load {
  readonly #context: WarehouseContext;
  readonly #filter: RowFilter;
  readonly #staged: StagedFiles[] = [];
  #takenRow = 0;
  #durableRow = 0;
  #isEndMarked: boolean;

  private constructor(context: WarehouseContext, chain: readonly BatchLink[]) {
    this.#context = context;
    this.#filter = new RowFilter(chain);
    this.#isEndMarked = chain.length === 0 || chain.at(-1)?.end === true;
  }

  /** Brings to its end what a killed run has begun. */
  static async open(context: WarehouseContext): Promise<CopyLoad> {
    const batches = await context.ledger.read();
    for (const batch of batches) {
      if (batch.isDone) continue;
      for (const statement of batch.statements) await context.warehouse.run(statement);
      await context.ledger.finish(batch.sequence);
    }
    return new CopyLoad(
      context,
      batches.flatMap((batch) => batch.links),
    );
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#context.staging.heldBytes;
  }

  /** Rows of other columns are staged first: the files of one folder have the same. */
  async setColumns(columns: TableColumns): Promise<void> {
    const { schema } = this.#context.table;
    if (!schema.isCurrent(columns)) await this.#stage();
    schema.use(columns);
  }

  async write(rows: StreamRows): Promise<void> {
    const { schema } = this.#context.table;
    const batch = schema.conform(rows.batch);
    for (const part of this.#filter.take(batch, rows.firstRow))
      await this.#context.staging.write(part, schema.schema);
    this.#takenRow = rows.firstRow + batch.numRows;
  }

  async commit({ restartRow, isEnd, isWholeLoad = false }: CommitMoment): Promise<void> {
    if (isEnd) {
      for (const batch of this.#filter.close())
        await this.#context.staging.write(batch, this.#context.table.schema.schema);
    }
    const links = this.#filter.cut(restartRow);
    await this.#copy(isWholeLoad ? this.#withEnd(links) : links);
    this.#durableRow = isEnd ? this.#takenRow : this.#filter.passedRow;
  }

  /** Whatever comes after a whole load is a new one, also when its rows are the same. */
  #withEnd(links: readonly BatchLink[]): readonly BatchLink[] {
    const last = links.at(-1);
    if (last !== undefined) return [...links.slice(0, -1), { ...last, end: true }];
    return this.#isEndMarked ? [] : [{ n: 0, h: "", f: "", tail: [], end: true }];
  }

  async #stage(): Promise<void> {
    const { table, staging } = this.#context;
    const staged = await staging.upload(table.schema.schema);
    if (staged !== undefined) this.#staged.push(staged);
  }

  async #copy(links: readonly BatchLink[]): Promise<void> {
    const { table, staging, warehouse, ledger, isKeepingFiles } = this.#context;
    await this.#stage();
    const parts = this.#staged.splice(0);
    if (parts.length === 0 && links.length === 0) return;
    const statements = parts.map((staged) => copyInto(table.name, staged));
    if (parts.length > 0) await table.prepare();
    const sequence = await ledger.begin(statements, links);
    for (const statement of statements) await warehouse.run(statement);
    await ledger.finish(sequence);
    this.#isEndMarked = links.at(-1)?.end === true;
    if (!isKeepingFiles) for (const staged of parts) await staging.remove(staged);
  }
}
