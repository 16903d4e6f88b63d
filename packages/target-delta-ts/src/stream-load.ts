import type { RecordBatch } from "apache-arrow";
import { append, DeltaTable, type StructType } from "delta-lake-ts";
import type { Column, SchemaMessage } from "singer-sdk-ts";
import { commitError } from "./commit-error.ts";
import { ContractFilter } from "./contract-filter.ts";
import { addDerived, withDerived } from "./derived-columns.ts";
import { checkNoHistory } from "./history/check-no-history.ts";
import { withValidity } from "./history/validity-columns.ts";
import { AppendLoad } from "./load/append.ts";
import { FilesLoad } from "./load/files.ts";
import { HistoryLoad } from "./load/history.ts";
import type { CommitMoment, Load, ReceivedRows } from "./load/load.ts";
import { MergeLoad } from "./load/merge.ts";
import { partsOf, widenOf } from "./load/part-writer.ts";
import { StagedLoad } from "./load/staged.ts";
import { clearStaging, stagingFolder } from "./load/staging.ts";
import { commitInfo, type TableContext } from "./load/table-context.ts";
import { checkLoadMethod, chooseLoadMethod, isKeyed, type LoadMethod } from "./load-method.ts";
import { addMetadata, withMetadata, withoutMetadata } from "./metadata-columns.ts";
import { keptRows, type RejectedRow } from "./rejected-row.ts";
import { addHashes, hashDigits } from "./row-hash.ts";
import { RowSieve } from "./row-sieve.ts";
import { type TableColumns, tableColumns } from "./table-columns.ts";

/** What the settings say about one stream. */
export interface StreamOptions {
  readonly format: "delta" | "parquet";
  readonly loadMethod: LoadMethod | undefined;
  readonly isHardDelete: boolean;
  /** Adds the seven `_sdc_` columns; without it they are left out, also when the tap sends them. */
  readonly hasMetadata: boolean;
  /** Sums the rows up for the table of loads, at the cost of a hash of each. */
  readonly isAudited: boolean;
  /** Whether records without a key are rejected, instead of ending the run. */
  readonly rejectsKeyless: boolean;
}

/** Brings one stream into its table, in the order in which its messages come. */
export class StreamLoad {
  readonly #context: TableContext;
  readonly #options: StreamOptions;
  #message: SchemaMessage;
  #sourceColumns: readonly Column[];
  /** The columns of the rows, and those of the table that takes them: a history has more. */
  #columns: TableColumns;
  #historyColumns: TableColumns;
  /** Absent for plain files, and until the method is chosen. */
  #contract: ContractFilter | undefined;
  readonly #sieve: RowSieve;
  #method: LoadMethod | undefined;
  #load: Load | undefined;
  /** Which version `#load` takes rows of; `undefined` for the rows of the live table. */
  #loadVersion: string | undefined;
  #liveVersion: number | undefined;
  /** A version that was activated before any of its rows came: it goes live with them, or empty at the end. */
  #awaitedVersion: number | undefined;
  readonly #checksum = new Int32Array(4);
  #activationCount = 0;
  #settledActivationCount = 0;
  #durableRow = 0;
  #rowCount = 0;

  constructor(
    context: TableContext,
    options: StreamOptions,
    message: SchemaMessage,
    columns: readonly Column[],
  ) {
    this.#context = context;
    this.#options = options;
    this.#message = message;
    this.#sourceColumns = columns;
    this.#columns = this.#tableColumns(columns);
    this.#historyColumns = this.#tableColumns(withValidity(columns));
    this.#sieve = new RowSieve(context, options.rejectsKeyless);
  }

  /** How rows are loaded; `undefined` until the first row or the end tells. */
  get method(): LoadMethod | undefined {
    return this.#method;
  }

  get keyProperties(): readonly string[] {
    return this.#message.key_properties;
  }

