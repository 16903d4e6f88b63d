import type { Column, Log, SchemaMessage } from "singer-sdk-ts";
import { UserError } from "singer-sdk-ts";
import { fingerprint } from "../fingerprint.ts";
import type { Config } from "../settings.ts";
import { tablePath } from "../table-path.ts";
import { BatchLedger } from "./batch-ledger.ts";
import { openWorkspace, type Workspace, warehousePath } from "./connection.ts";
import { qualifiedName } from "./sql-text.ts";
import { StagingArea } from "./staging-area.ts";
import { tableName } from "./table-name.ts";
import { VolumeStore } from "./volume-store.ts";
import { Warehouse } from "./warehouse.ts";
import { WarehouseStream } from "./warehouse-stream.ts";
import { WarehouseTable } from "./warehouse-table.ts";

const LEDGER_TABLE = "_singer_batches";

type DatabricksConfig = NonNullable<Config["databricks"]>;

/** A warehouse that streams are loaded into. */
export class WarehouseTarget {
  readonly #config: Config;
  readonly #databricks: DatabricksConfig;
  readonly #workspace: Workspace;
  readonly #warehouse: Warehouse;
  readonly #run: { readonly id: string; readonly startedMs: number; readonly log: Log };

  private constructor(
    config: Config,
    connection: { readonly workspace: Workspace; readonly warehouse: Warehouse },
    run: { readonly id: string; readonly startedMs: number; readonly log: Log },
  ) {
    this.#config = config;
    this.#databricks = config.databricks ?? databricksDefaults();
    this.#workspace = connection.workspace;
    this.#warehouse = connection.warehouse;
    this.#run = run;
  }

  /** Finds the warehouse, and makes schema and volume when they are missing and the login may. */
  static async open(
    config: Config,
    run: { readonly id: string; readonly startedMs: number; readonly log: Log },
  ): Promise<WarehouseTarget> {
    const databricks = config.databricks ?? databricksDefaults();
    const workspace = openWorkspace(databricks);
    const path = await warehousePath(databricks, workspace.api);
    const warehouse = new Warehouse({ workspace, path, log: run.log });
    const target = new WarehouseTarget(config, { workspace, warehouse }, run);
    await target.#prepareVolume();
    return target;
  }

  openStream(message: SchemaMessage, columns: readonly Column[]): WarehouseStream {
    const { stream } = message;
    const override = this.#config.streams?.[stream];
    const path = tablePath(stream, override?.table_path ?? this.#config.table_path);
    const table = tableName(path);
    const options = {
      loadMethod: override?.load_method ?? this.#config.load_method,
      isHardDelete: this.#config.hard_delete,
      hasMetadata: this.#config.add_record_metadata,
      startedMs: this.#run.startedMs,
      open: async () => ({
        stream,
        table: await WarehouseTable.open(this.#warehouse, { stream, name: this.#name(table) }),
        warehouse: this.#warehouse,
        staging: this.#staging(table),
        ledger: new BatchLedger(this.#warehouse, {
          table: this.#name(LEDGER_TABLE),
          appId: `target-delta/${fingerprint(this.#config.pipeline_id, stream, table)}`,
        }),
        isKeepingFiles: this.#databricks.keep_staged_files,
        log: this.#run.log,
      }),
    };
    return new WarehouseStream(options, message, columns);
  }

  async close(): Promise<void> {
    await this.#warehouse.close();
  }

  #name(table: string): string {
    return qualifiedName(this.#databricks.catalog, this.#databricks.schema, table);
  }

  get #volume(): string {
    const { catalog, schema, volume } = this.#databricks;
    return `/Volumes/${catalog}/${schema}/${volume}`;
  }

  #staging(table: string): StagingArea {
    const { compression, file_size_mb: fileSizeMb } = this.#config;
    return new StagingArea(new VolumeStore(this.#workspace.api, this.#volume), {
      folder: this.#volume,
      prefix: `${table.replace(/^[_.]/, "t$&")}/${this.#run.id}`,
      parts: { compression, fileSizeBytes: fileSizeMb * 1024 * 1024, partitionColumns: [] },
    });
  }

  async #prepareVolume(): Promise<void> {
    const path = `/api/2.0/fs/directories${this.#volume}`;
    const call = { method: "HEAD", path, accepted: [404] } as const;
    if ((await this.#workspace.api.call(call)).status !== 404) return;
    const { catalog, schema, volume } = this.#databricks;
    await this.#warehouse.run(`CREATE SCHEMA IF NOT EXISTS ${qualifiedName(catalog, schema)}`);
    await this.#warehouse.run(
      `CREATE VOLUME IF NOT EXISTS ${qualifiedName(catalog, schema, volume)}`,
    );
  }
}

function databricksDefaults(): never {
  throw new UserError("E_SETTING", "setting `path` is missing", {
    hint: "set `path` to a folder, or DATABRICKS_HOST and DATABRICKS_TOKEN to load into a SQL warehouse",
    exitCode: 2,
  });
}
