import { type AddFile, append, DeltaTable } from "delta-lake-ts";
import type { BatchLink } from "../batch-link.ts";
import { commitError } from "../commit-error.ts";
import type { TableColumns } from "../table-columns.ts";
import { BatchIdentity } from "./batch-identity.ts";
import type { CommitMoment, Load, StreamRows } from "./load.ts";
import { mappedTable, PartWriter, partsOf, widenOf } from "./part-writer.ts";
import { StreamSchema } from "./stream-schema.ts";
import type { TableContext } from "./table-context.ts";

/** Adds rows to the table; each commit names its rows, so that none is added twice after a crash. */
export class AppendLoad implements Load {
  readonly #context: TableContext;
  readonly #schema: StreamSchema;
  #parts: PartWriter;
  readonly #identity: BatchIdentity;
  #isCreated: boolean;
  #durableRow = 0;

  private constructor(
    context: TableContext,
    table: DeltaTable | undefined,
    identity: BatchIdentity,
  ) {
    this.#context = context;
    this.#schema = new StreamSchema(
      context.stream,
      table?.schema ?? context.initialSchema,
      context.contract,
      widenOf(partsOf(table, context.parts)),
    );
    this.#parts = new PartWriter(context.store, partsOf(table, context.parts));
    this.#identity = identity;
    this.#isCreated = table !== undefined;
  }

  /** `isIdentified`: rows have no key, so that only their hashes tell which of them are in the table. */
  static async open(
    context: TableContext,
    { isIdentified }: { readonly isIdentified: boolean },
  ): Promise<AppendLoad> {
    const table = await DeltaTable.open(context.store);
    const identity = await BatchIdentity.open(context, table, { isIdentified });
    return new AppendLoad(context, table, identity);
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#parts.heldBytes;
  }

  setColumns(columns: TableColumns): Promise<void> {
    this.#schema.use(columns);
    return Promise.resolve();
  }

  async write(rows: StreamRows): Promise<void> {
    const batch = this.#schema.conform(rows.batch);
    for (const part of this.#identity.take(batch, rows.firstRow))
      await this.#parts.write(part, this.#schema.schema);
    if (!this.#identity.isHolding) rows.release?.();
  }

  async commit(moment: CommitMoment): Promise<void> {
    if (moment.isEnd) {
      for (const batch of this.#identity.close())
        await this.#parts.write(batch, this.#schema.schema);
    }
    const { stream, path } = this.#context;
    try {
      const files = await this.#parts.close();
      const { passedRow } = this.#identity;
      const links = this.#identity.links(moment);
      if (files.length > 0 || links.length > 0) await this.#append(files, links);
      this.#durableRow = Math.max(this.#durableRow, passedRow);
    } catch (error) {
      throw commitError(error, stream, path);
    }
  }

  async #append(files: readonly AddFile[], links: readonly BatchLink[]): Promise<void> {
    const { store, parts } = this.#context;
    const { schema, changed } = this.#schema;
    await append(store, files, {
      ...this.#identity.commit(links),
      ...(changed === undefined || !this.#isCreated ? {} : { schema: changed }),
      configuration: parts.configuration,
      ...(this.#isCreated
        ? {}
        : { createIfMissing: { schema, partitionColumns: parts.partitionColumns } }),
    });
    this.#identity.committed(links);
    const isNew = changed !== undefined || !this.#isCreated;
    this.#isCreated = true;
    const table = isNew ? await mappedTable(store, parts) : undefined;
    if (table !== undefined) this.#parts = new PartWriter(store, partsOf(table, parts));
    this.#schema.committed(table?.schema);
  }
}
