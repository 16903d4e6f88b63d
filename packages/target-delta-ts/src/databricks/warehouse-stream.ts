import { type Column, type Log, type SchemaMessage, UserError } from "singer-sdk-ts";
import type { CommitMoment, ReceivedRows } from "../load/load.ts";
import { chooseLoadMethod, type LoadMethod } from "../load-method.ts";
import { addMetadata, withMetadata, withoutMetadata } from "../metadata-columns.ts";
import type { RunStream } from "../run.ts";
import type { StreamOptions } from "../stream-load.ts";
import { type TableColumns, tableColumns } from "../table-columns.ts";
import { CopyLoad } from "./copy-load.ts";
import type { WarehouseContext } from "./load-context.ts";
import { WarehouseMergeLoad } from "./merge-load.ts";
import { ReplaceLoad } from "./replace-load.ts";

/** A version, or this run's own rows where they carry none. */
type StagedVersion = number | "run";

type WarehouseLoad = CopyLoad | WarehouseMergeLoad | ReplaceLoad;

export interface WarehouseStreamOptions
  extends Omit<StreamOptions, "format" | "isAudited" | "rejectsKeyless"> {
  /** When the run began, milliseconds since 1970. */
  readonly startedMs: number;
  readonly log: Log;
  /** Reads the table and makes what the loads need, when the first row or the end comes. */
  readonly open: () => Promise<WarehouseContext>;
}

/** Brings one stream into its table of the warehouse, in the order in which its messages come. */
export class WarehouseStream implements RunStream {
  readonly #options: WarehouseStreamOptions;
  #message: SchemaMessage;
  #columns: TableColumns;
  #hasDeletedAt: boolean;
  #context: WarehouseContext | undefined;
  #method: LoadMethod | undefined;
  #load: WarehouseLoad | undefined;
  /** Which version `#load` takes rows of, when they wait for it; `undefined` for the rows of the live table. */
  #loadVersion: StagedVersion | undefined;
  /** Full loads in the making, by version. */
  readonly #staged = new Map<StagedVersion, ReplaceLoad>();
  /** The first row that waits in one of them: no row from here on is durable. */
  #stagedRow: number | undefined;
  #liveVersion: number | undefined;
  #isLiveVersionRead = false;
  /** A version that was activated before any of its rows came: it goes live with them, or empty at the end. */
  #awaitedVersion: number | undefined;
  #activationCount = 0;
  #settledActivationCount = 0;
  #durableRow = 0;
  #rowCount = 0;

  constructor(options: WarehouseStreamOptions, message: SchemaMessage, columns: readonly Column[]) {
    this.#options = options;
    this.#message = message;
    this.#columns = this.#tableColumns(columns);
    this.#hasDeletedAt = hasDeletedAt(columns);
  }

  get method(): LoadMethod | undefined {
    return this.#method;
  }

  get keyProperties(): readonly string[] {
    return this.#message.key_properties;
  }

