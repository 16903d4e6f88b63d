import {
  type Data,
  Field,
  makeData,
  type RecordBatch,
  Schema,
  TimestampMicrosecond,
} from "apache-arrow";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { createBatch } from "../arrow/batch.ts";
import { packMask } from "../arrow/validity.ts";
import { DeltaError } from "../error.ts";
import { floorDivide } from "../scalar.ts";
import type { BlobLike } from "../store.ts";

type Hyparquet = typeof import("hyparquet");

/** The rows of one row group. */
interface DecodedColumn {
  readonly firstRow: number;
  readonly micros: BigInt64Array;
  readonly mask: Uint8Array;
}

/**
 * The INT96 timestamps of one file, exact to the microsecond over all years. parquet-wasm brings them through 64-bit
 * nanoseconds, which wrap around outside 1677–2262. One row group of each column is held at a time.
 */
export class Int96Reader {
  readonly #hyparquet: Hyparquet;
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;
  readonly #decoded = new Map<string, DecodedColumn>();

  private constructor(hyparquet: Hyparquet, file: AsyncBuffer, metadata: FileMetaData) {
    this.#hyparquet = hyparquet;
    this.#file = file;
    this.#metadata = metadata;
  }

  static async open(file: BlobLike): Promise<Int96Reader> {
    const hyparquet = await loadHyparquet();
    const buffer: AsyncBuffer = {
      byteLength: file.size,
      slice: (start, end) => file.slice(start, end).arrayBuffer(),
    };
    return new Int96Reader(hyparquet, buffer, await hyparquet.parquetMetadataAsync(buffer));
  }

  /** True for a top-level column that is kept as INT96. */
  has(column: string): boolean {
    return this.#metadata.schema.some(({ name, type }) => name === column && type === "INT96");
  }

  /** The batch, whose first row is row `firstRow` of the file, with this column as microseconds in UTC. */
  async replace(batch: RecordBatch, column: string, firstRow: number): Promise<RecordBatch> {
    const index = batch.schema.fields.findIndex(({ name }) => name === column);
    const field = new Field(column, new TimestampMicrosecond("UTC"), true);
    const data = await this.#read(column, firstRow, batch.numRows);
    const schema = new Schema(batch.schema.fields.with(index, field));
    return createBatch(schema, batch.data.children.with(index, data), batch.numRows);
  }

  async #read(column: string, firstRow: number, rowCount: number): Promise<Data> {
    const micros = new BigInt64Array(rowCount);
    const mask = new Uint8Array(rowCount);
    for (let row = 0; row < rowCount; ) {
      const group = await this.#rowGroup(column, firstRow + row);
      const start = firstRow + row - group.firstRow;
      const count = Math.min(rowCount - row, group.micros.length - start);
      micros.set(group.micros.subarray(start, start + count), row);
      mask.set(group.mask.subarray(start, start + count), row);
      row += count;
    }
    const { bitmap, nullCount } = packMask(mask);
    const type = new TimestampMicrosecond("UTC");
    const nullBitmap = nullCount === 0 ? null : bitmap;
    return makeData({ type, length: rowCount, nullCount, nullBitmap, data: micros });
  }

  async #rowGroup(column: string, row: number): Promise<DecodedColumn> {
    const held = this.#decoded.get(column);
    if (held !== undefined && row >= held.firstRow && row < held.firstRow + held.micros.length) {
      return held;
    }
    let firstRow = 0;
    for (const { num_rows: rows } of this.#metadata.row_groups) {
      const rowCount = Number(rows);
      if (row < firstRow + rowCount) {
        const decoded = await this.#decode(column, firstRow, rowCount);
        this.#decoded.set(column, decoded);
        return decoded;
      }
      firstRow += rowCount;
    }
    throw new Error(`the file has no row ${row}`);
  }

  async #decode(column: string, firstRow: number, rowCount: number): Promise<DecodedColumn> {
    const micros = new BigInt64Array(rowCount);
    const mask = new Uint8Array(rowCount);
    let readCount = 0;
    await this.#hyparquet.parquetRead({
      file: this.#file,
      metadata: this.#metadata,
      columns: [column],
      rowStart: firstRow,
      rowEnd: firstRow + rowCount,
      parsers: {
        timestampFromNanoseconds: (nanos: bigint) => floorDivide(nanos, 1000n),
      },
      onChunk: ({ columnData, rowStart }) => {
        readCount += fillRows(columnData, rowStart - firstRow, { micros, mask });
      },
    });
    if (readCount !== rowCount) {
      throw new Error(`column ${column} has ${readCount} values for ${rowCount} rows`);
    }
    return { firstRow, micros, mask };
  }
}

/** Takes the values in from row `start` on; nulls stay zero in the mask. Returns how many rows that were. */
function fillRows(
  values: ArrayLike<unknown>,
  start: number,
  { micros, mask }: { micros: BigInt64Array; mask: Uint8Array },
): number {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value !== "bigint") continue;
    micros[start + index] = value;
    mask[start + index] = 1;
  }
  return values.length;
}

/** hyparquet may be left out of an installation; only INT96 needs it. */
async function loadHyparquet(): Promise<Hyparquet> {
  try {
    return await import("hyparquet");
  } catch (error) {
    throw new DeltaError("E_DATA_FILE", "INT96 timestamps need the package hyparquet", {
      hint: "npm install hyparquet",
      cause: error,
    });
  }
}
