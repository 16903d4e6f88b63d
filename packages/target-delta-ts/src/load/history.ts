import type { RecordBatch } from "apache-arrow";
import { type AddFile, DeltaTable, type RewritePlan, rewrite, takeRows } from "delta-lake-ts";
import type { BatchLink } from "../batch-link.ts";
import { commitError } from "../commit-error.ts";
import { HistoryChanges } from "../history/changes.ts";
import {
  addValidity,
  changeTimes,
  DELETED_AT,
  OPEN,
  timesOf,
  VALID_FROM,
  VALID_TO,
} from "../history/validity-columns.ts";
import { batchOf, type TableColumns } from "../table-columns.ts";
import { BatchIdentity } from "./batch-identity.ts";
import { requireKeys, tableKeys } from "./key-columns.ts";
import type { CommitMoment, Load, StreamRows } from "./load.ts";
import { mappedTable, PartWriter, partsOf, widenOf } from "./part-writer.ts";
import { StreamSchema } from "./stream-schema.ts";
import { commitInfo, type TableContext } from "./table-context.ts";

/**
 * Keeps every version of a row: in one commit per flush, each change of a key ends the version before it and adds the
 * next one. Each commit names the changes that it took in, so that none counts twice after a crash.
 */
export class HistoryLoad implements Load {
  readonly #context: TableContext;
  readonly #schema: StreamSchema;
  readonly #partitionColumns: readonly string[];
  readonly #identity: BatchIdentity;
  #isCreated: boolean;
  #keyProperties: readonly string[] = [];
  #keys: readonly string[] = [];
  #held: RecordBatch[] = [];
  #heldBytes = 0;
  #durableRow = 0;

