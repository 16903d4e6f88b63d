import type { Column, Log, SchemaMessage } from "singer-sdk-ts";
import { UserError } from "singer-sdk-ts";
import type { ColumnarReader } from "singer-sdk-ts/columnar";
import { AUDIT_TABLE, type AuditRun, type LoadEntry } from "../audit.ts";
import { fingerprint } from "../fingerprint.ts";
import type { SchemaContract } from "../schema-contract.ts";
import type { Config } from "../settings.ts";
import type { Verification } from "../verify.ts";
import { BatchLedger } from "./batch-ledger.ts";
import { openWorkspace, type Workspace, warehousePath } from "./connection.ts";
import { DbfsStore } from "./dbfs-store.ts";
import { NewTables } from "./new-tables.ts";
import { qualifiedName } from "./sql-text.ts";
import { SqlVolumeStore } from "./sql-volume-store.ts";
import { StagingArea } from "./staging-area.ts";
import { showTables } from "./statement.ts";
import { tableLayout } from "./table-layout.ts";
import { tableName } from "./table-name.ts";
import { VersionLedger } from "./version-ledger.ts";
import { VolumeStore } from "./volume-store.ts";
import { isMissing, Warehouse } from "./warehouse.ts";
import { writeWarehouseAudit } from "./warehouse-audit.ts";
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
  readonly #newTables: NewTables;
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
    const { tags = {}, grants = {} } = this.#databricks;
    this.#newTables = new NewTables({ warehouse: this.#warehouse, tags, grants, log: run.log });
  }

  /** Finds the warehouse, and makes schema and volume when they are missing and the login may. */
  static async open(
    config: Config,
    run: { readonly id: string; readonly startedMs: number; readonly log: Log },
  ): Promise<WarehouseTarget> {
    const databricks = config.databricks ?? databricksDefaults();
    const workspace = openWorkspace(databricks);
    const path = await warehousePath(databricks, workspace.api);
    const { query_tags: queryTags = {} } = databricks;
    const warehouse = new Warehouse({ workspace, path, queryTags, log: run.log });
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
      partitionColumns,
    }: {
      readonly path: string;
      readonly loadMethod: Config["load_method"];
      readonly contract: SchemaContract;
      readonly partitionColumns: readonly string[];
    },
  ): WarehouseStream {
    const { stream } = message;
    const table = tableName(path);
    const layout = tableLayout(message, {
      clusterBy: this.#config.streams?.[stream]?.cluster_by ?? this.#databricks.cluster_by,
      partitionBy: partitionColumns,
      properties: {
        ...(this.#config.type_widening ? { "delta.enableTypeWidening": "true" } : {}),
        ...this.#config.table_properties,
      },
    });
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
          creation: { layout, newTables: this.#newTables },
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

  /** Writes down what the run did to each stream's table. */
  async audit(run: AuditRun, entries: readonly Omit<LoadEntry, "store">[]): Promise<void> {
    const tables = entries.map((entry) => ({ ...entry, name: this.#name(tableName(entry.path)) }));
    await writeWarehouseAudit(this.#warehouse, this.#name(AUDIT_TABLE), { run, tables });
  }

  /** Joins small files, and with `vacuum` deletes what no version of the last 7 days needs; a failure harms nothing. */
  async maintain(tables: readonly string[], maintenance: "compact" | "vacuum"): Promise<void> {
    const commands = maintenance === "vacuum" ? ["OPTIMIZE", "VACUUM"] : ["OPTIMIZE"];
    for (const table of tables) {
      const name = this.#name(table);
      try {
        for (const command of commands) await this.#warehouse.run(`${command} ${name}`);
        this.#run.log.info("table_maintained", { table, commands });
      } catch (error) {
        this.#run.log.warn("maintenance_failed", { table, reason: String(error) });
      }
    }
  }

  async close(): Promise<void> {
    await this.#warehouse.close();
  }

  #name(table: string): string {
    return qualifiedName(this.#databricks.catalog, this.#databricks.schema, table);
  }

  get #isBySql(): boolean {
    return this.#databricks.staging_method === "sql";
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
    const isOnDbfs = this.#databricks.staging_method === "dbfs";
    const folder = isOnDbfs ? `dbfs:${dbfs}` : this.#volume;
    const volumeStore = this.#isBySql
      ? new SqlVolumeStore(this.#warehouse, this.#volume)
      : new VolumeStore(api, this.#volume);
    const store = isOnDbfs ? new DbfsStore(api, dbfs) : volumeStore;
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
    if (this.#databricks.staging_method === "dbfs" || (await this.#hasVolume())) return;
    const { catalog, schema, volume } = this.#databricks;
    await this.#warehouse.run(`CREATE SCHEMA IF NOT EXISTS ${qualifiedName(catalog, schema)}`);
    await this.#warehouse.run(
      `CREATE VOLUME IF NOT EXISTS ${qualifiedName(catalog, schema, volume)}`,
    );
  }

  async #hasVolume(): Promise<boolean> {
    if (this.#isBySql) {
      const { catalog, schema, volume } = this.#databricks;
      const describe = `DESCRIBE VOLUME ${qualifiedName(catalog, schema, volume)}`;
      return await this.#warehouse.run(describe).then(
        () => true,
        (error: unknown) => {
          if (isMissing(error)) return false;
          throw error;
        },
      );
    }
    const path = `/api/2.0/fs/directories${this.#volume}`;
    const call = { method: "HEAD", path, accepted: [404] } as const;
    return (await this.#workspace.api.call(call)).status !== 404;
  }
}

function databricksDefaults(): never {
  throw new UserError("E_SETTING", "setting `path` is missing", {
    hint: "set `path` to a folder, or DATABRICKS_HOST and DATABRICKS_TOKEN to load into a SQL warehouse",
    exitCode: 2,
  });
}
