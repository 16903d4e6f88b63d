import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { LocalStore, type ObjectStore, openStore as openTableStore } from "delta-lake-ts";
import { type Log, UserError } from "singer-sdk-ts";
import { ColumnarReader } from "singer-sdk-ts/columnar";
import { isDatabricksFolder, openFileStore } from "./databricks/file-folder.ts";
import { tableName } from "./databricks/table-name.ts";
import type { WarehouseTarget } from "./databricks/warehouse-target.ts";
import { fingerprint } from "./fingerprint.ts";
import { FlushPolicy } from "./flush-policy.ts";
import { TargetRun } from "./run.ts";
import type { Config } from "./settings.ts";
import { StreamLoad } from "./stream-load.ts";
import { TablePaths, tablePath } from "./table-path.ts";
import { verify } from "./verify.ts";

/** Rows of one Arrow batch at most: a commit is made of many (speed.md, section 4). */
const ARROW_BATCH_ROWS = 65_536;
const ARROW_BATCH_BYTES = 32 * 1024 * 1024;
const RECORD_BYTES_MAX = 256 * 1024 * 1024;

export interface LoadContext {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly input: Readable;
  readonly writeState: (text: string) => Promise<void>;
}

/** Loads a Singer stream into tables. */
export async function load({ config, log, signal, input, writeState }: LoadContext): Promise<void> {
  const runId = randomUUID();
  const startedMs = Date.now();
  const paths = new TablePaths();
  const policy = new FlushPolicy({
    rows: config.batch_size_rows,
    bytes: config.batch_size_bytes,
    ageMs: config.batch_wait_limit_seconds * 1000,
    memoryBytes: config.max_memory_mb * 1024 * 1024,
  });
  const warehouse = isWarehouse(config)
    ? await openWarehouse(config, { id: runId, startedMs, log })
    : undefined;
  const run = new TargetRun({
    reader: openReader({ config, input, log }),
    policy,
    log,
    signal,
    writeState,
    now: Date.now,
    openStream: ({ message, columns }) => {
      const { stream } = message;
      const override = config.streams?.[stream];
      const path = tablePath(stream, override?.table_path ?? config.table_path);
      paths.reserve(stream, warehouse === undefined ? path : tableName(path));
      if (warehouse !== undefined) return warehouse.openStream(message, columns);
      const context = {
        stream,
        path,
        store: openStore(config, path),
        openStore: (folder: string) => openStore(config, `${path}/${folder}`),
        parts: {
          compression: config.compression,
          fileSizeBytes: config.file_size_mb * 1024 * 1024,
          partitionColumns: override?.partition_columns ?? config.partition_columns,
        },
        batchAppId: `target-delta/${fingerprint(config.pipeline_id, stream, path)}`,
        versionAppId: `target-delta-version/${fingerprint(config.pipeline_id, stream, path)}`,
        runId,
        startedMs,
        log,
      };
      const options = {
        format: config.format,
        loadMethod: override?.load_method ?? config.load_method,
        isHardDelete: config.hard_delete,
        hasMetadata: config.add_record_metadata,
      };
      return new StreamLoad(context, options, message, columns);
    },
  });
  try {
    await run.run();
  } finally {
    await warehouse?.close();
  }
  for (const [stream, { rowCount, method }] of run.streams) {
    log.info("stream_loaded", { stream, rows: rowCount, method });
  }
  log.info("load_finished", { streams: run.streams.size, elapsedMs: Date.now() - startedMs });
}

/** Compares a Singer stream with the tables, prints one JSON line per stream, and gives the exit code. */
export async function verifyTables(
  { config, input, log }: LoadContext,
  print: (line: string) => Promise<void>,
): Promise<0 | 3> {
  let isMatch = true;
  const verifications = verify({
    reader: openReader({ config, input, log }),
    tablePath: (stream) =>
      tablePath(stream, config.streams?.[stream]?.table_path ?? config.table_path),
    openStore: (path) => openStore(config, path),
    now: Date.now,
  });
  for await (const verification of verifications) {
    await print(JSON.stringify(verification));
    isMatch &&= verification.match;
  }
  return isMatch ? 0 : 3;
}

function openReader({
  config,
  input,
  log,
}: Pick<LoadContext, "config" | "input" | "log">): ColumnarReader {
  return new ColumnarReader(input, {
    batchRows: Math.min(config.batch_size_rows, ARROW_BATCH_ROWS),
    batchBytes: Math.min(config.batch_size_bytes, ARROW_BATCH_BYTES),
    maxRecordBytes: RECORD_BYTES_MAX,
    rejects: "error",
    timeExtracted: config.add_record_metadata,
    warn: (event, fields) => log.warn(event, fields),
  });
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

async function openWarehouse(
  config: Config,
  run: { readonly id: string; readonly startedMs: number; readonly log: Log },
): Promise<WarehouseTarget> {
  const { WarehouseTarget: Target } = await import("./databricks/warehouse-target.ts");
  return await Target.open(config, run);
}

function openStore(config: Config, path: string): ObjectStore {
  if (config.path === undefined) throw pathMissing();
  if (isDatabricksFolder(config.path)) return openFileStore(config, `${config.path}/${path}`);
  const scheme = /^([a-z0-9]+):\/\//.exec(config.path)?.[1];
  if (scheme !== undefined && !/^(?:s3a?|abfss?|az|gs|file)$/.test(scheme)) {
    throw new UserError(
      "E_SETTING",
      `setting \`path\` starts with ${scheme}://, which is unknown`,
      {
        hint: "give a local folder, or a URL that starts with s3://, abfss://, az:// or gs://",
      },
    );
  }
  if (scheme !== undefined) return openTableStore(`${config.path}/${path}`);
  return new LocalStore(resolve(config.path, path));
}

function pathMissing(): UserError {
  return new UserError("E_SETTING", "setting `path` is missing", {
    hint: "set `path` to a folder, or DATABRICKS_HOST and DATABRICKS_TOKEN to load into a SQL warehouse",
  });
}
