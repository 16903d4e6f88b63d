import type { RecordBatch } from "apache-arrow";
import { DeltaTable, type ObjectStore } from "delta-lake-ts";
import type { BatchMessage } from "singer-sdk-ts";
import type { ColumnarReader, ReaderEvent, RowBatch } from "singer-sdk-ts/columnar";
import { BatchFiles } from "./batch-files.ts";
import { type BatchEvent, batchPaths, type SchemaEvent } from "./batch-read.ts";
import { conform } from "./conform.ts";
import { evolve } from "./evolution.ts";
import { OPEN, timesOf, VALID_TO } from "./history/validity-columns.ts";
import { KeySet } from "./key-set.ts";
import { addHashes, hashDigits, hashRows } from "./row-hash.ts";
import type { SchemaContract } from "./schema-contract.ts";
import { tableColumns } from "./table-columns.ts";

/** How a stream's rows compare with its table's. */
export interface Verification {
  readonly stream: string;
  readonly path: string;
  readonly sourceRows: number;
  /** Absent when there is no table. */
  readonly tableRows?: number;
  /** Order-free, 128 bits; over the values of the stream's columns, metadata columns left out. */
  readonly sourceChecksum: string;
  readonly tableChecksum?: string;
  readonly version?: number;
  /** Spent on this stream: from its first SCHEMA to the next stream's, and reading its table. */
  readonly seconds: number;
  readonly match: boolean;
}

export interface VerifyOptions {
  readonly reader: ColumnarReader;
  /** The rows of one file of a BATCH message. */
  readonly readBatchFile: (
    path: string,
    message: BatchMessage,
    schema: SchemaEvent,
  ) => AsyncIterable<BatchEvent>;
  /** The folder of a stream's table below the target's path. */
  readonly tablePath: (stream: string) => string;
  readonly openStore: (path: string) => ObjectStore;
  /** Whether the stream's table keeps a history: its current rows are compared. */
  readonly isHistory: (stream: string) => boolean;
  /** Columns that it discards are not compared. */
  readonly contract: (stream: string) => SchemaContract;
  readonly keepsNames: boolean;
  readonly now: () => number;
}

/** Reads a whole Singer stream, writes nothing, and compares each stream with its table. */
export async function* verify(options: VerifyOptions): AsyncGenerator<Verification> {
  const { reader, openStore, tablePath, now } = options;
  const sources = new Map<string, SourceSum>();
  const schemas = new Map<string, SchemaEvent>();
  let current: SourceSum | undefined;
  for (;;) {
    const event = await reader.next();
    if (event === undefined) break;
    if (event.type === "schema") {
      const { stream } = event.message;
      current?.end(now());
      current =
        sources.get(stream) ?? (await SourceSum.open(stream, tablePath(stream), openStore, now()));
      current.setSchema(event, options.contract(stream), options.keepsNames);
      schemas.set(stream, event);
      sources.set(stream, current);
    } else if (event.type === "rows") {
      sources.get(event.batch.stream)?.add(event.batch);
    } else if (event.type === "batch") {
      for await (const batch of filesRows(event.message, schemas, options)) {
        sources.get(batch.stream)?.add(batch);
      }
    }
  }
  current?.end(now());
  for (const [stream, source] of sources)
    yield await source.compare(now, options.isHistory(stream));
}

/** The rows of a BATCH; files that the tap left to us are deleted behind them. */
async function* filesRows(
  message: BatchMessage,
  schemas: ReadonlyMap<string, SchemaEvent>,
  { readBatchFile }: VerifyOptions,
): AsyncGenerator<RowBatch> {
  const { stream } = message;
  const schema = schemas.get(stream);
  if (schema === undefined) throw new Error(`a BATCH of stream ${stream} came before its schema`);
  const files = new BatchFiles();
  const paths = await batchPaths(message);
  for (const path of paths) {
    for await (const event of readBatchFile(path, message, schema)) {
      if (event.type === "rows") yield event.batch;
    }
  }
  files.taken(message, paths, 0);
  await files.release(stream, 0);
}

/** The sum of one stream's rows as they would be in its table. */
class SourceSum {
  readonly #stream: string;
  readonly #path: string;
  readonly #table: DeltaTable | undefined;
  readonly #startMs: number;
  #lastMs: number;
  readonly #sum = new Int32Array(4);
  #rowCount = 0;
  #conform: (batch: RecordBatch) => RecordBatch = (batch) => batch;
  readonly #columns = new Set<string>();
  #keys: readonly string[] = [];
  /** Key and row hashes of each batch, for the case that a key came more than once. */
  readonly #hashes: { readonly keys: Int32Array; readonly rows: Int32Array }[] = [];