  get hasBookmarkProperties(): boolean {
    return (this.#message.bookmark_properties?.length ?? 0) > 0;
  }

  /** Count of rows taken. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Order-free sum of the rows given to the table, as `--verify` has it; only of streams that are audited. */
  get checksum(): string | undefined {
    return this.#options.isAudited ? hashDigits(this.#checksum) : undefined;
  }

  get heldBytes(): number {
    return this.#load?.heldBytes ?? 0;
  }

  /** Rows and activations received: counted together so that STATE waits for both. `rowCount` comes from the reader. */
  receivedMark(rowCount: number): number {
    return rowCount + this.#activationCount;
  }

  /** The part of `receivedMark` that cannot be lost any more. */
  get durableMark(): number {
    return this.#durableRow + this.#settledActivationCount;
  }

  /** New columns or keys for the rows that follow; those before keep their order. */
  async setSchema(
    message: SchemaMessage,
    columns: readonly Column[],
    moment: CommitMoment,
  ): Promise<void> {
    this.#message = message;
    if (columns !== this.#sourceColumns) {
      this.#sourceColumns = columns;
      this.#columns = this.#tableColumns(columns);
      this.#historyColumns = this.#tableColumns(withValidity(columns));
      if (this.#load instanceof HistoryLoad) await this.commit(moment);
    }
    this.#contract?.use(this.#columns);
    if (this.#load !== undefined) await this.#describe(this.#load);
  }

  async write(rows: ReceivedRows): Promise<void> {
    const load = await this.#loadFor(rows.version);
    const { startedMs } = this.#context;
    const derived = addDerived(rows.recordBatch, this.#context.derived);
    const received = this.#options.hasMetadata
      ? addMetadata(derived, { receivedMs: Date.now(), startedMs, version: rows.version })
      : derived;
    const isMerged = this.#options.format === "delta" && isKeyed(this.#method);
    const keys = isMerged ? this.keyProperties : [];
    const rejects = this.#sieve.rejects(received, this.#contract, keys);
    this.#addToChecksum(rows.recordBatch, rejects);
    const taken = await this.#sieve.keep(received, rows.firstRow, rejects);
    await load.write({
      ...taken,
      sizeBytes: rows.sizeBytes,
      ...(rows.release === undefined ? {} : { release: rows.release }),
    });
    this.#rowCount += rows.rowCount;
  }

  #addToChecksum(batch: RecordBatch, rejects: readonly RejectedRow[]): void {
    if (!this.#options.isAudited || this.#contract === undefined) return;
    const kept = rejects.length === 0 ? batch : keptRows(batch, rejects).batch;
    addHashes(this.#checksum, this.#contract.hashes(kept));
  }

  async commit(moment: CommitMoment): Promise<void> {
    if (this.#load === undefined) return;
    const restartRow = this.#sieve.passed(moment.restartRow);
    await this.#load.commit({ ...moment, restartRow });
    if (this.#loadVersion === this.#runVersion) return;
    this.#settleRows(this.#load);
  }

  #settleRows({ durableRow }: Load): void {
    this.#durableRow = Math.max(this.#durableRow, this.#sieve.received(durableRow));
    this.#sieve.forget(this.#durableRow);
  }

  /** Makes `version` the table's content, as soon as there is something to make it of. */
  async activate(version: number, moment: CommitMoment): Promise<void> {
    this.#activationCount += 1;
    await this.commit(moment);
    await this.#chooseMethod(version);
    if (this.#options.format === "parquet" || version === this.#liveVersion) {
      if (version === this.#liveVersion)
        await clearStaging(this.#context.store, (staged) => staged === String(version));
    } else if (await this.#isStaged(version)) {
      await this.#swap(version);
    } else if (this.#liveVersion !== undefined && version < this.#liveVersion) {
      this.#context.log.warn("version_ignored", {
        stream: this.#context.stream,
        version,
        live: this.#liveVersion,
      });
    } else if (await this.#hasLiveRows()) {
      if (this.#method !== "overwrite" && this.#liveVersion === undefined)
        await this.#recordVersion(version);
      else this.#awaitedVersion = version;
    }
    if (this.#awaitedVersion === undefined) this.#settledActivationCount = this.#activationCount;
  }

  /** The input ended well: everything becomes durable, and what waited for the end happens. */
  async finish(moment: CommitMoment, hasBookmark: boolean): Promise<void> {
    await this.#chooseMethod(undefined);
    await this.commit({ ...moment, isEnd: true, isWholeLoad: !hasBookmark });
    await this.#replace();
    if (this.#awaitedVersion !== undefined) await this.#swap(this.#awaitedVersion);
    this.#tellStaged();
    this.#contract?.tell(this.#context.log);
    if (this.#options.format === "delta") await this.#createIfMissing();
    this.#settledActivationCount = this.#activationCount;
  }

  /** Rows of a version that was not activated stay staged, as after an interrupted full load: nobody sees them yet. */
  #tellStaged(): void {
    const version = this.#loadVersion;
    if (!(this.#load instanceof StagedLoad) || version === this.#runVersion) return;
    this.#context.log.warn("version_not_active", {
      stream: this.#context.stream,
      version,
      hint: "its rows are staged until the tap sends ACTIVATE_VERSION; set load_method upsert or append for a tap that never does",
    });
  }

  /** A full load without versions replaces the table at its end, also when the source has no rows. */
  async #replace(): Promise<void> {
    if (this.#options.format === "parquet" || this.#method !== "overwrite") return;
    const isEmpty = this.#load === undefined && this.#activationCount === 0 && this.#rowCount === 0;
    if (isEmpty) this.#load = await this.#loadFor(undefined);
    if (!(this.#load instanceof StagedLoad) || this.#loadVersion !== this.#runVersion) return;
    await this.#load.activate(undefined, { keepsDeleted: false });
    this.#settleRows(this.#load);
  }

  #tableColumns(columns: readonly Column[]): TableColumns {
    const { hasMetadata } = this.#options;
    const { stream, derived, keepsNames } = this.#context;
    const all = withDerived(columns, derived);
    const kept = hasMetadata ? withMetadata(all) : withoutMetadata(all);
    return tableColumns(stream, kept, { keepsNames });
  }

  /** Staged rows that carry no version live and end with this run. */
  get #runVersion(): string {
    return `run-${this.#context.runId}`;
  }

  async #loadFor(version: number | undefined): Promise<Load> {
    await this.#chooseMethod(version);
    const staged = this.#stagedVersion(version);
    if (this.#load !== undefined && staged === this.#loadVersion) return this.#load;
    await this.commit({ restartRow: 0, isEnd: true });
    this.#load = await this.#open(staged);
    this.#loadVersion = staged;
    await this.#describe(this.#load);
    return this.#load;
  }

  /** Where rows of `version` are staged; `undefined` when they belong to the live table. */
  #stagedVersion(version: number | undefined): string | undefined {
    if (this.#options.format === "parquet") return undefined;
    if (version === undefined) return this.#method === "overwrite" ? this.#runVersion : undefined;
    if (version === this.#liveVersion) return undefined;
    const isNewer = this.#liveVersion !== undefined && version > this.#liveVersion;
    return this.#method === "overwrite" || isNewer ? String(version) : undefined;
  }

  async #open(staged: string | undefined): Promise<Load> {
    const context = this.#context;
    const { format, isHardDelete } = this.#options;
    if (format === "parquet") return new FilesLoad(context, this.#method === "overwrite");
    if (staged !== undefined)
      return await StagedLoad.open(context, staged, this.keyProperties.length > 0);
    if (this.#method === "history") return await HistoryLoad.open(context);
    const hasKeys = this.keyProperties.length > 0;
    if (this.#method === "append" || (this.#method === "overwrite" && !hasKeys)) {
      return await AppendLoad.open(context, { isIdentified: true });
    }
    const mode = this.#method === "insert-only" ? "insert-only" : "upsert";
    return await MergeLoad.open(context, { mode, isHardDelete });
  }

  async #describe(load: Load): Promise<void> {
    const isHistory = load instanceof HistoryLoad;
    await load.setColumns(isHistory ? this.#historyColumns : this.#columns);
    if (isHistory || load instanceof MergeLoad || load instanceof StagedLoad)
      await load.setKeys(this.keyProperties);
  }

  async #chooseMethod(version: number | undefined): Promise<void> {
    if (this.#method !== undefined) return;
    const { stream, path, store, versionAppId } = this.#context;
    const { format, loadMethod } = this.#options;
    const method = chooseLoadMethod({
      configured: loadMethod,
      keyProperties: this.keyProperties,
      isVersioned: version !== undefined,
      hasBookmarkProperties: this.hasBookmarkProperties,
      hasDeletedAt: this.#sourceColumns.some(({ name }) => name === "_sdc_deleted_at"),
    });
    checkLoadMethod(stream, { method, configured: loadMethod, format, keys: this.keyProperties });
    if (format === "parquet") {
      this.#method = loadMethod ?? (method === "overwrite" ? "overwrite" : "append");
      return;
    }
    this.#method = method;
    const table = await DeltaTable.open(store).catch((error: unknown) => {
      throw commitError(error, stream, path);
    });
    checkNoHistory(stream, method, { table: table?.schema, own: this.#columns.schema });
    this.#liveVersion = table?.appTransaction(versionAppId)?.version;
    this.#contract = new ContractFilter(stream, this.#context.contract, {
      table: table?.schema,
      widen: widenOf(partsOf(table, this.#context.parts)),
      isReplaced: method === "overwrite",
    });
    this.#contract.use(this.#columns);
  }

  async #isStaged(version: number): Promise<boolean> {
    const table = await DeltaTable.open(this.#context.openStore(stagingFolder(String(version))));
    return table !== undefined && table.fileCount > 0;
  }

  async #hasLiveRows(): Promise<boolean> {
    const table = await DeltaTable.open(this.#context.store);
    return table !== undefined && table.fileCount > 0;
  }

  /** Takes in what is staged of `version`, as the next versions of the rows. */
  async #takeIn(version: number): Promise<void> {
    const store = this.#context.openStore(stagingFolder(String(version)));
    const staged = await DeltaTable.open(store);
    const history = await HistoryLoad.open(this.#context);
    await this.#describe(history);
    await history.activate(version, staged);
    await clearStaging(this.#context.store, (name) => Number(name) <= version);
  }

  async #swap(version: number): Promise<void> {
    if (this.#method === "history") await this.#takeIn(version);
    else await this.#replaceBy(version);
    this.#liveVersion = version;
    this.#awaitedVersion = undefined;
    this.#load = undefined;
    this.#loadVersion = undefined;
  }

  async #replaceBy(version: number): Promise<void> {
    let staged = this.#load;
    if (!(staged instanceof StagedLoad) || this.#loadVersion !== String(version)) {
      staged = await StagedLoad.open(this.#context, String(version), this.keyProperties.length > 0);
      await this.#describe(staged);
    }
    if (!(staged instanceof StagedLoad))
      throw new Error("a version is swapped in from its staging");
    const isKept = this.#method !== "overwrite" && !this.#options.isHardDelete;
    await staged.activate(version, { keepsDeleted: isKept && this.keyProperties.length > 0 });
  }

  /** The rows that are live already are of `version`: a later, higher version replaces them. */
  async #recordVersion(version: number): Promise<void> {
    const { store, versionAppId, stream, path } = this.#context;
    try {
      await append(store, [], {
        appTransaction: { appId: versionAppId, version },
        commitInfo: commitInfo(this.#context),
      });
    } catch (error) {
      throw commitError(error, stream, path);
    }
    this.#liveVersion = version;
  }

  get #emptySchema(): StructType {
    return (this.#method === "history" ? this.#historyColumns : this.#columns).schema;
  }

  /** A stream without rows has a table too. */
  async #createIfMissing(): Promise<void> {
    const { store, stream, path, parts } = this.#context;
    try {
      if ((await DeltaTable.open(store)) !== undefined) return;
      await append(store, [], {
        commitInfo: commitInfo(this.#context),
        createIfMissing: { schema: this.#emptySchema, partitionColumns: parts.partitionColumns },
        configuration: parts.configuration,
      });
    } catch (error) {
      throw commitError(error, stream, path);
    }
  }
}
