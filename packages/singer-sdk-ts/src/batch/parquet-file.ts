import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ParquetEncoder } from "delta-lake-ts/parquet";
import { ColumnarReader, type RowBatch } from "../columnar/index.ts";
import type { BatchFile } from "./batch-file.ts";
import { createBatchFile } from "./batch-file.ts";
import { LineFeed } from "./line-feed.ts";

const arrowBatchRows = 65_536;
const arrowBatchBytes = 32 * 1024 * 1024;
const recordBytesMax = 256 * 1024 * 1024;

export type ParquetCompression = "snappy" | "zstd" | "none";

/** Turns RECORD lines of one stream and schema into Parquet files; made once, so that its scanner is compiled once. */
export class ParquetRows {
  readonly #stream: string;
  readonly #compression: ParquetCompression;
  readonly #feed = new LineFeed();
  readonly #reader: ColumnarReader;
  #schemaLine: Buffer | undefined;

  constructor(stream: string, schemaLine: Buffer, compression: ParquetCompression) {
    this.#stream = stream;
    this.#schemaLine = schemaLine;
    this.#compression = compression;
    this.#reader = new ColumnarReader(this.#feed, {
      batchRows: arrowBatchRows,
      batchBytes: arrowBatchBytes,
      maxRecordBytes: recordBytesMax,
      rejects: "error",
    });
  }

  openFile(path: string): BatchFile {
    const encoder = new ParquetEncoder({ compression: this.#compression });
    const written = pipeline(Readable.from(encoder.output), createBatchFile(path));
    written.catch((error: unknown) => encoder.abort(error));
    const add = async (batch: RowBatch | undefined): Promise<void> => {
      if (batch !== undefined) await encoder.write(batch.recordBatch);
    };
    return {
      write: async (bytes) => {
        for await (const batch of this.#read(bytes)) await add(batch);
      },
      close: async () => {
        await add(this.#reader.take(this.#stream));
        encoder.close();
        await written;
      },
    };
  }

  /** The batches that are full once `lines` are read. */
  async *#read(lines: Buffer): AsyncGenerator<RowBatch> {
    const schemaLine = this.#schemaLine;
    this.#schemaLine = undefined;
    this.#feed.give(schemaLine === undefined ? lines : Buffer.concat([schemaLine, lines]));
    for (;;) {
      const event = await this.#feed.until(() => this.#reader.next());
      if (event === undefined) return;
      if (event.type === "rows") yield event.batch;
    }
  }
}
