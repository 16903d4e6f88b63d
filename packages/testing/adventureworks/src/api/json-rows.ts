import { formatDatetime, formatDecimal } from "../format.ts";
import type { SqlValue, TableData } from "../generate/index.ts";
import { decimalScale, type SqlType } from "../schema.ts";

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
  #encoders: readonly ColumnEncoder[] | undefined;

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
    this.#encoders ??= this.#data.schema.columns.map(({ name, type }, column) => ({
      prefix: `${column === 0 ? "{" : ","}${JSON.stringify(name)}:`,
      values: this.#data.columns[column] ?? [],
      encode: valueEncoder(type),
    }));
    const first = index * chunkRows;
    const chunk = this.#chunks[index];
    if (chunk !== undefined) return chunk;
    const made = encodeChunk(this.#encoders, first, Math.min(this.rowCount, first + chunkRows));
    this.#chunks[index] = made;
    return made;
  }
}

interface ColumnEncoder {
  readonly prefix: string;
  readonly values: readonly SqlValue[];
  readonly encode: (value: SqlValue) => string;
}

function endOf(chunk: Chunk, row: number): number {
  const end = chunk.ends[row];
  if (end === undefined) throw new Error(`row ${row} is not in a chunk of ${chunk.ends.length}`);
  return end;
}

function encodeChunk(columns: readonly ColumnEncoder[], first: number, last: number): Chunk {
  let text = "";
  let position = 0;
  const ends: number[] = [];
  for (let row = first; row < last; row++) {
    let object = "";
    for (const { prefix, values, encode } of columns) {
      const value = values[row] ?? null;
      object += prefix + (value === null ? "null" : encode(value));
    }
    object += "}";
    position += Buffer.byteLength(object);
    ends.push(position);
    position += 1;
    text += `${object},`;
  }
  return { bytes: Buffer.from(text), ends };
}

/** How a value that is not null is written, chosen once per column. */
function valueEncoder(type: SqlType): (value: SqlValue) => string {
  const scale = decimalScale(type);
  if (scale !== undefined) return (value) => formatDecimal(value, scale);
  if (type.name === "datetime") return (value) => `"${formatDatetime(value)}"`;
  if (type.name === "uniqueidentifier") return (value) => `"${String(value).toLowerCase()}"`;
  return (value) => JSON.stringify(value);
}
