import type { Column, Log, SchemaMessage } from "singer-sdk-ts";
import { UserError } from "singer-sdk-ts";
import type { ColumnarReader } from "singer-sdk-ts/columnar";
import { fingerprint } from "../fingerprint.ts";
import type { SchemaContract } from "../schema-contract.ts";
import type { Config } from "../settings.ts";
import type { Verification } from "../verify.ts";
import { BatchLedger } from "./batch-ledger.ts";
import { openWorkspace, type Workspace, warehousePath } from "./connection.ts";
import { DbfsStore } from "./dbfs-store.ts";
import { qualifiedName } from "./sql-text.ts";
import { StagingArea } from "./staging-area.ts";
import { showTables } from "./statement.ts";
import { tableName } from "./table-name.ts";
import { VersionLedger } from "./version-ledger.ts";
import { VolumeStore } from "./volume-store.ts";
import { Warehouse } from "./warehouse.ts";
import { WarehouseStream } from "./warehouse-stream.ts";
import { WarehouseTable } from "./warehouse-table.ts";
import { verifyInWarehouse } from "./warehouse-verify.ts";

const LEDGER_TABLE = "_singer_batches";

type DatabricksConfig = NonNullable<Config["databricks"]>;

/** A warehouse that streams are loaded into. */
export class WarehouseTarget {
  readonly #config: Config;
  readonly #databricks: DatabricksConfig;
  readonly #workspace: Workspace;
  readonly #warehouse: Warehouse;
  readonly #run: { readonly id: string; readonly startedMs: number; readonly log: Log };
  /** Lower-case names of the tables of the schema when the run began. */
  #tables: ReadonlySet<string> = new Set();

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
    await target.#listTables();
    return target;
  }

  /** The load of a stream into the table that `path` becomes. */
  openStream(
    message: SchemaMessage,
    columns: readonly Column[],
    {
      path,
      loadMethod,
      contract,
    }: {
      readonly path: string;
      readonly loadMethod: Config["load_method"];
      readonly contract: SchemaContract;
    },
  ): WarehouseStream {
    const { stream } = message;
    const table = tableName(path);
    const options = {
      loadMethod,
      isHardDelete: this.#config.hard_delete,
      hasMetadata: this.#config.add_record_metadata,
      startedMs: this.#run.startedMs,
      log: this.#run.log,
      open: async () => ({
        stream,
        table: await WarehouseTable.open(this.#warehouse, {
          stream,
          name: this.#name(table),
          isAbsent: !this.#tables.has(table.toLowerCase()),
          contract,
        }),
        warehouse: this.#warehouse,
        staging: this.#staging(table),
        ledger: new BatchLedger(this.#warehouse, {
          table: this.#name(LEDGER_TABLE),
          appId: `target-delta/${fingerprint(this.#config.pipeline_id, stream, table)}`,
        }),
        versions: new VersionLedger(this.#warehouse, {
          table: this.#name(LEDGER_TABLE),
          appId: `target-delta-version/${fingerprint(this.#config.pipeline_id, stream, table)}`,
        }),
        isKeepingFiles: this.#databricks.keep_staged_files,
        log: this.#run.log,
      }),
    };
    return new WarehouseStream(options, message, columns);
  }

  /** Compares a Singer stream with the tables, by the warehouse. */
  verify(
    reader: ColumnarReader,
    { pathOf, now }: { readonly pathOf: (stream: string) => string; readonly now: () => number },
  ): AsyncGenerator<Verification> {
    return verifyInWarehouse({
      reader,
      now,
      warehouse: this.#warehouse,
      openTable: async (stream) => {
        const path = pathOf(stream);
        const table = tableName(path);
        const isAbsent = !this.#tables.has(table.toLowerCase());
        const names = { stream, name: this.#name(table), isAbsent };
        return {
          path,
          isAbsent,
          table: await WarehouseTable.open(this.#warehouse, names),
          staging: this.#staging(`verify/${table}`),
        };
      },
    });
  }

  async close(): Promise<void> {
    await this.#warehouse.close();
  }

  #name(table: string): string {
    return qualifiedName(this.#databricks.catalog, this.#databricks.schema, table);
  }

  get #isOnDbfs(): boolean {
    return this.#databricks.staging_method === "dbfs";
  }

  get #volume(): string {
    const { catalog, schema, volume } = this.#databricks;
    return `/Volumes/${catalog}/${schema}/${volume}`;
  }

  #staging(table: string): StagingArea {
    const { compression, file_size_mb: fileSizeMb } = this.#config;
    const { api } = this.#workspace;
    const { catalog, schema } = this.#databricks;
    const dbfs = `/singer_staging/${catalog}/${schema}`;
    const [store, folder] = this.#isOnDbfs
      ? [new DbfsStore(api, dbfs), `dbfs:${dbfs}`]
      : [new VolumeStore(api, this.#volume), this.#volume];
    return new StagingArea(store, {
      folder,
      prefix: `${table.replace(/^[_.]/, "t$&")}/${this.#run.id}`,
      parts: {
        compression,
        fileSizeBytes: fileSizeMb * 1024 * 1024,
        partitionColumns: [],
        configuration: {},
      },
    });
  }

  /** One statement here saves one for each table that is not there yet. */
  async #listTables(): Promise<void> {
    const { catalog, schema } = this.#databricks;
    const rows = await this.#warehouse.run(showTables(qualifiedName(catalog, schema)));
    this.#tables = new Set(rows.map(({ tableName: name }) => String(name).toLowerCase()));
  }

  async #prepareVolume(): Promise<void> {
    if (this.#isOnDbfs) return;
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
