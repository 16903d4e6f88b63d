import { type Column, type SchemaMessage, UserError } from "singer-sdk-ts";
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

type WarehouseLoad = CopyLoad | WarehouseMergeLoad | ReplaceLoad;

export interface WarehouseStreamOptions extends Omit<StreamOptions, "format"> {
  /** When the run began, milliseconds since 1970. */
  readonly startedMs: number;
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
  /** The version of the rows in `#load`, when it replaces the table. */
  #version: number | undefined;
  /** The version whose rows were put in the table's place by this run. */
  #liveVersion: number | undefined;
  #isReplaceDue = false;
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
    await load.write({ batch, firstRow: rows.firstRow, sizeBytes: rows.sizeBytes });
    this.#rowCount += rows.rowCount;
  }

  async commit(moment: CommitMoment): Promise<void> {
    if (this.#load === undefined) return;
    await this.#load.commit(moment);
    this.#durableRow = Math.max(this.#durableRow, this.#load.durableRow);
  }

  /** Puts the rows of `version` in the table's place; a version without rows waits for them until the end. */
  async activate(version: number, moment: CommitMoment): Promise<void> {
    this.#activationCount += 1;
    await this.commit(moment);
    this.#chooseMethod(version);
    if (this.#method !== "overwrite" || version === this.#liveVersion) {
      if (!this.#isReplaceDue) this.#settledActivationCount = this.#activationCount;
    } else if (this.#load instanceof ReplaceLoad && this.#version === version) {
      await this.#replace(this.#load);
    } else {
      this.#isReplaceDue = true;
    }
  }

  async finish(moment: CommitMoment, hasBookmark: boolean): Promise<void> {
    this.#chooseMethod(undefined);
    await this.commit({ ...moment, isEnd: true, isWholeLoad: !hasBookmark });
    const isUnversioned = this.#method === "overwrite" && this.#version === undefined;
    // Rows of a version that was never activated wait for a run that ends well.
    if (isUnversioned || this.#isReplaceDue) await this.#replaceAtEnd();
    const { table } = await this.#open();
    table.schema.use(this.#columns);
    await table.prepare();
    this.#settledActivationCount = this.#activationCount;
  }

  async #replaceAtEnd(): Promise<void> {
    if (this.#liveVersion !== undefined && !this.#isReplaceDue) return;
    const load = await this.#loadFor(this.#version);
    if (load instanceof ReplaceLoad) await this.#replace(load);
  }

  async #replace(load: ReplaceLoad): Promise<void> {
    await load.activate();
    this.#durableRow = Math.max(this.#durableRow, load.durableRow);
    this.#liveVersion = this.#version;
    this.#isReplaceDue = false;
    this.#settledActivationCount = this.#activationCount;
  }

  async #loadFor(version: number | undefined): Promise<WarehouseLoad> {
    this.#chooseMethod(version);
    const isOther = this.#method === "overwrite" && version !== this.#version;
    if (this.#load !== undefined && !isOther) return this.#load;
    await this.commit({ restartRow: 0, isEnd: true });
    this.#load = await this.#openLoad();
    this.#version = version;
    await this.#describe(this.#load);
    return this.#load;
  }

  async #openLoad(): Promise<WarehouseLoad> {
    const context = await this.#open();
    if (this.#method === "overwrite") return new ReplaceLoad(context);
    if (this.#method === "append") return await CopyLoad.open(context);
    const { isHardDelete } = this.#options;
    const mode = this.#method === "insert-only" ? "insert-only" : "upsert";
    return new WarehouseMergeLoad(context, { mode, isHardDelete });
  }

  async #open(): Promise<WarehouseContext> {
    this.#context ??= await this.#options.open();
    return this.#context;
  }

  async #describe(load: WarehouseLoad): Promise<void> {
    await load.setColumns(this.#columns);
    if (load instanceof WarehouseMergeLoad) await load.setKeys(this.keyProperties);
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
