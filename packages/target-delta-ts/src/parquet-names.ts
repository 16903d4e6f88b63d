import type { Log, Setting } from "singer-sdk-ts";
import type { Config } from "./settings.ts";

/** Settings of the Python target-parquets (estrategiahq's, hotglue's and Automattic's), so that their configuration runs as it is. */
export const parquetNames = {
  destination_path: {
    type: "string",
    description:
      "As in target-parquet: `path`, and `format: parquet` with it; not read when `path` is set.",
  },
  compression_method: {
    type: "string",
    description:
      "As in target-parquet: `compression`; codecs that are not written here become zstd.",
  },
  partition_cols: {
    type: "string",
    description: "As in target-parquet: `partition_columns`, separated by commas.",
  },
  streams_in_separate_folder: {
    type: "boolean",
    ignored: "every stream has a folder of its own",
    description: "A setting of target-parquet without effect here.",
  },
  file_size: {
    type: "integer",
    ignored: "files are closed by `file_size_mb`",
    description: "A setting of target-parquet without effect here.",
  },
  max_batch_size: {
    type: "integer",
    ignored: "memory is bounded by `max_memory_mb`",
    description: "A setting of target-parquet without effect here.",
  },
  max_pyarrow_table_size: {
    type: "integer",
    ignored: "memory is bounded by `max_memory_mb`",
    description: "A setting of target-parquet without effect here.",
  },
  logging_level: {
    type: "string",
    ignored: "the level is read from TARGET_DELTA_LOGLEVEL",
    description: "A setting of target-parquet without effect here.",
  },
  disable_collection: {
    type: "boolean",
    ignored: "nothing is collected",
    description: "A setting of target-parquet without effect here.",
  },
} as const satisfies Readonly<Record<string, Setting>>;

/** The configuration under our own names: files of Parquet where only target-parquet's name of the folder is set. */
export function withOwnNames(config: Config, log: Log): Config {
  const { path, destination_path: folder, partition_cols: columns } = config;
  return {
    ...config,
    ...(path === undefined && folder !== undefined && { path: folder, format: "parquet" }),
    ...(config.compression_method !== undefined && {
      compression: codec(config.compression_method, log),
    }),
    ...(columns !== undefined && {
      partition_columns: columns
        .split(",")
        .map((column) => column.trim())
        .filter((column) => column !== ""),
    }),
  };
}

function codec(name: string, log: Log): Config["compression"] {
  const lower = name.toLowerCase();
  if (lower === "snappy" || lower === "zstd" || lower === "none") return lower;
  if (lower === "" || lower === "uncompressed") return "none";
  log.warn("compression_replaced", { asked: lower, used: "zstd" });
  return "zstd";
}
