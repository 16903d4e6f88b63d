import type { SqlValue, TableData } from "../generate/index.ts";
import { type JsonWriter, jsonBytesMax, jsonWriter, writeBytes } from "./json-bytes.ts";

/** Rows per chunk: small enough to encode while a client waits, large enough to join cheaply. */
const chunkRows = 1024;

/** Encoded rows, each followed by a comma; row `i` ends at `ends[i]`, without its comma. */
interface Chunk {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
}

/** The rows of a table as JSON objects. Each row is encoded once, on first use, and kept. */
export class JsonRows {
  readonly rowCount: number;
  readonly #data: TableData;
  readonly #chunks: (Chunk | undefined)[] = [];
  #columns: readonly ColumnEncoder[] | undefined;

  constructor(data: TableData) {
    this.#data = data;
    this.rowCount = data.rowCount;
  }

  /** The rows from `offset`, at most `limit` of them, as slices that joined are JSON parted by commas. */
  slices(offset: number, limit: number): Buffer[] {
    const end = Math.min(this.rowCount, offset + limit);
    const slices: Buffer[] = [];
    for (let row = offset; row < end; ) {
      const index = Math.floor(row / chunkRows);
      const chunk = this.#chunk(index);
      const first = row - index * chunkRows;
      const last = Math.min(chunkRows, end - index * chunkRows) - 1;
      const start = first === 0 ? 0 : endOf(chunk, first - 1) + 1;
      row += last - first + 1;
      slices.push(chunk.bytes.subarray(start, endOf(chunk, last) + (row < end ? 1 : 0)));
    }
    return slices;
  }

  #chunk(index: number): Chunk {
    const chunk = this.#chunks[index];
    if (chunk !== undefined) return chunk;
    this.#columns ??= this.#data.schema.columns.map(({ name, type }, column) => ({
      prefix: Buffer.from(`${column === 0 ? "{" : ","}${JSON.stringify(name)}:`),
      values: this.#data.columns[column] ?? [],
      write: jsonWriter(type),
      bytesMax: jsonBytesMax(type),
    }));
    const first = index * chunkRows;
    const made = encodeChunk(this.#columns, first, Math.min(this.rowCount, first + chunkRows));
    this.#chunks[index] = made;
    return made;
  }
}

interface ColumnEncoder {
  readonly prefix: Uint8Array;
  readonly values: readonly SqlValue[];
  readonly write: JsonWriter;
  readonly bytesMax: number;
}

function endOf(chunk: Chunk, row: number): number {
  const end = chunk.ends[row];
  if (end === undefined) throw new Error(`row ${row} is not in a chunk of ${chunk.ends.length}`);
  return end;
}

const nullBytes = Buffer.from("null", "latin1");

/** Where chunks are encoded before they are copied out; owned by `encodeChunk`, which never waits. */
let scratch = Buffer.alloc(0);

function encodeChunk(columns: readonly ColumnEncoder[], first: number, last: number): Chunk {
  const rowBytesMax = columns.reduce(
    (sum, column) => sum + column.prefix.length + column.bytesMax,
    2,
  );
  if (scratch.length < chunkRows * rowBytesMax) scratch = Buffer.alloc(chunkRows * rowBytesMax);
  let position = 0;
  const ends: number[] = [];
  for (let row = first; row < last; row++) {
    for (const { prefix, values, write } of columns) {
      const value = values[row] ?? null;
      position = writeBytes(scratch, position, prefix);
      position =
        value === null ? writeBytes(scratch, position, nullBytes) : write(scratch, position, value);
    }
    scratch[position++] = 0x7d;
    ends.push(position);
    scratch[position++] = 0x2c;
  }
  return { bytes: Buffer.from(scratch.subarray(0, position)), ends };
}