  get hasBookmarkProperties(): boolean {
    return (this.#message.bookmark_properties?.length ?? 0) > 0;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get heldBytes(): number {
    return this.#load?.heldBytes ?? 0;
  }

  receivedMark(rowCount: number): number {
    return rowCount + this.#activationCount;
  }

  get durableMark(): number {
    return this.#durableRow + this.#settledActivationCount;
  }

  async setSchema(message: SchemaMessage, columns: readonly Column[]): Promise<void> {
    this.#message = message;
    this.#columns = this.#tableColumns(columns);
    this.#hasDeletedAt = hasDeletedAt(columns);
    if (this.#load !== undefined) await this.#describe(this.#load);
  }

  async write(rows: ReceivedRows): Promise<void> {
    const load = await this.#loadFor(rows.version);
    const { startedMs, hasMetadata } = this.#options;
    const batch = hasMetadata
      ? addMetadata(rows.recordBatch, { receivedMs: Date.now(), startedMs, version: rows.version })
      : rows.recordBatch;
    if (load instanceof ReplaceLoad) this.#stagedRow ??= rows.firstRow;
    await load.write({ batch, firstRow: rows.firstRow, sizeBytes: rows.sizeBytes });
    this.#rowCount += rows.rowCount;
  }

  async commit(moment: CommitMoment): Promise<void> {
    if (this.#load === undefined) return;
    await this.#load.commit(moment);
    this.#advance(this.#load.durableRow);
  }

  /** Makes `version` the table's content, as soon as there is something to make it of. */
  async activate(version: number, moment: CommitMoment): Promise<void> {
    this.#activationCount += 1;
    await this.commit(moment);
    this.#chooseMethod(version);
    const live = await this.#readLiveVersion(version);
    const staged = this.#staged.get(version);
    if (staged !== undefined) {
      await this.#replace(staged, version);
    } else if (live !== undefined && version < live) {
      const { stream } = this.#message;
      this.#options.log.warn("version_ignored", { stream, version, live });
    } else if (version !== live) {
      await this.#await(version);
    }
    if (this.#awaitedVersion === undefined) this.#settledActivationCount = this.#activationCount;
  }

  async finish(moment: CommitMoment, hasBookmark: boolean): Promise<void> {
    this.#chooseMethod(undefined);
    await this.commit({ ...moment, isEnd: true, isWholeLoad: !hasBookmark });
    await this.#replaceAtEnd();
    this.#tellStaged();
    const { table } = await this.#open();
    table.schema.use(this.#columns);
    await table.prepare();
    this.#settledActivationCount = this.#activationCount;
  }

  /** The rows that are live already are of `version`, or it waits for its rows until the end. */
  async #await(version: number): Promise<void> {
    const { table, versions } = await this.#open();
    if (this.#method === "overwrite" || this.#liveVersion !== undefined) {
      this.#awaitedVersion = version;
    } else if (table.isExisting) {
      await versions.record(version);
      this.#liveVersion = version;
    }
  }

  /** A full load without versions replaces the table at its end, also when the source has no rows. */
  async #replaceAtEnd(): Promise<void> {
    const isEmpty = this.#rowCount === 0 && this.#activationCount === 0;
    const isWhole = this.#method === "overwrite" && (isEmpty || this.#staged.has("run"));
    if (isWhole) await this.#replace(this.#staged.get("run") ?? (await this.#openStaged()), "run");
    const version = this.#awaitedVersion;
    if (version !== undefined)
      await this.#replace(this.#staged.get(version) ?? (await this.#openStaged()), version);
  }

  /** Rows of a version that was not activated do not count, and their STATE is not passed on. */
  #tellStaged(): void {
    for (const version of this.#staged.keys()) {
      this.#options.log.warn("version_not_active", {
        stream: this.#message.stream,
        version,
        hint: "its rows are not loaded without an ACTIVATE_VERSION; set load_method upsert or append for a tap that never sends one",
      });
    }
  }

