import { type RecordBatch, type Schema, tableFromIPC } from "apache-arrow";
import type { ParquetFile, RecordBatch as WasmBatch } from "parquet-wasm";
import { DeltaError } from "../error.ts";
import type { BlobLike } from "../store.ts";
import { tailBlob } from "./tail-blob.ts";
import { loadParquetWasm } from "./wasm.ts";
import { type BatchScratch, copyBatch, type WasmMemory } from "./wasm-batch.ts";

const BATCH_ROWS = 65_536;

export interface DecodeOptions {
  /** Only these top-level columns, by their names in the file; all when absent. */
  readonly columns?: readonly string[];
  readonly batchRows?: number;
  /** For who is done with each batch before the next: all are read into the same memory. */
  readonly scratch?: BatchScratch;
}

/** A Parquet file whose footer is read: read its columns as often as needed, then {@link close} it. */
export interface ParquetReader {
  /** Top-level columns, by their names in the file. */
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** Batch by batch, fetching only the byte ranges of the columns asked for. */
  read(options?: DecodeOptions): AsyncGenerator<RecordBatch>;
  close(): void;
}

/** Reads the footer of a file; E_DATA_FILE when it is no Parquet. */
export async function openParquetReader(file: BlobLike): Promise<ParquetReader> {
  const parquet = await openParquet(file);
  const schema = schemaOf(parquet);
  return {
    columns: schema.fields.map(({ name }) => name),
    rowCount: rowCountOf(parquet),
    read: (options = {}) => readBatches(parquet, schema, options),
    close: () => parquet.free(),
  };
}

/** Reads a Parquet file batch by batch, fetching only the byte ranges of the columns asked for. */
export async function* decodeParquet(
  file: BlobLike,
  options: DecodeOptions = {},
): AsyncGenerator<RecordBatch> {
  const parquet = await openParquet(file);
  try {
    yield* readBatches(parquet, schemaOf(parquet), options);
  } finally {
    parquet.free();
  }
}

/** Names of the top-level columns and the row count, from the footer alone. */
export async function readFooter(
  file: BlobLike,
): Promise<{ columns: readonly string[]; rowCount: number }> {
  const reader = await openParquetReader(file);
  reader.close();
  return { columns: reader.columns, rowCount: reader.rowCount };
}

function schemaOf(parquet: ParquetFile): Schema {
  return tableFromIPC(parquet.schema().intoIPCStream()).schema;
}

function rowCountOf(parquet: ParquetFile): number {
  const metadata = parquet.metadata();
  const fileMetadata = metadata.fileMetadata();
  const rowCount = fileMetadata.numRows();
  fileMetadata.free();
  metadata.free();
  return rowCount;
}

async function* readBatches(
  parquet: ParquetFile,
  schema: Schema,
  { columns, batchRows = BATCH_ROWS, scratch }: DecodeOptions,
): AsyncGenerator<RecordBatch> {
  const memory: WasmMemory = (await loadParquetWasm()).wasmMemory();
  // The columns come in the file's order, whatever the order of their names here.
  const read = columns === undefined ? schema : schema.select([...columns]);
  const stream = await parquet.stream({
    batchSize: batchRows,
    ...(columns === undefined ? {} : { columns: [...columns] }),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parquet-wasm types its stream without the element: it gives record batches.
  for await (const batch of stream as unknown as AsyncIterable<WasmBatch>) {
    const copied = copyBatch(batch, read, {
      memory,
      ...(scratch === undefined ? {} : { scratch }),
    });
    if (copied === undefined) {
      yield* tableFromIPC(batch.intoIPCStream()).batches;
      continue;
    }
    batch.free();
    yield copied;
  }
}

async function openParquet(file: BlobLike): Promise<ParquetFile> {
  const { ParquetFile } = await loadParquetWasm();
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Only size, slice and arrayBuffer are called on it.
    return await ParquetFile.fromFile(tailBlob(file) as unknown as Blob);
  } catch (error) {
    throw new DeltaError("E_DATA_FILE", `cannot open a Parquet file: ${String(error)}`, {
      cause: error,
    });
  }
}
