import type { RecordBatch } from "apache-arrow";
import type { CommitOptions, DeltaTable } from "delta-lake-ts";
import { type BatchLink, parseLinks } from "../batch-link.ts";
import type { CommitMoment } from "./load.ts";
import { RowFilter, type RowFilterOptions } from "./row-filter.ts";
import { commitInfo, type TableContext } from "./table-context.ts";

/** How many of the newest commits are searched for what an earlier run has loaded (delta.md §1.20: K). */
const CHAIN_COMMITS_MAX = 200;

/** Names the rows of each commit in the commit, so that none counts twice after a crash, and no second instance gets in. */
export class BatchIdentity {
  readonly #context: TableContext;
  readonly #filter: RowFilter | undefined;
  #version: number | undefined;
  #isEndMarked: boolean;
  #takenRow = 0;

  private constructor(
    context: TableContext,
    table: DeltaTable | undefined,
    { chain, options }: { chain: readonly BatchLink[] | undefined; options: RowFilterOptions },
  ) {
    this.#context = context;
    this.#filter = chain === undefined ? undefined : new RowFilter(chain, options);
    this.#version = table?.appTransaction(context.batchAppId)?.version;
    this.#isEndMarked = chain?.at(-1)?.end === true;
  }

  /** `isIdentified`: only their hashes tell which rows are in the table already. */
  static async open(
    context: TableContext,
    table: DeltaTable | undefined,
    { isIdentified, ...options }: RowFilterOptions & { readonly isIdentified: boolean },
  ): Promise<BatchIdentity> {
    const chain = isIdentified ? await readChain(table, context) : undefined;
    return new BatchIdentity(context, table, { chain, options });
  }

  /** Rows before this one were committed by an earlier run, or given back by `take`. */
  get passedRow(): number {
    return this.#filter?.passedRow ?? this.#takenRow;
  }

  /** Whether rows wait for what follows them. */
  get isHolding(): boolean {
    return this.#filter?.isHolding === true;
  }

  /** Takes the next rows and gives those that are known to be new by now. */
  take(batch: RecordBatch, firstRow: number): readonly RecordBatch[] {
    this.#takenRow = firstRow + batch.numRows;
    return this.#filter === undefined ? [batch] : this.#filter.take(batch, firstRow);
  }

  /** The stream has ended: rows that still wait are new. */
  close(): readonly RecordBatch[] {
    return this.#filter?.close() ?? [];
  }

  /** The names of the rows that `take` gave since the last time. */
  links({ restartRow, isWholeLoad = false }: CommitMoment): readonly BatchLink[] {
    const links = this.#filter?.cut(restartRow) ?? [];
    return isWholeLoad && this.#filter !== undefined ? this.#withEnd(links) : links;
  }

  /** What the commit of these rows carries. */
  commit(links: readonly BatchLink[]): Pick<CommitOptions, "appTransaction" | "commitInfo"> {
    const { batchAppId: appId } = this.#context;
    const stored = this.#version;
    return {
      // A second instance that committed in between is found here: its rows may be ours.
      appTransaction: {
        appId,
        version: (stored ?? 0) + 1,
        ...(stored === undefined ? {} : { expectedVersion: stored }),
      },
      commitInfo: commitInfo(this.#context, { appId, links }),
    };
  }

  committed(links: readonly BatchLink[]): void {
    this.#version = (this.#version ?? 0) + 1;
    this.#isEndMarked = links.at(-1)?.end === true;
  }

  /** Marks the end of the load in its last link, or in one of its own when all rows are committed already. */
  #withEnd(links: readonly BatchLink[]): readonly BatchLink[] {
    const last = links.at(-1);
    if (last !== undefined) return [...links.slice(0, -1), { ...last, end: true }];
    const isMarked = this.#isEndMarked || this.#version === undefined;
    return isMarked ? [] : [{ n: 0, h: "", f: "", tail: [], end: true }];
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