  async #replace(load: ReplaceLoad, version: StagedVersion): Promise<void> {
    const context = await this.#open();
    const { ledger, versions } = context;
    // What a killed run has begun to append must not come after the rows that replace it.
    if (this.#method === "append") await CopyLoad.open(context);
    await load.activate();
    if (this.#method === "append") await ledger.end();
    if (typeof version === "number") {
      if (this.#method !== "overwrite") await versions.record(version);
      this.#liveVersion = version;
    }
    for (const [other, staged] of this.#staged) {
      if (other !== version && typeof other === "number" && other > Number(version)) continue;
      if (other !== version) await staged.discard();
      this.#staged.delete(other);
    }
    if (this.#staged.size === 0) this.#stagedRow = undefined;
    this.#awaitedVersion = undefined;
    this.#load = undefined;
    this.#loadVersion = undefined;
    this.#advance(load.durableRow);
  }

  #advance(durableRow: number): void {
    const row = Math.min(durableRow, this.#stagedRow ?? durableRow);
    this.#durableRow = Math.max(this.#durableRow, row);
  }

  async #loadFor(version: number | undefined): Promise<WarehouseLoad> {
    this.#chooseMethod(version);
    await this.#readLiveVersion(version);
    const staged = this.#stagedVersion(version);
    if (this.#load !== undefined && staged === this.#loadVersion) return this.#load;
    await this.commit({ restartRow: 0, isEnd: true });
    if (staged === undefined) {
      this.#load = await this.#openLoad();
    } else {
      const load = this.#staged.get(staged) ?? (await this.#openStaged());
      this.#staged.set(staged, load);
      this.#load = load;
    }
    this.#loadVersion = staged;
    await this.#describe(this.#load);
    return this.#load;
  }

  /** Under which version rows wait; `undefined` when they belong to the live table. */
  #stagedVersion(version: number | undefined): StagedVersion | undefined {
    if (version === undefined) return this.#method === "overwrite" ? "run" : undefined;
    if (version === this.#liveVersion) return undefined;
    const isNewer = this.#liveVersion !== undefined && version > this.#liveVersion;
    return this.#method === "overwrite" || isNewer ? version : undefined;
  }

  /** The version of the table's rows; that of a stream which is replaced as a whole matters within the run only. */
  async #readLiveVersion(version: number | undefined): Promise<number | undefined> {
    if (version === undefined || this.#isLiveVersionRead || this.#method === "overwrite")
      return this.#liveVersion;
    const { versions } = await this.#open();
    this.#liveVersion = await versions.read();
    this.#isLiveVersionRead = true;
    return this.#liveVersion;
  }

  async #openLoad(): Promise<WarehouseLoad> {
    const context = await this.#open();
    const isKeyed = this.keyProperties.length > 0;
    if (this.#method === "append" || (this.#method === "overwrite" && !isKeyed))
      return await CopyLoad.open(context);
    const { isHardDelete } = this.#options;
    const mode = this.#method === "insert-only" ? "insert-only" : "upsert";
    return new WarehouseMergeLoad(context, { mode, isHardDelete });
  }

  async #openStaged(): Promise<ReplaceLoad> {
    const isKeyed = this.keyProperties.length > 0;
    const byKey = this.#options.isHardDelete ? "delete" : "mark";
    const missing = this.#method === "overwrite" || !isKeyed ? "overwrite" : byKey;
    const load = new ReplaceLoad(await this.#open(), missing);
    await this.#describe(load);
    return load;
  }

  async #open(): Promise<WarehouseContext> {
    this.#context ??= await this.#options.open();
    return this.#context;
  }

  async #describe(load: WarehouseLoad): Promise<void> {
    await load.setColumns(this.#columns);
    if (!(load instanceof CopyLoad)) await load.setKeys(this.keyProperties);
  }

  #chooseMethod(version: number | undefined): void {
    if (this.#method !== undefined) return;
    const method = chooseLoadMethod({
      configured: this.#options.loadMethod,
      keyProperties: this.keyProperties,
      isVersioned: version !== undefined,
      hasBookmarkProperties: this.hasBookmarkProperties,
      hasDeletedAt: this.#hasDeletedAt,
    });
    if (method !== "append" && method !== "overwrite" && this.keyProperties.length === 0) {
      throw new UserError(
        "E_KEY",
        `stream ${this.#message.stream}: load method ${method} needs key properties, and its SCHEMA has none`,
        { hint: "set the keys in the tap, or `load_method: append`" },
      );
    }
    this.#method = method;
  }

  #tableColumns(columns: readonly Column[]): TableColumns {
    const { hasMetadata } = this.#options;
    const kept = hasMetadata ? withMetadata(columns) : withoutMetadata(columns);
    return tableColumns(this.#message.stream, kept);
  }
}

function hasDeletedAt(columns: readonly Column[]): boolean {
  return columns.some(({ name }) => name === "_sdc_deleted_at");
}
