import { type AddFile, DeltaTable, overwrite } from "delta-lake-ts";
import { commitError } from "../commit-error.ts";
import { KeySet } from "../key-set.ts";
import { hashRows } from "../row-hash.ts";
import { isEvolving } from "../schema-contract.ts";
import type { TableColumns } from "../table-columns.ts";
import { AppendLoad } from "./append.ts";
import { carryOver } from "./carry-over.ts";
import type { CommitMoment, Load, StreamRows } from "./load.ts";
import { MergeLoad } from "./merge.ts";
import { clearStaging, moveBack, moveToTable, stagingFolder } from "./staging.ts";
import { commitInfo, type TableContext } from "./table-context.ts";

interface StagedParts {
  readonly context: TableContext;
  /** The same, with the staging folder as its table. */
  readonly staging: TableContext;
  readonly version: string;
  readonly inner: AppendLoad | MergeLoad;
  readonly isKeyed: boolean;
}

/** Keys remembered at most: 17 bytes for each of twice as many slots, 143 MB. Rows after them are merged. */
const KEYS_MAX = 2 ** 22 - 1;

/**
 * A full load in the making: a Delta table of its own beside the live one, until `activate` puts its files in the
 * live table's place. A later run goes on with it; rows that come again are found by their key, or by their identity.
 * Rows with a key are appended until one comes again; from there on they are merged, so that the last one counts.
 */
export class StagedLoad implements Load {
  readonly version: string;
  readonly #context: TableContext;
  readonly #staging: TableContext;
  #inner: AppendLoad | MergeLoad;
  /** The keys appended so far; `undefined` for rows without a key, and once rows are merged. */
  #keySet: KeySet | undefined;
  #keyProperties: readonly string[] = [];
  #columns: TableColumns | undefined;
  #durableRow = 0;

  private constructor({ context, staging, version, inner, isKeyed }: StagedParts) {
    this.#context = context;
    this.#staging = staging;
    this.version = version;
    this.#inner = inner;
    this.#keySet = isKeyed && inner instanceof AppendLoad ? new KeySet(0) : undefined;
  }

  /** Goes on with what is staged of `version`. */
  static async open(context: TableContext, version: string, isKeyed: boolean): Promise<StagedLoad> {
    const live = isEvolving(context.contract) ? undefined : await DeltaTable.open(context.store);
    const staging = {
      ...context,
      store: context.openStore(stagingFolder(version)),
      ...(live === undefined ? {} : { initialSchema: live.schema }),
    };
    const table = await DeltaTable.open(staging.store);
    if (table !== undefined) {
      for await (const file of table.files()) await moveBack(context.store, version, file);
    }
    const isResumed = table !== undefined && table.fileCount > 0;
    const inner =
      isKeyed && isResumed
        ? await MergeLoad.open(staging, { mode: "upsert", isHardDelete: false })
        : await AppendLoad.open(staging, { isIdentified: !isKeyed });
    return new StagedLoad({ context, staging, version, inner, isKeyed });
  }

