import type { RecordBatch } from "apache-arrow";
import { ParquetEncoder, type ParquetOptions } from "./parquet/encode.ts";
import type { StructType } from "./schema.ts";
import type { StatisticsChoice } from "./stats/choice.ts";
import { StatisticsCollector } from "./stats/collect.ts";

/** What one data file is encoded by. */
export interface FileEncoderOptions {
  readonly parquet: ParquetOptions;
  /** The file's columns: without those of the partition. */
  readonly schema: StructType;
  readonly statistics: StatisticsChoice;
}

/** Turns the batches of one data file into bytes and statistics. `output` must be read, or writing waits for ever. */
export interface FileEncoder {
  readonly output: AsyncIterable<Uint8Array>;
  /** Arrow bytes taken in, and Parquet bytes given out, so far. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Arrow bytes taken in since bytes came out: they wait, encoded, for the end of their row group. */
  readonly heldBytes: number;
  /** Resolves when the batch's buffers may be reused; rejects when encoding failed or the reader of `output` left. */
  write(batch: RecordBatch): Promise<void>;
  /** No more batches follow; `output` ends after the footer. */
  close(): void;
  /** Ends the file without a footer; whoever reads `output` gets `reason`. */
  abort(reason: unknown): void;
  /** The JSON text for `add.stats`, once `output` has ended. */
  statistics(): string;
}

/** Encodes in the caller's thread. */
export class LocalEncoder implements FileEncoder {
  readonly #parquet: ParquetEncoder;
  readonly #statistics: StatisticsCollector;

  constructor({ parquet, schema, statistics }: FileEncoderOptions) {
    this.#parquet = new ParquetEncoder(parquet);
    this.#statistics = new StatisticsCollector(schema, statistics);
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#parquet.output;
  }

  get inputBytes(): number {
    return this.#parquet.inputBytes;
  }

  get outputBytes(): number {
    return this.#parquet.outputBytes;
  }

  get heldBytes(): number {
    return this.#parquet.heldBytes;
  }

  /** `bytes` is the batch as an Arrow stream, where the caller has it already. */
  async write(batch: RecordBatch, bytes?: Uint8Array): Promise<void> {
    await this.#parquet.write(batch, bytes);
    this.#statistics.add(batch);
  }

  close(): void {
    this.#parquet.close();
  }

  abort(reason: unknown): void {
    this.#parquet.abort(reason);
  }

  statistics(): string {
    return this.#statistics.toJson();
  }
}
