import { availableParallelism } from "node:os";
import { EncodeWorker } from "delta-lake-ts";
import { type Column, type Log, type SchemaMessage, UserError } from "singer-sdk-ts";
import { AUDIT_TABLE, type LoadEntry, writeAudit } from "./audit.ts";
import { isCatalog } from "./databricks/catalog-store.ts";
import { tableName } from "./databricks/table-name.ts";
import type { WarehouseTarget } from "./databricks/warehouse-target.ts";
import { fileName } from "./file-name.ts";
import { fingerprint } from "./fingerprint.ts";
import type { TableContext } from "./load/table-context.ts";
import { maintain } from "./maintenance.ts";
import { checkColumnsLeft, type Partitioning, partitioning } from "./partition-setting.ts";
import { REJECTS_SUFFIX } from "./rejects.ts";
import { type RecordCounts, type StreamReport, tableReport } from "./report.ts";
import type { RunStream } from "./run.ts";
import { EVOLVE, type SchemaContract } from "./schema-contract.ts";
import type { Config } from "./settings.ts";
import { StreamLoad, type StreamOptions } from "./stream-load.ts";
import { TablePaths, tablePath } from "./table-path.ts";
import { openStore, pathMissing } from "./table-store.ts";
import type { Verification } from "./verify.ts";

/** Streams that a warehouse loads at once: each has one statement on its way. */
const WAREHOUSE_STREAMS = 4;

/** The run that loads: its name in commits, and when it began, milliseconds since 1970. */
export interface RunIdentity {
  readonly id: string;
  readonly startedMs: number;
  readonly log: Log;
}

/** What a run did to a stream. */
type LoadedStream = Pick<RunStream, "rowCount" | "method"> & {
  readonly checksum?: string | undefined;
};

/** Where one stream goes. */
interface Placement {
  /** The table's folder below the target's `path`. */
  readonly path: string;
  readonly loadMethod: StreamOptions["loadMethod"];
  readonly partitionColumns: readonly string[];
  readonly contract: SchemaContract;
  readonly reject: TableContext["reject"];
  readonly validFromColumn: string | undefined;
}

/** The tables of one run: finds the place of each stream, and opens its load. */
export class Tables {
  readonly #config: Config;
  readonly #run: RunIdentity;
  readonly #paths = new TablePaths();
  readonly #warehouse: WarehouseTarget | undefined;
  /** Where there is a second core, files are encoded beside the reading of the next rows. */
  readonly #encodeWorker = availableParallelism() > 1 ? new EncodeWorker() : undefined;

  private constructor(config: Config, run: RunIdentity, warehouse: WarehouseTarget | undefined) {
    this.#config = config;
    this.#run = run;
    this.#warehouse = warehouse;
  }

  static async open(config: Config, run: RunIdentity): Promise<Tables> {
    if (
      Object.keys(config.table_properties ?? {}).some((name) => /^delta\.columnMapping/i.test(name))
    )
      throw new UserError(
        "E_SETTING",
        "`table_properties` asks for column mapping, which has a setting of its own",
        { hint: "set `column_names: mapping` instead" },
      );
    if (config.file_naming_scheme !== undefined) checkFileNaming(config, run);
    const warehouse = isWarehouse(config) ? await openWarehouse(config, run) : undefined;
    return new Tables(config, run, warehouse);
  }

  /** Streams that are made durable at once: on this machine one keeps a core busy, a warehouse is waited for. */
  get parallelStreams(): number {
    return this.#warehouse === undefined ? 1 : WAREHOUSE_STREAMS;
  }

  /** The load of a stream, by what the settings say of it. */
  openStream(
    message: SchemaMessage,
    columns: readonly Column[],
    reject: TableContext["reject"],
  ): RunStream {
    const override = this.#config.streams?.[message.stream];
    return this.#open(message, columns, {
      path: streamPath(this.#config, message.stream),
      loadMethod: override?.load_method ?? this.#config.load_method,
      partitionColumns: override?.partition_columns ?? this.#config.partition_columns,
      contract: streamContract(this.#config, message.stream),
      reject,
      validFromColumn: override?.valid_from_column ?? this.#config.valid_from_column,
    });
  }