  private constructor(
    stream: string,
    path: string,
    table: DeltaTable | undefined,
    startMs: number,
  ) {
    this.#stream = stream;
    this.#path = path;
    this.#table = table;
    this.#startMs = startMs;
    this.#lastMs = startMs;
  }

  static async open(
    stream: string,
    path: string,
    openStore: (path: string) => ObjectStore,
    startMs: number,
  ): Promise<SourceSum> {
    return new SourceSum(stream, path, await DeltaTable.open(openStore(path)), startMs);
  }

  setSchema(
    { message, columns }: Extract<ReaderEvent, { type: "schema" }>,
    contract: SchemaContract,
    keepsNames: boolean,
  ): void {
    const source = tableColumns(this.#stream, columns, { keepsNames });
    const table = this.#table?.schema ?? source.schema;
    const { targets } = evolve(this.#stream, table, source.schema, contract);
    for (const { name } of targets.values()) if (!name.startsWith("_sdc_")) this.#columns.add(name);
    this.#keys = message.key_properties.map((key) => {
      const name = source.names.get(key) ?? key;
      return targets.get(name)?.name ?? name;
    });
    this.#conform = (batch) => conform(source.rename(batch), targets);
  }

  /** Another stream begins, or the input ends: rows may still come out of the reader. */
  end(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  add({ recordBatch }: RowBatch): void {
    const batch = this.#conform(recordBatch);
    const rows = hashRows(batch, [...this.#columns]);
    addHashes(this.#sum, rows);
    this.#rowCount += batch.numRows;
    if (this.#keys.length > 0) this.#hashes.push({ keys: hashRows(batch, this.#keys), rows });
  }

  async compare(now: () => number, isHistory: boolean): Promise<Verification> {
    const compareMs = now();
    const table =
      this.#table === undefined
        ? undefined
        : await sumTable(this.#table, [...this.#columns], isHistory);
    let source = { rows: this.#rowCount, checksum: hashDigits(this.#sum) };
    const isSame = (): boolean => table?.rows === source.rows && table.checksum === source.checksum;
    if (!isSame() && this.#keys.length > 0) source = this.#lastPerKey();
    return {
      stream: this.#stream,
      path: this.#path,
      sourceRows: source.rows,
      ...(table === undefined ? {} : { tableRows: table.rows }),
      sourceChecksum: source.checksum,
      ...(table === undefined ? {} : { tableChecksum: table.checksum }),
      ...(this.#table === undefined ? {} : { version: this.#table.version }),
      seconds: Math.round(this.#lastMs - this.#startMs + now() - compareMs) / 1000,
      match: isSame(),
    };
  }

  /** The sum when only the last row of each key counts. */
  #lastPerKey(): { rows: number; checksum: string } {
    const seen = new KeySet(this.#rowCount);
    const sum = new Int32Array(4);
    for (const { keys, rows } of this.#hashes.toReversed()) {
      for (let row = rows.length / 4 - 1; row >= 0; row--) {
        if (seen.add(keys, 4 * row)) addHashes(sum, rows.subarray(4 * row, 4 * row + 4));
      }
    }
    return { rows: seen.size, checksum: hashDigits(sum) };
  }
}

async function sumTable(
  table: DeltaTable,
  columns: readonly string[],
  isHistory: boolean,
): Promise<{ rows: number; checksum: string }> {
  const known = columns.filter((name) => table.schema.fields.some((field) => field.name === name));
  const sum = new Int32Array(4);
  let rows = 0;
  const wanted = isHistory ? [...known, VALID_TO] : known;
  for await (const batch of table.read({ columns: wanted })) {
    const lanes = hashRows(batch, known);
    const ends = isHistory ? timesOf(batch, VALID_TO) : undefined;
    if (ends === undefined) addHashes(sum, lanes);
    ends?.forEach((end, row) => {
      if (end === OPEN) addHashes(sum, lanes.subarray(4 * row, 4 * row + 4));
    });
    rows += ends === undefined ? batch.numRows : ends.filter((end) => end === OPEN).length;
  }
  return { rows, checksum: hashDigits(sum) };
}
