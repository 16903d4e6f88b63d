import type { ConfigOf, Setting } from "../settings.ts";

/** Settings of every tap that writes BATCH messages; the names are the Meltano SDK's. */
export const batchSettings = {
  batch_config: {
    type: "object",
    required: ["encoding", "storage"],
    properties: {
      encoding: {
        type: "object",
        required: ["format"],
        properties: {
          format: {
            type: "string",
            enum: ["jsonl", "parquet"],
            description:
              "`jsonl` is read by every target that knows BATCH; `parquet` is smaller on disk, and needs delta-lake-ts and apache-arrow beside the tap.",
          },
          compression: {
            type: "string",
            enum: ["none", "gzip", "snappy", "zstd"],
            description:
              "none or gzip for jsonl, which is not compressed by itself; snappy, which is the default there, zstd or none for parquet.",
          },
        },
        description: "How the files are written.",
      },
      storage: {
        type: "object",
        required: ["root"],
        properties: {
          root: {
            type: "string",
            description:
              "Folder of the files, as a path or file:// URL; the target must see it under the same name.",
            examples: ["file:///tmp/batches"],
          },
          prefix: {
            type: "string",
            default: "",
            description: "What the files' names begin with.",
          },
        },
        description: "Where the files are written.",
      },
      batch_size: {
        type: "integer",
        minimum: 1,
        default: 100_000,
        description:
          "Rows of a file at most; a STATE leaves about as often, behind the files that hold its rows.",
      },
    },
    description:
      "Sends rows as files beside the stream, one BATCH message each, in place of RECORD messages; see docs/batch.md.",
  },
} as const satisfies Readonly<Record<string, Setting>>;

type Config = ConfigOf<{
  readonly type: "object";
  readonly required: readonly ["batch_config"];
  readonly properties: typeof batchSettings;
}>;

/** What a configuration says about BATCH messages. */
export type BatchConfig = Config["batch_config"];