  /** The load of a stream's rejects, beside the table of the stream: no setting of the stream holds for it. */
  openRejects(message: SchemaMessage, columns: readonly Column[]): RunStream {
    const stream = message.stream.slice(0, -REJECTS_SUFFIX.length);
    return this.#open(message, columns, {
      path: `${streamPath(this.#config, stream)}${REJECTS_SUFFIX}`,
      loadMethod: this.#config.format === "parquet" ? "append" : "insert-only",
      partitionColumns: [],
      contract: EVOLVE,
      reject: () => Promise.reject(new Error("a rejects table takes every record")),
      validFromColumn: undefined,
    });
  }

  /** Compares a Singer stream with the tables by the warehouse; `undefined` when the tables are in a folder. */
  verifyInWarehouse(
    ...options: Parameters<WarehouseTarget["verify"]>
  ): AsyncGenerator<Verification> | undefined {
    return this.#warehouse?.verify(...options);
  }

  /** Writes down what the run did to each stream's table. */
  async audit(
    streams: ReadonlyMap<string, LoadedStream>,
    countsOf: (stream: string) => RecordCounts,
  ): Promise<void> {
    if (!this.#config.load_audit) return;
    const { id, startedMs } = this.#run;
    const run = { id, startedMs, finishedMs: Date.now() };
    const loaded = Array.from(this.#entries(streams), (entry) => ({
      ...entry,
      records: countsOf(entry.stream),
    }));
    if (this.#warehouse !== undefined) return await this.#warehouse.audit(run, loaded);
    if (!this.#areDelta) return;
    const entries = loaded.map((entry) => ({
      ...entry,
      store: openStore(this.#config, entry.path),
    }));
    await writeAudit(openStore(this.#config, AUDIT_TABLE), run, entries);
  }

  /** What the run left of each stream, for its report. */
  async report(
    streams: ReadonlyMap<string, LoadedStream>,
    countsOf: (stream: string) => RecordCounts,
  ): Promise<readonly StreamReport[]> {
    const reports: StreamReport[] = [];
    for (const { stream, path, method, rowCount: received } of this.#entries(streams)) {
      const table = this.#areDelta
        ? await tableReport({ store: openStore(this.#config, path), path }, this.#run)
        : undefined;
      const counts = countsOf(stream);
      reports.push({
        stream,
        method,
        received,
        ...counts,
        ...(table === undefined ? {} : { table }),
      });
    }
    return reports;
  }

  /** Takes care of the tables after a run that ended well; a failure is told and harms nothing. */
  async maintain(): Promise<void> {
    const { maintenance, compression, file_size_mb: fileSizeMb } = this.#config;
    if (maintenance === "none") return;
    if (this.#warehouse !== undefined)
      return await this.#warehouse.maintain(this.#paths.all(), maintenance);
    if (!this.#areDelta) return;
    const options = { deletes: maintenance === "vacuum", compression, fileSizeMb };
    for (const path of this.#paths.all()) {
      const store = openStore(this.#config, path);
      await maintain(store, options).then(
        (done) => done.isChanged && this.#run.log.info("table_maintained", { path, ...done }),
        (error: unknown) =>
          this.#run.log.warn("maintenance_failed", { path, reason: String(error) }),
      );
    }
  }

  async close(): Promise<void> {
    await this.#encodeWorker?.close();
    await this.#warehouse?.close();
  }

  /** Whether the tables are Delta tables that this process writes itself. */
  get #areDelta(): boolean {
    return this.#config.format === "delta" && this.#warehouse === undefined;
  }

  /** The streams of the run with their tables. */
  *#entries(
    streams: ReadonlyMap<string, LoadedStream>,
  ): Generator<Omit<LoadEntry, "store" | "records">> {
    for (const [stream, { rowCount, checksum, method = "append" }] of streams) {
      yield { stream, path: streamPath(this.#config, stream), method, rowCount, checksum };
    }
  }

  #open(message: SchemaMessage, columns: readonly Column[], placement: Placement): RunStream {
    const { stream } = message;
    const { path, loadMethod, partitionColumns, contract, reject, validFromColumn } = placement;
    const { id: runId, startedMs, log } = this.#run;
    const config = this.#config;
    const isInCatalog = this.#warehouse !== undefined || isCatalog(config.path);
    this.#paths.reserve(stream, isInCatalog ? tableName(path) : path);
    const keepsNames = config.column_names === "mapping" && config.format === "delta";
    const partitions = partitioning(stream, partitionColumns, columns);
    if (!config.add_record_metadata) checkColumnsLeft(stream, partitions, columns.length);
    const { columns: partitionNames, derived } = partitions;
    if (this.#warehouse !== undefined)
      checkWarehouse(stream, { loadMethod, contract, derived, keepsNames });
    if (this.#warehouse !== undefined)
      return this.#warehouse.openStream(message, columns, placement);
    if (keepsNames && partitionNames.length > 0) throw partitionedMapping(stream);
    const context = {
      stream,
      path,
      store: openStore(config, path),
      openStore: (folder: string) => openStore(config, path, folder),
      parts: {
        compression: config.compression,
        fileSizeBytes: config.file_size_mb * 1024 * 1024,
        partitionColumns: partitionNames,
        configuration: {
          ...config.table_properties,
          ...(keepsNames ? { "delta.columnMapping.mode": "name" } : {}),
          ...(config.type_widening ? { "delta.enableTypeWidening": "true" } : {}),
        },
        ...(this.#encodeWorker === undefined ? {} : { encodeWorker: this.#encodeWorker }),
      },
      contract,
      reject,
      keepsNames,
      derived,
      fileNaming: config.file_naming_scheme,
      validFromColumn,
      batchAppId: `target-delta/${fingerprint(config.pipeline_id, stream, path)}`,
      versionAppId: `target-delta-version/${fingerprint(config.pipeline_id, stream, path)}`,
      runId,
      commitTag: config.commit_tag,
      startedMs,
      log,
    };
    const options = {
      format: config.format,
      loadMethod,
      isHardDelete: config.hard_delete,
      hasMetadata: config.add_record_metadata,
      isAudited: config.load_audit,
      rejectsKeyless: config.max_rejects > 0,
    };
    return new StreamLoad(context, options, message, columns);
  }
}

/** The folder of a stream's table below the target's `path`. */
export function streamPath(config: Config, stream: string): string {
  return tablePath(stream, config.streams?.[stream]?.table_path ?? config.table_path);
}

/** What may become of the columns of a stream's table. */
export function streamContract(config: Config, stream: string): SchemaContract {
  return config.streams?.[stream]?.schema_contract ?? config.schema_contract ?? EVOLVE;
}

/** Whether tables are loaded by a SQL warehouse instead of being written to a folder. */
function isWarehouse({ path, databricks, format }: Config): boolean {
  if (path === "databricks:" && format === "parquet")
    throw new UserError(
      "E_SETTING",
      "`format: parquet` needs a folder, and `path` is databricks:",
      {
        hint: "set `path` to a volume (/Volumes/catalog/schema/volume/…) or dbfs:/…",
      },
    );
  if (path === undefined && databricks?.host === undefined) throw pathMissing();
  return path === "databricks:" || path === undefined;
}

/** Throws E_SETTING before the first row when names of files can't be made of the template. */
function checkFileNaming({ file_naming_scheme: template = "", format }: Config, run: RunIdentity) {
  if (format === "delta") {
    throw new UserError(
      "E_SETTING",
      "`file_naming_scheme` is for `format: parquet`: the log of a Delta table names its files",
      { hint: "leave it out; `partition_columns` makes folders" },
    );
  }
  fileName(template, { stream: "a", runId: run.id, startedMs: run.startedMs, number: 1 });
}

/** Throws E_SETTING for what only this process writes. */
function checkWarehouse(
  stream: string,
  {
    loadMethod,
    contract,
    derived,
    keepsNames,
  }: Pick<Placement, "loadMethod" | "contract"> &
    Pick<Partitioning, "derived"> &
    Pick<TableContext, "keepsNames">,
): void {
  const problem =
    loadMethod === "history"
      ? "load method history is"
      : derived.length > 0
        ? "partition columns made of a time are"
        : Object.values(contract).includes("reject")
          ? "rejects of a schema contract are"
          : keepsNames
            ? "names by column mapping are"
            : undefined;
  if (problem === undefined) return;
  throw new UserError("E_SETTING", `stream ${stream}: ${problem} not written by a SQL warehouse`, {
    hint: "set `path` to a folder, or leave them out",
  });
}

function partitionedMapping(stream: string): UserError {
  return new UserError(
    "E_SETTING",
    `stream ${stream}: \`column_names: mapping\` is for tables without partitions`,
    { hint: "leave out `partition_columns`, or let names be sanitised" },
  );
}

/** Whether a stream keeps a history, so that it matters when its records were extracted. */
export function hasHistory({ load_method, streams = {} }: Config): boolean {
  const methods = [load_method, ...Object.values(streams).map((stream) => stream.load_method)];
  return methods.includes("history");
}

async function openWarehouse(config: Config, run: RunIdentity): Promise<WarehouseTarget> {
  const { WarehouseTarget: Target } = await import("./databricks/warehouse-target.ts");
  return await Target.open(config, run);
}
