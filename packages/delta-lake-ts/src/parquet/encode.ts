import {
  type DataType,
  type RecordBatch,
  Table,
  DataType as TypeGuard,
  tableToIPC,
} from "apache-arrow";
import type { RecordBatch as WasmBatch, WriterProperties } from "parquet-wasm";
import { isLowCardinality } from "./dictionary.ts";
import { loadParquetWasm } from "./wasm.ts";

export type Compression = "snappy" | "zstd" | "none";

export interface ParquetOptions {
  /** Default: snappy. */
  readonly compression?: Compression;
  /** Bytes of encoded data after which a row group ends. Default: 32 MiB. */
  readonly rowGroupBytes?: number;
  /** Rows after which a row group ends. Default: 1,048,576. */
  readonly rowGroupRows?: number;
  /** Top-level columns whose footer statistics are left out: those that hold a NaN (delta.md §1.7). */
  readonly unboundedColumns?: readonly string[];
  /** Read once, when the file is finished: entries for the footer. */
  readonly keyValueMetadata?: ReadonlyMap<string, string>;
}

const ROW_GROUP_BYTES = 32 * 1024 * 1024;
/** Delta asks for row groups of at most 128 MiB; rows are capped for tables of tiny rows. */
const ROW_GROUP_ROWS = 1_048_576;
/** parquet-rs's own limit of a page, and a limit of the open pages of all columns: wide tables get smaller ones. */
const PAGE_BYTES = 1024 * 1024;
const ALL_PAGES_BYTES = 16 * 1024 * 1024;
const CREATED_BY = "delta-lake-ts";

/** A batch, and the same as an Arrow stream. */
interface PendingBatch {
  readonly batch: RecordBatch;
  readonly bytes: Uint8Array;
}

/**
 * One Parquet file being written. Batches go in by {@link write}, bytes come out of {@link output} at each row group;
 * all batches have the same schema. `output` must be read, or writing waits for ever.
 */
export class ParquetEncoder {
  readonly output: AsyncIterable<Uint8Array>;
  /** Arrow bytes taken in, and Parquet bytes given out, so far. */
  inputBytes = 0;
  outputBytes = 0;
  /** Arrow bytes taken in since bytes came out: they wait, encoded, for the end of their row group. */
  heldBytes = 0;
  readonly #options: ParquetOptions;
  #pending: PendingBatch | undefined;
  #isClosed = false;
  #failure: Error | undefined;
  #wake: () => void = () => {};
  #taken: () => void = () => {};

  constructor(options: ParquetOptions = {}) {
    this.#options = options;
    this.output = this.#encode();
  }

  /**
   * Resolves when the encoder has taken the batch; rejects when encoding failed or the reader of `output` left.
   * `bytes` is the batch as an Arrow stream, where the caller has it already.
   */
  async write(batch: RecordBatch, bytes?: Uint8Array): Promise<void> {
    this.#checkFailure();
    this.#pending = { batch, bytes: bytes ?? tableToIPC(new Table([batch]), "stream") };
    this.#wake();
    await new Promise<void>((resolve) => {
      this.#taken = resolve;
    });
    this.#checkFailure();
  }

  /** No more batches follow; `output` ends after the footer. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Ends the file without a footer; whoever reads `output` gets `reason`. */
  abort(reason: unknown): void {
    this.#failure = toError(reason);
    this.#wake();
  }

