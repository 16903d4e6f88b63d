import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../error.ts";
import { JsonlFile } from "./batch-file.ts";
import { BatchOutput } from "./batch-output.ts";
import type { BatchConfig } from "./batch-settings.ts";
import type { ParquetCompression, ParquetRows } from "./parquet-file.ts";

/** The output that a tap's `batch_config` asks for; E_SETTING when it can't be had. */
export async function openBatches({
  encoding,
  storage,
  batch_size: rowsMax,
}: BatchConfig): Promise<BatchOutput> {
  const root = folderOf(storage.root);
  const { prefix } = storage;
  if (encoding.format === "jsonl") {
    const compression = oneOf(encoding.compression ?? "none", ["none", "gzip"], "jsonl");
    return new BatchOutput({
      root,
      prefix,
      rowsMax,
      encoding: compression === "none" ? { format: "jsonl" } : { format: "jsonl", compression },
      extension: compression === "none" ? "jsonl" : "jsonl.gz",
      keepsLines: false,
      openFile: (path) => new JsonlFile(path, compression),
    });
  }
  const compression = oneOf(
    encoding.compression ?? "snappy",
    ["snappy", "zstd", "none"],
    "parquet",
  );
  return new BatchOutput({
    root,
    prefix,
    rowsMax,
    encoding: { format: "parquet", compression },
    extension: "parquet",
    keepsLines: true,
    openFile: await parquetOpener(compression),
  });
}

/** Rows of a stream stay with one reader until its schema changes. */
async function parquetOpener(compression: ParquetCompression) {
  const { ParquetRows: Rows } = await loadParquet();
  const streams = new Map<string, { readonly schemaLine: Buffer; readonly rows: ParquetRows }>();
  return (path: string, stream: string, schemaLine: Buffer) => {
    let known = streams.get(stream);
    if (known?.schemaLine.equals(schemaLine) !== true) {
      known = { schemaLine, rows: new Rows(stream, schemaLine, compression) };
      streams.set(stream, known);
    }
    return known.rows.openFile(path);
  };
}

/** Both are optional peers: a tap that writes no Parquet needs neither. */
async function loadParquet(): Promise<typeof import("./parquet-file.ts")> {
  try {
    return await import("./parquet-file.ts");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new UserError("E_SETTING", "`batch_config` asks for parquet, whose encoder is missing", {
      hint: "npm install delta-lake-ts apache-arrow, beside the tap",
      cause,
    });
  }
}

function folderOf(root: string): string {
  if (root.startsWith("file://")) return fileURLToPath(root);
  if (!/^[a-z][a-z0-9+]+:\/\//i.test(root)) return resolve(root);
  throw new UserError("E_SETTING", `setting \`batch_config.storage.root\` is ${root}`, {
    hint: "give a folder as a path or file:// URL; buckets are not written to by taps",
  });
}

function oneOf<const T extends string>(name: string, names: readonly T[], format: string): T {
  const found = names.find((one) => one === name);
  if (found !== undefined) return found;
  throw new UserError(
    "E_SETTING",
    `setting \`batch_config.encoding.compression\` is ${name}, which ${format} does not have`,
    { hint: `${format} has ${names.join(", ")}` },
  );
}