  get durableRow(): number {
    return Math.max(this.#durableRow, this.#inner.durableRow);
  }

  get heldBytes(): number {
    return this.#inner.heldBytes;
  }

  async setColumns(columns: TableColumns): Promise<void> {
    this.#columns = columns;
    await this.#inner.setColumns(columns);
  }

  async setKeys(keyProperties: readonly string[]): Promise<void> {
    const isChanged = keyProperties.join("\0") !== this.#keyProperties.join("\0");
    this.#keyProperties = keyProperties;
    if (this.#inner instanceof MergeLoad) await this.#inner.setKeys(keyProperties);
    else if (isChanged && (this.#keySet?.size ?? 0) > 0) await this.#mergeFromHere();
  }

  async write(rows: StreamRows): Promise<void> {
    if (this.#keySet !== undefined && !this.#hasNewKeys(this.#keySet, rows)) {
      await this.#mergeFromHere();
    }
    await this.#inner.write(rows);
  }

  /** Whether no row has the key of an earlier one, as far as keys are remembered. */
  #hasNewKeys(keySet: KeySet, { batch }: StreamRows): boolean {
    if (keySet.size + batch.numRows > KEYS_MAX) return false;
    const lanes = hashRows(batch, this.#keyProperties);
    for (let row = 0; row < batch.numRows; row++) {
      if (!keySet.add(lanes, 4 * row)) return false;
    }
    return true;
  }

  /** Commits what was appended; the rows that follow replace those of the same key. */
  async #mergeFromHere(): Promise<void> {
    this.#keySet = undefined;
    await this.#inner.commit({ restartRow: 0, isEnd: false });
    this.#durableRow = this.#inner.durableRow;
    const merging = await MergeLoad.open(this.#staging, { mode: "upsert", isHardDelete: false });
    if (this.#columns !== undefined) await merging.setColumns(this.#columns);
    await merging.setKeys(this.#keyProperties);
    this.#inner = merging;
  }

  async commit({ restartRow, isEnd }: CommitMoment): Promise<void> {
    await this.#inner.commit({ restartRow, isEnd });
  }

  /**
   * Replaces the table's rows by the staged ones in one commit: readers see all old rows or all new ones.
   * `liveVersion` is kept in that commit, so that doing it twice is harmless. With `keepsDeleted` rows whose key is
   * not staged stay, marked by `_sdc_deleted_at`.
   */
  async activate(
    liveVersion: number | undefined,
    { keepsDeleted }: { readonly keepsDeleted: boolean },
  ): Promise<void> {
    const { store, stream, path, versionAppId, parts } = this.#context;
    try {
      const staged = await DeltaTable.open(this.#context.openStore(stagingFolder(this.version)));
      const live = await DeltaTable.open(store);
      const carried =
        keepsDeleted && live !== undefined ? await this.#carryOver(live, staged) : undefined;
      const schema = carried?.schema ?? staged?.schema ?? this.#columns?.schema;
      if (schema === undefined)
        throw new Error(`version ${this.version} of ${stream} has no columns`);
      const moved = staged === undefined ? [] : await this.#moveFiles(staged);
      const { partitionColumns } = (staged ?? (carried && live))?.metadata ?? parts;
      await overwrite(store, [...moved, ...(carried?.files ?? [])], {
        commitInfo: commitInfo(this.#context),
        ...(liveVersion === undefined
          ? {}
          : { appTransaction: { appId: versionAppId, version: liveVersion } }),
        // All files are new, and so is how they are split.
        createIfMissing: { schema, partitionColumns },
        configuration: { ...parts.configuration, ...columnNumber(staged, live) },
      });
      await clearStaging(
        store,
        (version) => version === this.version || isObsolete(version, liveVersion),
      );
    } catch (error) {
      throw commitError(error, stream, path);
    }
  }

  async #carryOver(live: DeltaTable, staged: DeltaTable | undefined): ReturnType<typeof carryOver> {
    const keys = this.#keyProperties.map((key) => this.#columns?.names.get(key) ?? key);
    return await carryOver({ context: this.#context, live, staged, keys, deletedAtMs: Date.now() });
  }

  async #moveFiles(staged: DeltaTable): Promise<AddFile[]> {
    const files: AddFile[] = [];
    for await (const file of staged.files()) {
      await moveToTable(this.#context.store, this.version, file);
      files.push({ ...file, dataChange: true, tags: { "singer.version": this.version } });
    }
    return files;
  }
}

const LAST_COLUMN = "delta.columnMapping.maxColumnId";

/** The number that the last column got in either table: the staged one's columns have theirs already. */
function columnNumber(...tables: readonly (DeltaTable | undefined)[]): Record<string, string> {
  const numbers = tables.map((table) => Number(table?.metadata.configuration[LAST_COLUMN] ?? 0));
  const last = Math.max(...numbers);
  return last === 0 ? {} : { [LAST_COLUMN]: String(last) };
}

/** Whether what is staged can never go live any more: what is live is newer, or its run is over. */
function isObsolete(version: string, liveVersion: number | undefined): boolean {
  if (!/^\d+$/.test(version)) return true;
  return liveVersion !== undefined && Number(version) <= liveVersion;
}