  #checkFailure(): void {
    const failure = this.#failure;
    if (failure !== undefined) throw failure;
  }

  async *#encode(): AsyncGenerator<Uint8Array> {
    try {
      const parquet = await this.#begin();
      if (parquet === undefined) return;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parquet-wasm types its stream without the element: it gives byte arrays.
      for await (const chunk of parquet as unknown as AsyncIterable<Uint8Array>) {
        this.outputBytes += chunk.length;
        this.heldBytes = 0;
        yield chunk;
      }
      if (this.#failure !== undefined) throw this.#failure;
    } catch (error) {
      this.#failure ??= toError(error);
      throw this.#failure;
    } finally {
      this.#failure ??= new Error("the Parquet file is finished");
      this.#taken();
    }
  }

  /** The Parquet file as a stream, once there is a first batch, whose values decide the encodings. */
  async #begin(): Promise<ReadableStream | undefined> {
    const first = await this.#next();
    if (first === undefined) return undefined;
    const wasm = await loadParquetWasm();
    const properties = await createProperties(first.batch, this.#options);
    const source = ReadableStream.from(this.#wasmBatches(this.#toWasm(first, wasm.Table)));
    return await wasm.transformParquetStream(source, properties);
  }

  /** Keeps no batch while it waits for the next: many files may be open for long. */
  async *#wasmBatches(first: WasmBatch): AsyncGenerator<WasmBatch> {
    yield first;
    const { Table: WasmTable } = await loadParquetWasm();
    const next = async (): Promise<WasmBatch | undefined> => {
      const pending = await this.#next();
      return pending === undefined ? undefined : this.#toWasm(pending, WasmTable);
    };
    for (let batch = await next(); batch !== undefined; batch = await next()) yield batch;
  }

  #toWasm({ bytes }: PendingBatch, table: typeof import("parquet-wasm")["Table"]): WasmBatch {
    this.inputBytes += bytes.length;
    this.heldBytes += bytes.length;
    const wasmTable = table.fromIPCStream(bytes);
    const wasmBatch = wasmTable.recordBatch(0);
    wasmTable.free();
    if (wasmBatch === undefined) throw new Error("an Arrow stream of one batch came back empty");
    return wasmBatch;
  }

  /** The next batch, or undefined at the end; tells the writer that it was taken. */
  async #next(): Promise<PendingBatch | undefined> {
    this.#taken();
    while (this.#pending === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }
}

/** Encodes batches of one schema as one Parquet file. */
export async function* encodeParquet(
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  options: ParquetOptions = {},
): AsyncGenerator<Uint8Array> {
  const encoder = new ParquetEncoder(options);
  const writing = (async (): Promise<void> => {
    try {
      for await (const batch of batches) await encoder.write(batch);
      encoder.close();
    } catch (error) {
      encoder.abort(error);
    }
  })();
  yield* encoder.output;
  await writing;
}

/** Chooses the encoding of each column from the first batch: a dictionary only where values repeat (speed.md §4). */
async function createProperties(
  batch: RecordBatch,
  options: ParquetOptions,
): Promise<WriterProperties> {
  const wasm = await loadParquetWasm();
  const codecs = {
    snappy: wasm.Compression.SNAPPY,
    zstd: wasm.Compression.ZSTD,
    none: wasm.Compression.UNCOMPRESSED,
  };
  const pageBytes = Math.min(PAGE_BYTES, Math.ceil(ALL_PAGES_BYTES / batch.schema.fields.length));
  let builder = new wasm.WriterPropertiesBuilder()
    .setCreatedBy(CREATED_BY)
    .setCompression(codecs[options.compression ?? "snappy"])
    .setMaxRowGroupBytes(options.rowGroupBytes ?? ROW_GROUP_BYTES)
    .setMaxRowGroupSize(options.rowGroupRows ?? ROW_GROUP_ROWS)
    .setDataPageSizeLimit(pageBytes)
    .setDictionaryPageSizeLimit(pageBytes)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk);
  for (const [index, { name, type }] of batch.schema.fields.entries()) {
    const data = batch.data.children[index];
    if (data === undefined || isNested(type)) continue;
    if (!isLowCardinality(data)) builder = builder.setColumnDictionaryEnabled(name, false);
  }
  for (const column of options.unboundedColumns ?? []) {
    const field = batch.schema.fields.find(({ name }) => name === column);
    // parquet-wasm names no column below the top level: there the whole file goes without footer statistics.
    builder =
      field !== undefined && isNested(field.type)
        ? builder.setStatisticsEnabled(wasm.EnabledStatistics.None)
        : builder.setColumnStatisticsEnabled(column, wasm.EnabledStatistics.None);
  }
  if (options.keyValueMetadata !== undefined) {
    builder = builder.setKeyValueMetadata(new Map(options.keyValueMetadata));
  }
  return builder.build();
}

function isNested(type: DataType): boolean {
  return TypeGuard.isStruct(type) || TypeGuard.isList(type) || TypeGuard.isMap(type);
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
