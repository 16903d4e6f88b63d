import { type AddFile, append, DeltaTable } from "delta-lake-ts";
import { type BatchLink, parseLinks } from "../batch-link.ts";
import { commitError } from "../commit-error.ts";
import type { TableColumns } from "../table-columns.ts";
import type { CommitMoment, Load, StreamRows } from "./load.ts";
import { PartWriter } from "./part-writer.ts";
import { RowFilter } from "./row-filter.ts";
import { StreamSchema } from "./stream-schema.ts";
import type { TableContext } from "./table-context.ts";

/** How many of the newest commits are searched for what an earlier run has loaded (delta.md §1.20: K). */
const CHAIN_COMMITS_MAX = 200;

/** Adds rows to the table; each commit names its rows, so that none is added twice after a crash. */
export class AppendLoad implements Load {
  readonly #context: TableContext;
  readonly #schema: StreamSchema;
  readonly #parts: PartWriter;
  readonly #filter: RowFilter | undefined;
  #takenRow = 0;
  #isCreated: boolean;
  #batchVersion: number | undefined;
  #isEndMarked: boolean;
  #durableRow = 0;

  private constructor(
    context: TableContext,
    table: DeltaTable | undefined,
    chain: readonly BatchLink[] | undefined,
  ) {
    this.#context = context;
    this.#schema = new StreamSchema(
      context.stream,
      table?.schema ?? context.initialSchema,
      context.contract,
    );
    this.#parts = new PartWriter(context.store, context.parts);
    this.#filter = chain === undefined ? undefined : new RowFilter(chain);
    this.#isCreated = table !== undefined;
    this.#batchVersion = table?.appTransaction(context.batchAppId)?.version;
    this.#isEndMarked = chain?.at(-1)?.end === true;
  }

  /** `isIdentified`: rows have no key, so that only their hashes tell which of them are in the table. */
  static async open(
    context: TableContext,
    { isIdentified }: { readonly isIdentified: boolean },
  ): Promise<AppendLoad> {
    const table = await DeltaTable.open(context.store);
    return new AppendLoad(
      context,
      table,
      isIdentified ? await readChain(table, context) : undefined,
    );
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return 0;
  }

  setColumns(columns: TableColumns): Promise<void> {
    this.#schema.use(columns);
    return Promise.resolve();
  }

  async write(rows: StreamRows): Promise<void> {
    const batch = this.#schema.conform(rows.batch);
    const passed = this.#filter === undefined ? [batch] : this.#filter.take(batch, rows.firstRow);
    for (const part of passed) await this.#parts.write(part, this.#schema.schema);
    this.#takenRow = rows.firstRow + batch.numRows;
    if (this.#filter?.isHolding !== true) rows.release?.();
  }

  async commit({ restartRow, isEnd, isWholeLoad = false }: CommitMoment): Promise<void> {
    if (isEnd) {
      for (const batch of this.#filter?.close() ?? [])
        await this.#parts.write(batch, this.#schema.schema);
    }
    const { stream, path } = this.#context;
    try {
      const files = await this.#parts.close();
      const passedRow = this.#filter?.passedRow ?? this.#takenRow;
      const links = this.#filter?.cut(restartRow) ?? [];
      const marked = isWholeLoad && this.#filter !== undefined ? this.#withEnd(links) : links;
      if (files.length > 0 || marked.length > 0) await this.#append(files, marked);
      this.#durableRow = Math.max(this.#durableRow, passedRow);
    } catch (error) {
      throw commitError(error, stream, path);
    }
  }

  /** Marks the end of the load in its last link, or in one of its own when all rows are committed already. */
  #withEnd(links: readonly BatchLink[]): readonly BatchLink[] {
    const last = links.at(-1);
    if (last !== undefined) return [...links.slice(0, -1), { ...last, end: true }];
    const isMarked = this.#isEndMarked || this.#batchVersion === undefined;
    return isMarked ? [] : [{ n: 0, h: "", f: "", tail: [], end: true }];
  }

  async #append(files: readonly AddFile[], links: readonly BatchLink[]): Promise<void> {
    const { store, batchAppId, runId, parts } = this.#context;
    const stored = this.#batchVersion;
    const version = (stored ?? 0) + 1;
    const { schema, changed } = this.#schema;
    await append(store, files, {
      // A second instance that committed in between is found here: its rows may be ours.
      appTransaction: {
        appId: batchAppId,
        version,
        ...(stored === undefined ? {} : { expectedVersion: stored }),
      },
      commitInfo: { singer: { appId: batchAppId, runId, links } },
      ...(changed === undefined || !this.#isCreated ? {} : { schema: changed }),
      configuration: parts.configuration,
      ...(this.#isCreated
        ? {}
        : { createIfMissing: { schema, partitionColumns: parts.partitionColumns } }),
    });
    this.#batchVersion = version;
    this.#isCreated = true;
    this.#isEndMarked = links.at(-1)?.end === true;
    this.#schema.committed();
  }
}

/** Our links in the table's history, oldest first. */
async function readChain(
  table: DeltaTable | undefined,
  context: TableContext,
): Promise<readonly BatchLink[]> {
  if (table?.appTransaction(context.batchAppId) === undefined) return [];
  const history = await table.history(CHAIN_COMMITS_MAX);
  return history.toReversed().flatMap((commit) => {
    const singer: unknown = Reflect.get(commit, "singer");
    const isOurs =
      typeof singer === "object" &&
      singer !== null &&
      "appId" in singer &&
      singer.appId === context.batchAppId &&
      "links" in singer;
    return isOurs ? parseLinks(singer.links) : [];
  });
}