  private constructor(
    context: TableContext,
    table: DeltaTable | undefined,
    identity: BatchIdentity,
  ) {
    this.#context = context;
    const parts = partsOf(table, context.parts);
    this.#partitionColumns = parts.partitionColumns;
    this.#schema = new StreamSchema(
      context.stream,
      table?.schema ?? context.initialSchema,
      context.contract,
      widenOf(parts),
    );
    this.#identity = identity;
    this.#isCreated = table !== undefined;
  }

  static async open(context: TableContext): Promise<HistoryLoad> {
    const table = await DeltaTable.open(context.store);
    const identity = await BatchIdentity.open(context, table, {
      isIdentified: true,
      isStrict: true,
      metadata: [DELETED_AT],
    });
    return new HistoryLoad(context, table, identity);
  }

  get durableRow(): number {
    return this.#durableRow;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Rows of other columns or keys are committed first: a batch has one schema, and order is kept. */
  async setColumns(columns: TableColumns): Promise<void> {
    if (!this.#schema.isCurrent(columns)) await this.#flush();
    this.#schema.use(columns);
  }

  /** The key of the rows that follow, in the source's names. */
  async setKeys(keyProperties: readonly string[]): Promise<void> {
    if (keyProperties.join("\0") !== this.#keyProperties.join("\0")) await this.#flush();
    this.#keyProperties = keyProperties;
    this.#keys = tableKeys(this.#context.stream, keyProperties, this.#schema);
  }

  write(rows: StreamRows): Promise<void> {
    const { stream, validFromColumn: column } = this.#context;
    const batch = this.#schema.conform(rows.batch);
    requireKeys(stream, batch, {
      keys: this.#keys,
      partitionColumns: this.#partitionColumns,
      firstRow: rows.firstRow,
    });
    const from = changeTimes(rows.batch, { stream, column, arrivedMs: Date.now() });
    this.#held.push(...this.#identity.take(withTimes(batch, rows.batch, from), rows.firstRow));
    this.#heldBytes += rows.sizeBytes;
    return Promise.resolve();
  }

  async commit(moment: CommitMoment): Promise<void> {
    if (moment.isEnd) this.#held.push(...this.#identity.close());
    await this.#flush(moment);
  }

  /**
   * Takes a full load in, in one commit: rows of `staged` that differ from their current version are its next one, and
   * versions of keys that are not staged end. `version` is kept in that commit, so that doing it twice is harmless.
   */
  async activate(version: number, staged: DeltaTable | undefined): Promise<void> {
    const { versionAppId } = this.#context;
    const now = BigInt(Date.now()) * 1000n;
    const columns = staged?.schema.fields.filter(({ name }) => name !== DELETED_AT) ?? [];
    const conformed = this.#schema.take({ type: "struct", fields: columns });
    const source = async function* (): AsyncGenerator<RecordBatch> {
      if (staged === undefined) return;
      for await (const batch of staged.read()) yield* present(batch, now, conformed);
    };
    await this.#rewrite(source, {
      othersEndAt: now,
      appTransaction: { appId: versionAppId, version },
      commitInfo: commitInfo(this.#context),
    });
  }

  async #flush(moment: CommitMoment = { restartRow: 0, isEnd: false }): Promise<void> {
    const { passedRow } = this.#identity;
    const links: readonly BatchLink[] = this.#identity.links(moment);
    const held = this.#held;
    if (links.length > 0) {
      await this.#rewrite(() => held, this.#identity.commit(links));
      this.#identity.committed(links);
    }
    this.#held = [];
    this.#heldBytes = 0;
    this.#durableRow = Math.max(this.#durableRow, passedRow);
  }

  async #rewrite(
    source: () => AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
    { othersEndAt, ...identity }: Identity,
  ): Promise<void> {
    const { store, stream, path, parts } = this.#context;
    const { schema, changed } = this.#schema;
    const changes = new HistoryChanges(this.#keys);
    try {
      for await (const batch of source()) changes.add(batch);
      await rewrite(store, {
        ...identity,
        operation: "MERGE",
        plan: (table) => this.#plan(table, { changes, source, othersEndAt }),
        ...(changed === undefined || !this.#isCreated ? {} : { schema: changed }),
        configuration: parts.configuration,
        ...(this.#isCreated
          ? {}
          : { createIfMissing: { schema, partitionColumns: parts.partitionColumns } }),
      });
    } catch (error) {
      throw commitError(error, stream, path);
    }
    const isNew = changed !== undefined || !this.#isCreated;
    this.#isCreated = true;
    const table = isNew ? await mappedTable(store, parts) : undefined;
    this.#schema.committed(table?.schema);
  }

  async #plan(
    table: DeltaTable | undefined,
    { changes, source, othersEndAt }: Plan,
  ): Promise<RewritePlan> {
    changes.reset();
    const conformed = this.#schema.take(table?.schema ?? this.#schema.schema);
    const found = { table, changes, conformed };
    const touched = await this.#findVersions(found, othersEndAt !== undefined);
    const { versions, openedCount } = changes.outcome();
    const writer = new PartWriter(this.#context.store, partsOf(table, this.#context.parts));
    let part = 0;
    for await (const batch of source()) {
      const { rows, from, to } = versions[part++] ?? NO_VERSIONS;
      if (rows.length === 0) continue;
      await writer.write(addValidity(takeRows(batch, rows), from, to), this.#schema.schema);
    }
    const removed: AddFile[] = [];
    let closedCount = 0;
    for (const file of touched) {
      const count = await this.#endVersions(writer, { ...found, file, othersEndAt });
      if (count > 0) removed.push(file);
      closedCount += count;
    }
    return {
      removed,
      added: await writer.close(),
      operationMetrics: {
        numTargetRowsInserted: String(openedCount),
        numTargetRowsUpdated: String(closedCount),
      },
    };
  }

  /** The files with current versions of the changes' keys, or of any key; what they hold is told to the changes. */
  async #findVersions(
    { table, changes, conformed }: Found,
    isEveryKey: boolean,
  ): Promise<AddFile[]> {
    if (table === undefined) return [];
    const near = isEveryKey ? {} : { near: { batches: this.#held, columns: this.#keys } };
    const touched: AddFile[] = [];
    for await (const file of table.files({ nullIn: VALID_TO, ...near })) {
      let isTouched = false;
      for await (const batch of table.read({ files: [file] })) {
        const { isKnown, isOther } = changes.found(conformed(batch));
        isTouched ||= isKnown || (isEveryKey && isOther);
      }
      if (isTouched) touched.push(file);
    }
    return touched;
  }

  /** Writes a file's rows anew when some of its versions end; gives how many do. */
  async #endVersions(
    writer: PartWriter,
    { table, changes, conformed, file, othersEndAt }: EndOptions,
  ): Promise<number> {
    if (table === undefined) return 0;
    let isEnding = false;
    for await (const batch of table.read({ files: [file] }))
      isEnding ||= changes.endsOf(conformed(batch), othersEndAt) !== undefined;
    if (!isEnding) return 0;
    let count = 0;
    for await (const rows of table.read({ files: [file] })) {
      const batch = conformed(rows);
      const before = timesOf(batch, VALID_TO);
      const ends = changes.endsOf(batch, othersEndAt) ?? before;
      ends.forEach((end, row) => (count += end === before[row] ? 0 : 1));
      await writer.write(addValidity(batch, timesOf(batch, VALID_FROM), ends), this.#schema.schema);
    }
    return count;
  }
}

type Identity = Pick<Parameters<typeof rewrite>[1], "appTransaction" | "commitInfo"> & {
  /** When versions of keys without a change end; without it they go on. */
  readonly othersEndAt?: bigint;
};

interface Plan {
  readonly changes: HistoryChanges;
  readonly source: () => AsyncIterable<RecordBatch> | Iterable<RecordBatch>;
  readonly othersEndAt: bigint | undefined;
}

/** Where the changes are looked for: rows of the table as the stream's columns have them. */
interface Found {
  readonly table: DeltaTable | undefined;
  readonly changes: HistoryChanges;
  readonly conformed: (batch: RecordBatch) => RecordBatch;
}

interface EndOptions extends Found {
  readonly file: AddFile;
  readonly othersEndAt: bigint | undefined;
}

const NO_VERSIONS = {
  rows: new Int32Array(0),
  from: new BigInt64Array(0),
  to: new BigInt64Array(0),
};

/** The rows with the time of each, and the mark of deletion as the tap sent it. */
function withTimes(batch: RecordBatch, received: RecordBatch, from: BigInt64Array): RecordBatch {
  const timed = addValidity(batch, from, new BigInt64Array(batch.numRows).fill(OPEN));
  const fields = timed.schema.fields.slice();
  const children = timed.data.children.slice();
  received.schema.fields.forEach((field, index) => {
    const child = received.data.children[index];
    if (field.name !== DELETED_AT || child === undefined) return;
    fields.push(field);
    children.push(child);
  });
  return batchOf(fields, children, batch.numRows);
}

/** The rows of a staged batch that are not marked as deleted, as of `at`. */
function* present(
  batch: RecordBatch,
  at: bigint,
  conformed: (batch: RecordBatch) => RecordBatch,
): Generator<RecordBatch> {
  const rows: number[] = [];
  timesOf(batch, DELETED_AT).forEach((time, row) => {
    if (time === OPEN) rows.push(row);
  });
  const kept = rows.length === batch.numRows ? batch : takeRows(batch, Int32Array.from(rows));
  const from = new BigInt64Array(rows.length).fill(at);
  const to = new BigInt64Array(rows.length).fill(OPEN);
  if (rows.length > 0) yield addValidity(conformed(kept), from, to);
}
